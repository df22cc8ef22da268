import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { FolderLockedError, lockFolder } from "../../../src/output/files/folder-lock.js";
import { newFolder, removeFolder } from "./folder.js";

let dir: string;
let taken: number[];
const path = (): string => join(dir, "trailtag.lock");
const lock = (): ReturnType<typeof lockFolder> => lockFolder(dir, (pid) => taken.push(pid));

beforeEach(() => {
  dir = newFolder();
  taken = [];
});
afterEach(() => removeFolder(dir));

function leave(holder: Record<string, unknown>, ageMs = 0): void {
  writeFileSync(path(), JSON.stringify({ token: "t", ...holder }));
  const then = new Date(Date.now() - ageMs);
  utimesSync(path(), then, then);
}

test("a lock names its process, and is gone once released", async () => {
  const held = await lock();
  expect(JSON.parse(readFileSync(path(), "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
  await expect(lock()).rejects.toThrow(FolderLockedError);
  await held.release();
  expect(existsSync(path())).toBe(false);
  await (await lock()).release();
  expect(taken).toEqual([]);
});

test("a live process id with another start time is a reused one: the lock is taken over", async () => {
  leave({ pid: process.pid, started: "another boot:1", host: hostname() });
  const held = await lock();
  expect(taken).toEqual([process.pid]);
  await held.release();
});

test("the lock of another host holds as long as it is touched", async () => {
  leave({ pid: 1, started: "x:1", host: `not-${hostname()}` }, 10_000);
  await expect(lock()).rejects.toThrow(/in use by process 1 on not-/);
  leave({ pid: 1, started: "x:1", host: `not-${hostname()}` }, 120_000);
  await (await lock()).release();
  expect(taken).toEqual([1]);
});

test("a lock file that is no lock counts as live while it is new", async () => {
  writeFileSync(path(), "");
  await expect(lock()).rejects.toThrow("in use by another process");
  const then = new Date(Date.now() - 120_000);
  utimesSync(path(), then, then);
  await (await lock()).release();
});

test("of many that find a dead lock one gets it", async () => {
  leave({ pid: process.pid, started: "another boot:1", host: hostname() });
  const results = await Promise.allSettled(Array.from({ length: 10 }, lock));
  const held = results.filter((result) => result.status === "fulfilled");
  expect(held).toHaveLength(1);
  for (const result of held) await result.value.release();
});

test("a lock that somebody else has taken meanwhile is left alone", async () => {
  const held = await lock();
  leave({ pid: 1, started: "x:1", host: "elsewhere" });
  await held.release();
  expect(existsSync(path())).toBe(true);
});

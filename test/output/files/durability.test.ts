import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createFilesStore } from "../../../src/output/files/store.js";
import { compileForChild } from "./compile-for-child.js";
import { eventWrite, filesOptions } from "./doubles.js";
import { newFolder, readAlerts, readDocuments, removeFolder } from "./folder.js";

const root = join(__dirname, "../../..");
let dir: string;
let compiled: string;

beforeAll(() => {
  compiled = newFolder();
  compileForChild(
    root,
    ["src/lib", "src/event", "src/enrich", "src/output", "src/output/files", "test/output/files"],
    compiled,
  );
});
afterAll(() => removeFolder(compiled));
beforeEach(() => {
  dir = newFolder();
});
afterEach(() => removeFolder(dir));

/** Starts a writer and calls back for each acknowledged event until the writer has ended. */
async function runWriter(from: number, onAck: (n: number, child: ChildProcess) => void): Promise<void> {
  const script = join(compiled, "test/output/files/killed-writer.js");
  const child = spawn(process.execPath, [script, dir, String(from)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    if (line !== "ready") onAck(Number(line), child);
  });
  await Promise.all([once(child, "exit"), once(lines, "close")]);
}

test("what was acknowledged before a SIGKILL is there once, with its alerts, round after round", async () => {
  const acked = new Set<number>();
  const rounds = 8;
  for (let round = 0; round < rounds; round += 1) {
    // A random number of acknowledgements, so that the kill falls into any phase of a commit.
    const killAfter = 1 + Math.floor(Math.random() * 120);
    let seen = 0;
    await runWriter(round * 100_000, (n, child) => {
      acked.add(n);
      seen += 1;
      if (seen === killAfter) child.kill("SIGKILL");
    });
    expect(seen).toBeGreaterThanOrEqual(killAfter);
  }
  // The lock of the last one is left by a dead process, and is taken over.
  const said: string[] = [];
  const store = createFilesStore(filesOptions(dir, { log: (_level, message) => said.push(message) }));
  await store.start();
  await store.settle();
  await store.close();
  expect(said.filter((line) => line.includes("is taken over"))).toHaveLength(1);

  const stored = readDocuments(dir, "events").map((event) => event.eventID as string);
  expect(new Set(stored).size).toBe(stored.length);
  const missing = [...acked].filter((n) => !stored.includes(`event-${n}`));
  expect(missing).toEqual([]);
  const counted = [...readAlerts(dir).values()].reduce<number>(
    (sum, alert) => sum + Number(alert.alert.count),
    0,
  );
  expect(counted).toBe(stored.length);
}, 20_000);

test("a live process keeps the folder to itself", async () => {
  let refusal: unknown;
  await runWriter(0, (n, child) => {
    if (n !== 0) return;
    const store = createFilesStore(filesOptions(dir));
    store
      .start()
      .catch((error: unknown) => {
        refusal = error;
      })
      .finally(() => child.kill("SIGKILL"));
  });
  expect(String(refusal)).toMatch(/is in use by process \d+ on .*: one process per folder/);
}, 10_000);

test("two stores of one process cannot share a folder, one after the other can", async () => {
  const first = createFilesStore(filesOptions(dir));
  const second = createFilesStore(filesOptions(dir));
  await first.start();
  await expect(second.start()).rejects.toThrow("one process per folder");
  await first.write([eventWrite(1)], Date.now() + 1_000);
  await first.close();
  await second.start();
  expect(await second.write([eventWrite(1)], Date.now() + 1_000)).toEqual(["duplicate"]);
  await second.close();
});

import { execFileSync } from "node:child_process";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openHandle, type AppendHandle } from "../../../src/output/files/append-file.js";
import { createFilesStore } from "../../../src/output/files/store.js";
import { StoreUnavailableError, type Store } from "../../../src/output/store.js";
import { eventWrite, filesOptions } from "./doubles.js";
import { newFolder, readAlerts, readDocuments, removeFolder } from "./folder.js";

let dir: string;
let store: Store | undefined;
let mounted = false;

beforeEach(() => {
  dir = newFolder();
});
afterEach(async () => {
  await store?.close();
  if (mounted) execFileSync("umount", [dir]);
  mounted = false;
  removeFolder(dir);
});

const now = (): number => Date.now();
const soon = (): number => Date.now() + 5_000;

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

type Faults = { write?: (path: string) => Error | undefined; sync?: (path: string) => Error | undefined };

/** Injects faults under the store: half of the bytes of a failing write reach the file, as on a full disk. */
function faulty(faults: Faults): typeof openHandle {
  return async (path) => {
    const handle = await openHandle(path);
    const faultyHandle: AppendHandle = {
      read: handle.read.bind(handle),
      truncate: handle.truncate.bind(handle),
      stat: handle.stat.bind(handle),
      close: handle.close.bind(handle),
      write: (async (data: Buffer, offset: number, length: number, position: number) => {
        const error = faults.write?.(path);
        if (error === undefined) return handle.write(data, offset, length, position);
        await handle.write(data, offset, length >> 1, position);
        throw error;
      }) as AppendHandle["write"],
      datasync: async () => {
        const error = faults.sync?.(path);
        if (error !== undefined) throw error;
        await handle.datasync();
      },
    };
    return faultyHandle;
  };
}

/** A file system of 256 KiB, where this process may mount one; elsewhere the fault is injected. */
function mountTiny(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", dir], { stdio: "ignore" });
    mounted = true;
  } catch {
    mounted = false;
  }
  return mounted;
}

test("a full disk refuses the batch, leaves no part of it, and works again when there is room", async () => {
  let full = false;
  const fill = join(dir, "fill.bin");
  const really = mountTiny();
  const fault = (): Error | undefined => (full ? systemError("ENOSPC") : undefined);
  store = createFilesStore(filesOptions(dir, really ? {} : { openHandle: faulty({ write: fault }) }));
  await store.start();
  await store.write([eventWrite(1, "a")], soon());
  const size = statSync(join(dir, "events.ndjson")).size;

  full = true;
  if (really) writeFileSync(fill, Buffer.alloc(150 * 1024));
  const big = [eventWrite(2, "a", "z".repeat(200 * 1024))];
  const refused = store.write(big, now());
  await expect(refused).rejects.toThrow(StoreUnavailableError);
  await expect(refused).rejects.toThrow("ENOSPC");
  expect(statSync(join(dir, "events.ndjson")).size).toBe(size);
  expect(store.status()).toMatchObject({ ready: false, message: expect.stringContaining("ENOSPC") });

  full = false;
  if (really) rmSync(fill);
  expect(await store.write(big, soon())).toEqual(["stored"]);
  expect(store.status().ready).toBe(true);
  expect(readAlerts(dir).get("a").alert.count).toBe(2);
});

test("a write is tried again until its deadline", async () => {
  let failures = 2;
  const write = (path: string): Error | undefined =>
    path.endsWith("events.ndjson") && failures-- > 0 ? systemError("EIO") : undefined;
  store = createFilesStore(filesOptions(dir, { openHandle: faulty({ write }) }));
  await store.start();
  expect(await store.write([eventWrite(1)], soon())).toEqual(["stored"]);
  expect(failures).toBe(-1);
  expect(readDocuments(dir, "events")).toHaveLength(1);
});

test("after a failed sync the file is opened anew and cut back before anything else is written", async () => {
  let opened = 0;
  let failing = false;
  const inner = faulty({
    sync: (path) => (failing && path.endsWith("events.ndjson") ? systemError("EIO") : undefined),
  });
  store = createFilesStore(
    filesOptions(dir, {
      openHandle: (path) => {
        if (path.endsWith("events.ndjson")) opened += 1;
        return inner(path);
      },
    }),
  );
  await store.start();
  await store.write([eventWrite(1)], soon());
  failing = true;
  await expect(store.write([eventWrite(2, "a")], now())).rejects.toThrow(StoreUnavailableError);
  failing = false;
  expect(await store.write([eventWrite(3)], soon())).toEqual(["stored"]);
  expect(opened).toBe(2);
  expect(readDocuments(dir, "events").map((event) => event.eventID)).toEqual(["event-1", "event-3"]);
  expect(await store.write([eventWrite(2, "a")], soon())).toEqual(["stored"]);
});

test("an event whose alert could not be written is refused, and its redelivery writes the alert", async () => {
  let failing = true;
  const write = (path: string): Error | undefined =>
    failing && path.endsWith("alerts.ndjson") ? systemError("ENOSPC") : undefined;
  store = createFilesStore(filesOptions(dir, { openHandle: faulty({ write }) }));
  await store.start();
  await expect(store.write([eventWrite(1, "a")], now())).rejects.toThrow(StoreUnavailableError);
  expect(readDocuments(dir, "alerts")).toEqual([]);
  await expect(store.write([eventWrite(1, "a")], now())).rejects.toThrow(StoreUnavailableError);
  failing = false;
  await store.write([eventWrite(1, "a")], soon());
  expect(readAlerts(dir).get("a").alert.count).toBe(1);
  expect(readDocuments(dir, "events")).toHaveLength(1);
});

test("a batch that does not fit does not hold up the small ones that came with it", async () => {
  const really = mountTiny();
  // Where nothing can be mounted: a file system that takes 64 KiB at once.
  const inner = faulty({});
  const narrow: typeof openHandle = async (path) => {
    const handle = await inner(path);
    const write = (async (data: Buffer, offset: number, length: number, position: number) => {
      if (length > 64 * 1024) throw systemError("ENOSPC");
      return handle.write(data, offset, length, position);
    }) as AppendHandle["write"];
    return { ...handle, write };
  };
  store = createFilesStore(filesOptions(dir, really ? {} : { openHandle: narrow }));
  await store.start();
  const results = await Promise.allSettled([
    store.write([eventWrite(1)], soon()),
    store.write([eventWrite(2, undefined, "z".repeat(400 * 1024))], now()),
    store.write([eventWrite(3, "a")], soon()),
  ]);
  expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(readDocuments(dir, "events").map((event) => event.eventID)).toEqual(["event-1", "event-3"]);
});

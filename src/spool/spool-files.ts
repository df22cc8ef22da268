import { constants } from "node:fs";
import { mkdir, open, readdir, rename, unlink, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "../output/files/error-code.js";
import { lockSpool } from "./spool-lock.js";
import type { StoreLog } from "../output/store.js";

/**
 * What the spool asks of a file system, and nothing else: tests put one behind it that fails, writes short, and
 * forgets at a crash what was not synced.
 */
export interface SpoolFiles {
  /** Makes the folder and what leads to it, durably. */
  makeFolder(dir: string): Promise<void>;
  /** @throws SpoolLockedError when another process has the folder. */
  lock(dir: string, log: StoreLog): Promise<{ release(): Promise<void> }>;
  list(dir: string): Promise<readonly string[]>;
  /** `read` and `write` (which reads too) need the file to be there; `create` needs it not to be. */
  open(path: string, how: "read" | "write" | "create"): Promise<SpoolFile>;
  rename(from: string, to: string): Promise<void>;
  /** A file that is not there is removed. */
  remove(path: string): Promise<void>;
  /** Makes names made, moved and removed in the folder durable. */
  syncFolder(dir: string): Promise<void>;
}

export interface SpoolFile {
  size(): Promise<number>;
  /** Bytes read into `target`; 0 at the end of the file. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Bytes written, which may be fewer than given. */
  write(data: Uint8Array, position: number): Promise<number>;
  /** Makes content and length durable. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

const FLAGS = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
} as const;

export const realFiles: SpoolFiles = {
  async makeFolder(dir) {
    const first = await mkdir(dir, { recursive: true, mode: 0o750 });
    if (first === undefined) return;
    for (let made = dir; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
  },
  lock: lockSpool,
  list: (dir) => readdir(dir),
  async open(path, how) {
    return toSpoolFile(path, await open(path, FLAGS[how], 0o640));
  },
  rename,
  async remove(path) {
    await unlink(path).catch((error: unknown) => {
      if (errorCode(error) !== "ENOENT") throw error;
    });
  },
  syncFolder,
};

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, constants.O_RDONLY);
  await folder.sync().finally(() => folder.close());
}

function toSpoolFile(path: string, handle: FileHandle): SpoolFile {
  return {
    size: async () => (await handle.stat()).size,
    read: async (target, position) => (await handle.read(target, 0, target.length, position)).bytesRead,
    write: async (data, position) => (await handle.write(data, 0, data.length, position)).bytesWritten,
    async sync() {
      await handle.datasync();
      // A file that somebody deleted takes writes as before, and all of them vanish when it is closed.
      if ((await handle.stat()).nlink === 0) {
        throw Object.assign(new Error(`${path} was deleted while it was in use.`), { code: "ENOENT" });
      }
    },
    truncate: (size) => handle.truncate(size),
    close: () => handle.close(),
  };
}

/** Up to `length` bytes; fewer only where the file ends before. */
export async function readSpan(file: SpoolFile, position: number, length: number): Promise<Buffer> {
  const target = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const read = await file.read(target.subarray(done), position + done);
    if (read === 0) break;
    done += read;
  }
  return target.subarray(0, done);
}

export async function writeAll(file: SpoolFile, data: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < data.length;) {
    const written = await file.write(data.subarray(done), position + done);
    if (written === 0) throw Object.assign(new Error("The file takes no more bytes."), { code: "ENOSPC" });
    done += written;
  }
}

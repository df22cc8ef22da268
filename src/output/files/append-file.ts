import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./error-code.js";

/** What is used of a file handle; tests put faults behind it. */
export type AppendHandle = Pick<FileHandle, "read" | "write" | "datasync" | "truncate" | "stat" | "close">;
export type OpenHandle = (path: string) => Promise<AppendHandle>;

/** A file that only grows, one durable append at a time. */
export interface AppendFile {
  readonly path: string;
  /** Bytes known to be on disk. */
  readonly size: number;
  /**
   * Resolves with the offset of the first byte once all of `data` is on disk. On an error nothing of it stays
   * in the file. Not to be called again before it has settled.
   */
  append(data: Buffer): Promise<number>;
  /** Reads exactly `length` bytes. */
  read(offset: number, length: number): Promise<Buffer>;
  /** Overwrites in place; the caller has kept what stood there. */
  overwrite(offset: number, data: Buffer): Promise<void>;
  /** Cuts the file to `size` bytes, durably. */
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens for reading and positioned writing, and makes the name durable when the file is new. */
export const openHandle: OpenHandle = async (path) => {
  try {
    return await open(path, constants.O_RDWR);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o640);
  const folder = await open(dirname(path), constants.O_RDONLY);
  await folder.sync().finally(() => folder.close());
  return handle;
};

export async function openAppendFile(path: string, opener: OpenHandle = openHandle): Promise<AppendFile> {
  let handle: AppendHandle | undefined = await opener(path);
  let size = (await handle.stat()).size;
  // A killed process may have left bytes that are in the system's cache only: what is read back must be on disk.
  await handle.datasync();

  /**
   * After a failed fsync the kernel may have dropped the dirty pages and marked them clean: a second fsync on
   * the same handle would report success for data that is gone. So the handle is given up.
   */
  async function giveUp(): Promise<void> {
    const broken = handle;
    handle = undefined;
    await broken?.close().catch(() => undefined);
  }

  async function usable(): Promise<AppendHandle> {
    if (handle !== undefined) return handle;
    const fresh = await opener(path);
    try {
      await fresh.truncate(size);
      await fresh.datasync();
    } catch (error) {
      await fresh.close().catch(() => undefined);
      throw error;
    }
    handle = fresh;
    return fresh;
  }

  return {
    path,
    get size() {
      return size;
    },
    async append(data) {
      const file = await usable();
      const offset = size;
      try {
        await writeAll(file, data, offset);
      } catch (error) {
        await file.truncate(offset).catch(giveUp);
        throw error;
      }
      try {
        await file.datasync();
      } catch (error) {
        await giveUp();
        throw error;
      }
      size = offset + data.length;
      return offset;
    },
    async read(offset, length) {
      const file = await usable();
      const target = Buffer.allocUnsafe(length);
      for (let done = 0; done < length;) {
        const { bytesRead } = await file.read(target, done, length - done, offset + done);
        if (bytesRead === 0)
          throw new Error(`${path} ended at byte ${offset + done}: it was cut from outside.`);
        done += bytesRead;
      }
      return target;
    },
    async overwrite(offset, data) {
      const file = await usable();
      await writeAll(file, data, offset);
      await file.datasync();
    },
    async truncate(to) {
      const file = await usable();
      await file.truncate(to);
      await file.datasync();
      size = to;
    },
    async close() {
      const file = handle;
      handle = undefined;
      await file?.close();
    },
  };
}

async function writeAll(file: AppendHandle, data: Buffer, offset: number): Promise<void> {
  for (let done = 0; done < data.length;) {
    const { bytesWritten } = await file.write(data, done, data.length - done, offset + done);
    done += bytesWritten;
  }
}

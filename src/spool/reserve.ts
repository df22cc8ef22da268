import { join } from "node:path";
import { isNoRoom } from "./disk-errors.js";
import { writeAll, type SpoolFiles } from "./spool-files.js";

export const RESERVE_NAME = "reserve";
const RESERVE_BYTES = 16 * 1024;

/**
 * Does something that needs a little room in the spool's folder, at the cost of a reserve when the disk is full: a
 * service that was stopped with a full disk must be able to start again, or it could never store what takes the room.
 */
export async function withReserve<T>(files: SpoolFiles, dir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isNoRoom(error)) throw error;
    await files.remove(join(dir, RESERVE_NAME));
    return await work();
  }
}

/** Makes the reserve where it is missing and there is room. */
export async function makeReserve(files: SpoolFiles, dir: string): Promise<void> {
  const path = join(dir, RESERVE_NAME);
  if ((await files.list(dir)).includes(RESERVE_NAME)) return;
  try {
    const file = await files.open(path, "create");
    // Not zeros, which some file systems do not keep as blocks.
    await writeAll(file, Buffer.alloc(RESERVE_BYTES, "reserve "), 0).finally(() => file.close());
  } catch {
    await files.remove(path).catch(() => undefined);
  }
}

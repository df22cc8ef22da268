import { FolderLockedError, lockFolder } from "../output/files/folder-lock.js";
import type { StoreLog } from "../output/store.js";
import { SpoolLockedError } from "./spool.js";

/** @throws SpoolLockedError with the process that has the spool. */
export async function lockSpool(dir: string, log: StoreLog): Promise<{ release(): Promise<void> }> {
  try {
    return await lockFolder(dir, (pid) => {
      log(
        "warn",
        `The lock on the spool in ${dir} was left by process ${pid}, which is gone; it is taken over.`,
      );
    });
  } catch (error) {
    if (!(error instanceof FolderLockedError)) throw error;
    throw new SpoolLockedError(`The spool is taken: ${error.message}`, { cause: error });
  }
}

import { join } from "node:path";
import { errorCode } from "../output/files/error-code.js";
import { DAMAGED } from "./damage.js";
import { realFiles, writeAll } from "./spool-files.js";
import type { SpoolRecord } from "./spool.js";

/** Writes the payload of a record that cannot be understood to a file of its own beside the spool, durably. */
export async function keepBeside(dir: string, { number, payload }: SpoolRecord): Promise<void> {
  const path = join(dir, `record-${number}${DAMAGED}`);
  let file;
  try {
    file = await realFiles.open(path, "create");
  } catch (error) {
    // Kept before, by a process that ended before it could take the record off.
    if (errorCode(error) === "EEXIST") return;
    throw error;
  }
  try {
    await writeAll(file, payload, 0);
    await file.sync();
  } catch (error) {
    await realFiles.remove(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
  await realFiles.syncFolder(dir);
}

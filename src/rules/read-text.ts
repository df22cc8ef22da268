import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs";
import { promisify } from "node:util";

/** Of thousands of small files, node:fs/promises takes three times the time. */
const readBytes = promisify(readFile);

/**
 * Text of a file. Rejects as reading does, and where the file is not UTF-8: read on, values in it would be other texts
 * than were written, which no event holds.
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  if (!isUtf8(bytes)) throw new Error("it is not UTF-8 text");
  return bytes.toString("utf8");
}

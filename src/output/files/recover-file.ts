import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isJsonObject, type JsonObject } from "../../lib/json.js";
import type { AppendFile } from "./append-file.js";
import { readLines } from "./read-lines.js";

export interface Recovery {
  readonly documents: number;
  /** Bytes after the last line break, cut off. */
  readonly tornBytes: number;
  /** Lines in the middle that are no document, blanked. */
  readonly badLines: number;
  /** Where those bytes are kept now. */
  readonly keptIn: string | undefined;
}

/**
 * Reads every document of a file back and mends the file: a torn last line is cut off, and a line that is no
 * document is overwritten with blanks, which readers of NDJSON skip and which moves no other line. Both are
 * first kept, durably, in a `torn-<file>-<time>.bin` beside it.
 *
 * @param accept takes a document with its place; answers false when it is not one that belongs here.
 */
export async function recoverFile(
  file: AppendFile,
  now: number,
  accept: (document: JsonObject, offset: number, length: number) => boolean,
): Promise<Recovery> {
  const stamp = new Date(now).toISOString().replace(/[-:.]/g, "");
  const aside = join(dirname(file.path), `torn-${basename(file.path)}-${stamp}.bin`);
  let documents = 0;
  let tornBytes = 0;
  let badLines = 0;
  for await (const lines of readLines(file)) {
    for (const { offset, bytes, complete } of lines) {
      if (complete) {
        if (isBlank(bytes)) continue;
        const document = parseDocument(bytes);
        if (document !== undefined && accept(document, offset, bytes.length)) {
          documents += 1;
          continue;
        }
        await keep(aside, bytes);
        await file.overwrite(offset, Buffer.alloc(bytes.length, " "));
        badLines += 1;
      } else {
        await keep(aside, bytes);
        await file.truncate(offset);
        tornBytes = bytes.length;
      }
    }
  }
  return { documents, tornBytes, badLines, keptIn: tornBytes + badLines > 0 ? aside : undefined };
}

async function keep(path: string, bytes: Buffer): Promise<void> {
  const handle = await open(path, "a", 0o640);
  try {
    await handle.appendFile(Buffer.concat([bytes, Buffer.from("\n")]));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parseDocument(bytes: Buffer): JsonObject | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}

import type { AppendFile } from "./append-file.js";

/** One line of a file, without its line break. */
export interface FileLine {
  readonly offset: number;
  readonly bytes: Buffer;
  /** False for bytes at the end of the file that no line break follows. */
  readonly complete: boolean;
}

const CHUNK_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;

/** Reads a file in pieces of 1 MiB and yields its lines in groups; holds one piece and one line at a time. */
export async function* readLines(file: Pick<AppendFile, "size" | "read">): AsyncGenerator<FileLine[]> {
  const end = file.size;
  let carried: Buffer[] = [];
  let lineOffset = 0;
  for (let offset = 0; offset < end;) {
    const chunk = await file.read(offset, Math.min(CHUNK_BYTES, end - offset));
    const lines: FileLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      const piece = chunk.subarray(from, at);
      const bytes = carried.length === 0 ? piece : Buffer.concat([...carried, piece]);
      lines.push({ offset: lineOffset, bytes, complete: true });
      carried = [];
      from = at + 1;
      lineOffset = offset + from;
    }
    if (from < chunk.length) carried.push(chunk.subarray(from));
    offset += chunk.length;
    if (lines.length > 0) yield lines;
  }
  if (carried.length > 0) yield [{ offset: lineOffset, bytes: Buffer.concat(carried), complete: false }];
}

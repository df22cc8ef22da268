import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs";
import { promisify } from "node:util";
import type { Diagnostic } from "../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "./diagnostic-codes.js";
import type { Position } from "./positions.js";

/** Of thousands of small files, node:fs/promises takes three times the time. */
const readBytes = promisify(readFile);

const NEWLINE = 10;
const BYTE_ORDER_MARK = "\ufeff";
const REPLACEMENT = "\ufffd";
const WRITTEN_REPLACEMENT = Buffer.from(REPLACEMENT);

/** The bytes of a file are no UTF-8 text. */
class NotUtf8Error extends Error {
  constructor(readonly position: Position) {
    super("it is not UTF-8 text");
  }
}

/**
 * Text of a file, without a byte order mark. Rejects as reading does, and where the file is not UTF-8 or holds NUL: read
 * on, values in it would be other texts than were written, which no event holds.
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  if (!isUtf8(bytes) || bytes.includes(0)) throw new NotUtf8Error(firstBadByte(bytes));
  const text = bytes.toString("utf8");
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** What to say of a file that `readText` rejected. */
export function toReadDiagnostic(error: unknown, path: string): Diagnostic {
  const problem = (code: RuleDiagnosticCode, place: Position, message: string, hint: string): Diagnostic => {
    return { code, severity: "error", file: path, ...place, message, hint };
  };
  if (error instanceof NotUtf8Error)
    return problem("not-utf8", error.position, "The file is not UTF-8 text.", "Save it as UTF-8.");
  const reason = error instanceof Error ? error.message : String(error);
  const message = `The file cannot be read: ${reason}.`;
  return problem("unreadable-file", { line: 1, column: 1 }, message, howToRead(error));
}

/** What to do about a file or folder that cannot be read. */
export function howToRead(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM") return "Let the user that runs TrailTag read it.";
  if (code === "ELOOP") return "Links lead round in a circle: remove one of them.";
  return "Look at the file, and at the disk it lies on.";
}

/** No character of UTF-8 has a line's end in it, so that each line can be looked at by itself. */
function firstBadByte(bytes: Buffer): Position {
  let from = 0;
  for (let line = 1; from < bytes.length; line++) {
    const end = bytes.indexOf(NEWLINE, from);
    const text = bytes.subarray(from, end < 0 ? bytes.length : end);
    if (!isUtf8(text) || text.includes(0)) return { line, column: badColumn(text) };
    if (end < 0) break;
    from = end + 1;
  }
  return { line: 1, column: 1 };
}

function badColumn(line: Buffer): number {
  const text = line.toString("utf8");
  let at = 0;
  for (let i = 0; i < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(i) ?? 0);
    const length = Buffer.byteLength(character);
    const replaced = character === REPLACEMENT && !line.subarray(at, at + length).equals(WRITTEN_REPLACEMENT);
    if (character === "\0" || replaced) return i + 1;
    at += length;
    i += character.length;
  }
  return 1;
}

/** How far a scan came: to the value's end, to the end of the bytes, or to a byte that cannot stand there. */
export type ScanState = "complete" | "truncated" | "broken";

/** One JSON value as the scanner saw it. Framing only: a complete span may still be refused by JSON.parse. */
export interface JsonSpan {
  /** Offset after the value's last byte; where the bytes end or are broken when not complete. */
  readonly end: number;
  /** Deepest nesting of objects and arrays; 0 for a scalar. */
  readonly depth: number;
  /** Object members at all levels, repeated ones included. */
  readonly keys: number;
  /** True when a raw line break stands between tokens. */
  readonly multiline: boolean;
  readonly state: ScanState;
}

const OTHER = 0;
const QUOTE = 1;
const OPEN = 2;
const CLOSE = 3;
const COLON = 4;
const COMMA = 5;
const LINE_BREAK = 6;
const IMPOSSIBLE = 7;

/** What a byte means outside strings. Bytes that no number, literal or space holds end the scan early. */
const CLASS = new Uint8Array(256).fill(IMPOSSIBLE);
for (const byte of Buffer.from(" \t0123456789+-.eEtrufalsn")) CLASS[byte] = OTHER;
for (const byte of Buffer.from("{[")) CLASS[byte] = OPEN;
for (const byte of Buffer.from("}]")) CLASS[byte] = CLOSE;
for (const byte of Buffer.from("\r\n")) CLASS[byte] = LINE_BREAK;
CLASS[0x22] = QUOTE;
CLASS[0x3a] = COLON;
CLASS[0x2c] = COMMA;

/** Bytes at which a run inside a string stops: quote, backslash, and line breaks, which no JSON string holds. */
const STRING_STOP = new Uint8Array(256);
for (const byte of Buffer.from('"\\\r\n')) STRING_STOP[byte] = 1;

/** Kinds of the open brackets. Deeper ones are only counted: such a document is refused for its depth anyway. */
const TRACKED_DEPTH = 4096;
const openIsObject = new Uint8Array(TRACKED_DEPTH + 1);

/**
 * Finds the end of the JSON value that starts at `start`, without parsing it.
 *
 * @param start offset of the value's first byte, not of white space.
 * @param lenient count brackets only, also where the bytes between them are no JSON.
 */
export function scanValue(bytes: Uint8Array, start: number, limit = bytes.length, lenient = false): JsonSpan {
  let at = start;
  let depth = 0;
  let deepest = 0;
  let keys = 0;
  let multiline = false;
  let afterColon = false;
  while (at < limit) {
    const byte = bytes[at] as number;
    switch (CLASS[byte]) {
      case OTHER:
        if (depth === 0) return scalar(bytes, at, limit);
        break;
      case QUOTE: {
        const close = stringEnd(bytes, at, limit);
        if (close < 0)
          return span(-close - 1, deepest, keys, multiline, -close - 1 >= limit ? "truncated" : "broken");
        at = close;
        if (depth === 0) return span(at, deepest, keys, multiline, "complete");
        continue;
      }
      case OPEN:
        // An object's key is due, yet a bracket opens: the braces before it were left unclosed.
        if (!lenient && depth > 0 && depth <= TRACKED_DEPTH && openIsObject[depth] === 1 && !afterColon) {
          return span(at, deepest, keys, multiline, "broken");
        }
        depth++;
        if (depth > deepest) deepest = depth;
        if (depth <= TRACKED_DEPTH) openIsObject[depth] = byte === 0x7b ? 1 : 0;
        afterColon = false;
        break;
      case CLOSE:
        if (depth === 0) return span(at, deepest, keys, multiline, "broken");
        if (depth <= TRACKED_DEPTH && openIsObject[depth] !== (byte === 0x7d ? 1 : 0))
          return span(at, deepest, keys, multiline, "broken");
        depth--;
        afterColon = false;
        if (depth === 0) return span(at + 1, deepest, keys, multiline, "complete");
        break;
      case COLON:
        if (depth === 0) return span(at, deepest, keys, multiline, "broken");
        keys++;
        afterColon = true;
        break;
      case COMMA:
        if (depth === 0) return span(at, deepest, keys, multiline, "broken");
        afterColon = false;
        break;
      case LINE_BREAK:
        multiline = true;
        break;
      default:
        if (!lenient || depth === 0) return span(at, deepest, keys, multiline, "broken");
    }
    at++;
  }
  return span(limit, deepest, keys, multiline, "truncated");
}

/**
 * Offset after the closing quote of the string that opens at `at`; when there is none, minus the offset
 * where the scan stopped, minus one.
 */
export function stringEnd(bytes: Uint8Array, at: number, limit: number): number {
  let i = at + 1;
  for (;;) {
    while (i < limit && STRING_STOP[bytes[i] as number] === 0) i++;
    if (i >= limit) return -limit - 1;
    const byte = bytes[i];
    if (byte === 0x22) return i + 1;
    if (byte !== 0x5c) return -i - 1;
    i += 2;
  }
}

function span(end: number, depth: number, keys: number, multiline: boolean, state: ScanState): JsonSpan {
  return { end, depth, keys, multiline, state };
}

function scalar(bytes: Uint8Array, start: number, limit: number): JsonSpan {
  let at = start;
  while (at < limit && CLASS[bytes[at] as number] === OTHER && !isSpace(bytes[at])) at++;
  return { end: at, depth: 0, keys: 0, multiline: false, state: "complete" };
}

/** True for the four JSON white-space bytes. */
export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Offset of the first byte from `at` on that is no white space, or `limit`. */
export function skipSpace(bytes: Uint8Array, at: number, limit = bytes.length): number {
  let i = at;
  while (i < limit && isSpace(bytes[i])) i++;
  return i;
}

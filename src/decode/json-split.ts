import { ByteWindow } from "./byte-window.js";
import { JsonResume } from "./json-resume.js";
import { isSpace, scanValue, skipSpace, stringEnd, type JsonSpan } from "./json-scan.js";

/** One element of a body: a framed value, bytes that are none, neighbours that hold no object, or an empty array. */
export type JsonPiece =
  /** The members after the array of `{"Records":[…],…}`, as an object of their own. */
  | { readonly kind: "beside"; readonly bytes: Uint8Array }
  | { readonly kind: "value"; readonly bytes: Uint8Array; readonly span: JsonSpan }
  | { readonly kind: "broken"; readonly bytes: Uint8Array }
  | { readonly kind: "scalars"; readonly bytes: Uint8Array; readonly count: number }
  | { readonly kind: "empty" };

/** Bytes that broken input may cause to be read again, as a multiple of what was read: keeps the work linear. */
const RESCAN_FACTOR = 8;
const FREE_RESCAN_BYTES = 64 * 1024;
/** Pieces in a row that hold no record are one piece up to this size: a body of rubbish makes few dead letters. */
const MAX_JOINED_BYTES = 64 * 1024;

const COMMA = 0x2c;
const CLOSING = 0x5d;
const OPENING = Buffer.from("{");
const RECORDS_KEY = Buffer.from('"Records"');
const EMPTY_ARRAY: JsonPiece = { kind: "empty" };
/** Answered when the window has to be filled first. */
const MORE: JsonPiece = { kind: "empty" };

/** Neighbouring pieces that become one. */
interface Run {
  readonly start: number;
  end: number;
  count: number;
  broken: boolean;
  readonly first: JsonPiece;
}

/** Splits a whole body; see `readJson`. */
export function* splitJson(body: Uint8Array): Generator<JsonPiece, void> {
  for (const piece of readJson(ByteWindow.whole(body))) if (piece !== undefined) yield piece;
}

/**
 * Splits a body into its values: one value, glued objects, NDJSON, and the elements of top-level arrays
 * and of `{"Records":[…]}`. A broken or truncated piece costs itself only: reading goes on at the next place
 * where a record can start. Yields undefined when the window has to be filled; what is read does not depend on where
 * the body is cut.
 */
export function* readJson(window: ByteWindow): Generator<JsonPiece | undefined, void> {
  const splitter = new JsonSplitter(window);
  let run: Run | undefined;
  for (;;) {
    const piece = splitter.next();
    if (piece === MORE) {
      window.keep = run?.start ?? splitter.at;
      yield undefined;
      continue;
    }
    if (piece?.kind !== "broken" && !(piece?.kind === "value" && holdsNoRecord(piece.bytes, piece.span))) {
      if (run !== undefined) yield toPiece(window, run);
      run = undefined;
      if (piece === undefined) return;
      yield piece;
      continue;
    }
    const { start } = splitter;
    const end = start + piece.bytes.length;
    if (run !== undefined && end - run.start <= MAX_JOINED_BYTES) {
      run.end = end;
      run.count++;
      run.broken ||= piece.kind === "broken";
      continue;
    }
    if (run !== undefined) yield toPiece(window, run);
    run = { start, end, count: 1, broken: piece.kind === "broken", first: piece };
  }
}

function toPiece(window: ByteWindow, run: Run): JsonPiece {
  if (run.count === 1) return run.first;
  const joined = window.slice(run.start, run.end);
  if (run.broken) return { kind: "broken", bytes: joined };
  return { kind: "scalars", bytes: joined, count: run.count };
}

/** True for a scalar, and for an array that has scalars but no object in it with a member. */
function holdsNoRecord(bytes: Uint8Array, span: JsonSpan): boolean {
  if (span.keys > 0 || bytes[0] === 0x7b) return false;
  let at = 0;
  while (at < bytes.length && (bytes[at] === 0x5b || bytes[at] === 0x5d || isSpace(bytes[at]))) at++;
  return at < bytes.length && bytes[at] !== 0x2c && bytes[at] !== 0x7b;
}

/** Where the splitter is: between values, at the bracket of an array, among its elements, or after it. */
type Place = "values" | "opening" | "elements" | "envelope";

class JsonSplitter {
  /** Offset of what comes next; all that is needed of the window begins here. */
  at = 0;
  /** Offset of the last piece that was returned. */
  start = 0;
  private begun = false;
  private place: Place = "values";
  private enveloped = false;
  private readonly resume: JsonResume;
  private rescanned = 0;

  constructor(private readonly window: ByteWindow) {
    this.resume = new JsonResume(window);
  }

  /** @returns undefined after the last piece. */
  next(): JsonPiece | undefined {
    const { window } = this;
    if (!this.begun) {
      if (window.bytes.length < 3 && !window.ended) return MORE;
      this.begun = true;
      if (startsWithBom(window.bytes)) this.at = 3;
    }
    for (;;) {
      if (this.place === "opening") return this.open();
      if (this.place === "envelope") {
        const beside = this.leaveEnvelope();
        if (beside !== undefined) return beside;
        continue;
      }
      this.skip();
      const { bytes, base, ended } = window;
      if (this.at >= window.end) return ended ? undefined : MORE;
      if (this.place === "elements") {
        if (bytes[this.at - base] !== CLOSING) return this.read(true);
        this.at++;
        this.place = this.enveloped ? "envelope" : "values";
        continue;
      }
      const array = arrayStart(bytes, this.at - base, ended);
      if (array === UNDECIDED) return MORE;
      if (array < 0) return this.read(false);
      this.enveloped = array > this.at - base;
      this.at = base + array;
      this.place = "opening";
    }
  }

  private skip(): void {
    this.at = this.window.base + skipSeparators(this.window.bytes, this.at - this.window.base);
  }

  /** At the bracket of an array. */
  private open(): JsonPiece {
    const { bytes, base, ended } = this.window;
    const open = this.at - base;
    const first = skipSeparators(bytes, open + 1);
    if (first >= bytes.length && !ended) return MORE;
    this.place = "elements";
    this.start = this.at;
    this.at = base + first;
    if (first >= bytes.length) return { kind: "broken", bytes: trimEnd(bytes.subarray(open)) };
    return bytes[first] === CLOSING ? EMPTY_ARRAY : this.read(true);
  }

  private read(inArray: boolean): JsonPiece {
    const { bytes, base, ended } = this.window;
    const at = this.at - base;
    const span = scanValue(bytes, at);
    if (span.state === "truncated" && !ended) return MORE;
    if (span.state === "complete") {
      const judged = inArray || span.depth === 0;
      if (judged && !ended && skipSpace(bytes, span.end) >= bytes.length) return MORE;
      const fits = inArray
        ? isElementEnd(bytes, span.end)
        : span.depth > 0 || isSpace(bytes[span.end]) || isElementEnd(bytes, span.end);
      if (fits) {
        this.start = this.at;
        this.at = base + span.end;
        return { kind: "value", bytes: bytes.subarray(at, span.end), span };
      }
    }
    const spent = this.rescanned + span.end - at;
    let end = Math.max(span.end, at + 1);
    if (spent <= RESCAN_FACTOR * (base + span.end) + FREE_RESCAN_BYTES) {
      const next = this.resume.after(this.at, inArray);
      if (next === undefined) return MORE;
      end = next - base;
    }
    this.rescanned = spent;
    this.start = this.at;
    this.at = base + end;
    return { kind: "broken", bytes: trimEnd(bytes.subarray(at, end)) };
  }

  /** After the bracket that closes `Records`: passes over the envelope's other members and its brace. */
  private leaveEnvelope(): JsonPiece | undefined {
    const { bytes, base } = this.window;
    const close = this.at - base;
    const end = this.afterMembers(close);
    if (end === UNDECIDED) return MORE;
    this.place = "values";
    this.start = this.at;
    this.at = base + end;
    const members = skipSpace(bytes, close);
    if (end === close || bytes[members] !== COMMA) return undefined;
    return { kind: "beside", bytes: Buffer.concat([OPENING, bytes.subarray(members + 1, end)]) };
  }

  /** Offset in the window after the `}` of the envelope; `close` when its members are no JSON. */
  private afterMembers(close: number): number {
    const { bytes, base, ended } = this.window;
    let next = skipSpace(bytes, close);
    while (bytes[next] === COMMA) {
      const key = skipSpace(bytes, next + 1);
      const keyEnd = bytes[key] === 0x22 ? stringEnd(bytes, key, bytes.length) : -1;
      const colon = keyEnd < 0 ? -1 : skipSpace(bytes, keyEnd);
      const stop = keyEnd < 0 ? Math.max(key, -keyEnd - 1) : colon;
      if (stop >= bytes.length && !ended) return UNDECIDED;
      if (colon < 0 || bytes[colon] !== 0x3a) return close;
      const from = skipSpace(bytes, colon + 1);
      const value = scanValue(bytes, from);
      if (value.end >= bytes.length && !ended) return UNDECIDED;
      if (value.state !== "complete") {
        this.rescanned += value.end - colon;
        return close;
      }
      if (this.rescanned > RESCAN_FACTOR * (base + value.end) + FREE_RESCAN_BYTES) return close;
      next = skipSpace(bytes, value.end);
    }
    if (next >= bytes.length && !ended) return UNDECIDED;
    return bytes[next] === 0x7d ? next + 1 : close;
  }
}

/** Answered by `arrayStart` when the bytes end before it is clear. */
const UNDECIDED = -2;

/** Offset of the `[` when an array or a `{"Records":[` stands at `at`, else below 0. */
export function arrayStart(bytes: Uint8Array, at: number, ended = true): number {
  if (bytes[at] === 0x5b) return at;
  if (bytes[at] !== 0x7b) return -1;
  const undecided = ended ? -1 : UNDECIDED;
  const key = skipSpace(bytes, at + 1);
  const start = bytes.subarray(key, key + RECORDS_KEY.length);
  if (start.length < RECORDS_KEY.length) {
    return RECORDS_KEY.subarray(0, start.length).equals(start) ? undecided : -1;
  }
  if (start[1] !== RECORDS_KEY[1] || !RECORDS_KEY.equals(start)) return -1;
  const colon = skipSpace(bytes, key + RECORDS_KEY.length);
  if (colon >= bytes.length) return undecided;
  if (bytes[colon] !== 0x3a) return -1;
  const value = skipSpace(bytes, colon + 1);
  if (value >= bytes.length) return undecided;
  return bytes[value] === 0x5b ? value : -1;
}

function skipSeparators(bytes: Uint8Array, at: number): number {
  let i = at;
  while (i < bytes.length && (isSpace(bytes[i]) || bytes[i] === COMMA)) i++;
  return i;
}

/** Whether a value may end before `at`. */
export function isElementEnd(bytes: Uint8Array, at: number): boolean {
  const next = skipSpace(bytes, at);
  const byte = bytes[next];
  return next >= bytes.length || byte === COMMA || byte === CLOSING || byte === 0x7b || byte === 0x7d;
}

function startsWithBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function trimEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (isSpace(bytes[end - 1]) || bytes[end - 1] === COMMA)) end--;
  return bytes.subarray(0, end);
}

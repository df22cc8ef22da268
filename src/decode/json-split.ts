import { isSpace, scanValue, skipSpace, stringEnd, type JsonSpan } from "./json-scan.js";

/** One element of a body: a framed value, bytes that are none, neighbours that hold no object, or an empty array. */
export type JsonPiece =
  /** The members after the array of `{"Records":[…],…}`, as an object of their own. */
  | { readonly kind: "beside"; readonly bytes: Uint8Array }
  | { readonly kind: "value"; readonly bytes: Uint8Array; readonly span: JsonSpan }
  | { readonly kind: "broken"; readonly bytes: Uint8Array }
  | { readonly kind: "scalars"; readonly bytes: Uint8Array; readonly count: number }
  | { readonly kind: "empty" };

/** Bytes that broken input may cause to be read again, as a multiple of the body: keeps the work linear. */
const RESCAN_FACTOR = 8;
/** Pieces in a row that hold no record are one piece up to this size: a body of rubbish makes few dead letters. */
const MAX_JOINED_BYTES = 64 * 1024;

interface Budget {
  left: number;
  /** Found places where reading can go on, kept so that no stretch is searched twice. */
  line: number;
  record: number;
}

const COMMA = 0x2c;
const OPENING = Buffer.from("{");
const RECORD_START = Buffer.from('"eventVersion"');
const RECORDS_KEY = Buffer.from('"Records"');

/**
 * Splits a body into its values: one value, glued objects, NDJSON, and the elements of top-level arrays
 * and of `{"Records":[…]}`. A broken or truncated piece costs itself only: reading goes on at the next place
 * where a record can start.
 */
export function* splitJson(body: Uint8Array): Generator<JsonPiece> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  let run: Run | undefined;
  for (const piece of splitPieces(bytes)) {
    if (piece.kind !== "broken" && !(piece.kind === "value" && holdsNoRecord(piece.bytes, piece.span))) {
      if (run !== undefined) yield toPiece(bytes, run);
      run = undefined;
      yield piece;
      continue;
    }
    const start = piece.bytes.byteOffset - bytes.byteOffset;
    const end = start + piece.bytes.length;
    if (run !== undefined && end - run.start <= MAX_JOINED_BYTES) {
      run.end = end;
      run.count++;
      run.broken ||= piece.kind === "broken";
      continue;
    }
    if (run !== undefined) yield toPiece(bytes, run);
    run = { start, end, count: 1, broken: piece.kind === "broken", first: piece };
  }
  if (run !== undefined) yield toPiece(bytes, run);
}

/** Neighbouring pieces that become one. */
interface Run {
  readonly start: number;
  end: number;
  count: number;
  broken: boolean;
  readonly first: JsonPiece;
}

function toPiece(bytes: Buffer, run: Run): JsonPiece {
  if (run.count === 1) return run.first;
  const joined = bytes.subarray(run.start, run.end);
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

function* splitPieces(bytes: Buffer): Generator<JsonPiece> {
  const budget = { left: bytes.length * RESCAN_FACTOR, line: -1, record: -1 };
  let at = startsWithBom(bytes) ? 3 : 0;
  for (;;) {
    at = skipSeparators(bytes, at);
    if (at >= bytes.length) return;
    const array = arrayStart(bytes, at);
    if (array >= 0) {
      const close = yield* splitElements(bytes, array, budget);
      const envelope = close < bytes.length && array > at;
      at = envelope ? afterEnvelope(bytes, close, budget) : close;
      const members = skipSpace(bytes, close);
      if (envelope && at > close && bytes[members] === COMMA) {
        yield { kind: "beside", bytes: Buffer.concat([OPENING, bytes.subarray(members + 1, at)]) };
      }
      continue;
    }
    const piece = readPiece(bytes, at, budget, false);
    yield piece.value;
    at = piece.end;
  }
}

/** Yields the elements of the array at `open`; returns the offset after its `]`. */
function* splitElements(bytes: Buffer, open: number, budget: Budget): Generator<JsonPiece, number> {
  let at = skipSeparators(bytes, open + 1);
  if (bytes[at] === 0x5d) yield { kind: "empty" };
  if (at >= bytes.length) yield { kind: "broken", bytes: bytes.subarray(open) };
  while (at < bytes.length && bytes[at] !== 0x5d) {
    const piece = readPiece(bytes, at, budget, true);
    yield piece.value;
    at = skipSeparators(bytes, piece.end);
  }
  return at + 1;
}

function readPiece(
  bytes: Buffer,
  start: number,
  budget: Budget,
  inArray: boolean,
): { readonly value: JsonPiece; readonly end: number } {
  const span = scanValue(bytes, start);
  if (span.state === "complete" && !(inArray && !isElementEnd(bytes, span.end))) {
    if (span.depth > 0 || isPieceEnd(bytes, span.end)) {
      return { value: { kind: "value", bytes: bytes.subarray(start, span.end), span }, end: span.end };
    }
  }
  budget.left -= span.end - start;
  const end = budget.left <= 0 ? bytes.length : resume(bytes, start, inArray, budget);
  return { value: { kind: "broken", bytes: trimEnd(bytes.subarray(start, end)) }, end };
}

/** Where reading can go on after the piece at `start` turned out to be no JSON. */
function resume(bytes: Buffer, start: number, inArray: boolean, budget: Budget): number {
  const first = bytes[start];
  const bracketed = first === 0x7b || first === 0x5b;
  const record = nextRecordStart(bytes, start + 1, budget);
  if (bracketed) {
    // Balanced although it is no JSON: its own brackets say where it ends.
    const lenient = scanValue(bytes, start, record, true);
    if (lenient.state === "complete" && isElementEnd(bytes, lenient.end)) return lenient.end;
    return record;
  }
  for (let at = start + 1; at < record; at++) {
    const byte = bytes[at];
    if (inArray ? byte === 0x2c || byte === 0x5d : byte === 0x7b || byte === 0x5b) return at;
  }
  return record;
}

/** Offset of the next `{` that begins a line or a CloudTrail record as AWS writes it; the end when there is none. */
function nextRecordStart(bytes: Buffer, from: number, budget: Budget): number {
  if (budget.line < from) {
    const line = bytes.indexOf("\n{", from - 1, "latin1");
    budget.line = line < 0 ? bytes.length : line + 1;
  }
  if (budget.record < from) budget.record = nextEventVersion(bytes, from);
  return Math.min(budget.line, budget.record);
}

function nextEventVersion(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(RECORD_START, from); at >= 0; at = bytes.indexOf(RECORD_START, at + 1)) {
    let brace = at - 1;
    while (brace >= from && isSpace(bytes[brace])) brace--;
    if (brace >= from && bytes[brace] === 0x7b) return brace;
  }
  return bytes.length;
}

/** Offset of the `[` when an array or a `{"Records":[` stands at `at`, else -1. */
export function arrayStart(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0x5b) return at;
  if (bytes[at] !== 0x7b) return -1;
  const key = skipSpace(bytes, at + 1);
  if (bytes[key + 1] !== RECORDS_KEY[1] || !RECORDS_KEY.equals(bytes.subarray(key, key + RECORDS_KEY.length)))
    return -1;
  const colon = skipSpace(bytes, key + RECORDS_KEY.length);
  if (bytes[colon] !== 0x3a) return -1;
  const value = skipSpace(bytes, colon + 1);
  return bytes[value] === 0x5b ? value : -1;
}

/** Offset after the `}` of an envelope whose array closed before `at`; members after it are passed over. */
function afterEnvelope(bytes: Uint8Array, at: number, budget: Budget): number {
  let next = skipSpace(bytes, at);
  while (bytes[next] === 0x2c) {
    const key = skipSpace(bytes, next + 1);
    const keyEnd = bytes[key] === 0x22 ? stringEnd(bytes, key, bytes.length) : -1;
    const colon = keyEnd < 0 ? -1 : skipSpace(bytes, keyEnd);
    if (colon < 0 || bytes[colon] !== 0x3a || budget.left <= 0) return at;
    const value = scanValue(bytes, skipSpace(bytes, colon + 1));
    if (value.state !== "complete") {
      budget.left -= value.end - colon;
      return at;
    }
    next = skipSpace(bytes, value.end);
  }
  return bytes[next] === 0x7d ? next + 1 : at;
}

function skipSeparators(bytes: Uint8Array, at: number): number {
  let i = at;
  while (i < bytes.length && (isSpace(bytes[i]) || bytes[i] === 0x2c)) i++;
  return i;
}

function isElementEnd(bytes: Uint8Array, at: number): boolean {
  const next = skipSpace(bytes, at);
  const byte = bytes[next];
  return next >= bytes.length || byte === 0x2c || byte === 0x5d || byte === 0x7b || byte === 0x7d;
}

function isPieceEnd(bytes: Uint8Array, at: number): boolean {
  return at >= bytes.length || isSpace(bytes[at]) || isElementEnd(bytes, at);
}

function startsWithBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function trimEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (isSpace(bytes[end - 1]) || bytes[end - 1] === 0x2c)) end--;
  return bytes.subarray(0, end);
}

import { ApiError } from "../lib/errors.js";
import {
  isOtherAction,
  mayBeDocument,
  parseAction,
  startsLikeAction,
  type BulkAction,
  type BulkOp,
} from "./bulk-action.js";
import { findMember } from "./json-member.js";
import { isSpace } from "./json-scan.js";

/** The item error of an action that is not carried out. */
export interface BulkRefusal {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

/** One action of a bulk request, in request order; the reply has one item for each, under `op`. */
export interface BulkEntry {
  readonly op: BulkOp;
  /** The index that the shipper named, for the dead letter only. */
  readonly index: string | undefined;
  /** The document's bytes, a view into the body, not yet parsed; undefined when the action is refused. */
  readonly document: Uint8Array | undefined;
  readonly refused?: BulkRefusal;
}

/** Thrown when the body is no bulk request at all, so that no item can be answered. */
export class BulkSyntaxError extends ApiError {}

interface Line {
  /** Without its line end and surrounding white space. */
  readonly bytes: Uint8Array;
  /** 1-based. */
  readonly number: number;
}

/**
 * Reads a `_bulk` body as an iterator, so that a large one is worked off in slices.
 *
 * More forgiving than OpenSearch, which refuses the whole request for one malformed line or a missing last newline.
 * Shippers drop what an item answers 400 to, so nothing that may be an event is refused for its action line: where
 * an action is due, a line that begins as a document does is an item of its own, under `index`; any other that
 * cannot be read (a cut-off action) is one item together with what follows, up to and including the next line that
 * begins an object. Thus one item for each action as the shipper counts them, unless lines are missing altogether.
 * Refused is what no document stands for: an action at the end, `delete`, and a well-formed action that is not
 * known, together with its document.
 *
 * @throws BulkSyntaxError before the first entry, when the body is empty or has no action at all.
 */
export function* parseBulk(
  body: Uint8Array,
  options: { readonly defaultIndex?: string } = {},
): Generator<BulkEntry, void> {
  const lines = readLines(body);
  let actionSeen = false;
  let last: { readonly line: Uint8Array; readonly action: BulkAction } | undefined;
  let line = nextLine(lines);
  if (line === undefined) throw emptyBody(body);
  while (line !== undefined) {
    const action: ReturnType<typeof parseAction> =
      last !== undefined && Buffer.compare(last.line, line.bytes) === 0
        ? last.action
        : parseAction(line.bytes, line.number);
    if ("reason" in action) {
      if (!actionSeen && !hasAction(body)) throw new BulkSyntaxError("bulk_malformed", action.reason);
      actionSeen = true;
      let next = nextLine(lines);
      if (isOtherAction(line.bytes)) {
        yield refuse("index", undefined, action.reason);
        line = next !== undefined && !startsLikeAction(next.bytes) ? nextLine(lines) : next;
        continue;
      }
      let end: Uint8Array = line.bytes;
      for (let whole = mayBeDocument(end); !whole && next !== undefined; next = nextLine(lines)) {
        if (startsLikeAction(next.bytes)) break;
        end = next.bytes;
        whole = end[0] === 0x7b;
      }
      const op: BulkOp = action.op === "create" ? "create" : "index";
      yield { op, index: options.defaultIndex, document: span(body, line.bytes, end) };
      line = next;
      continue;
    }
    // Shippers repeat the same action line for a whole batch.
    last = { line: line.bytes, action };
    actionSeen = true;
    const index: string | undefined = action.index ?? options.defaultIndex;
    const { op } = action;
    if (op === "delete") {
      yield refuse(op, index, "TrailTag only adds documents: [delete] is not carried out");
      line = nextLine(lines);
      continue;
    }
    const document = nextLine(lines);
    if (
      document === undefined ||
      (startsLikeAction(document.bytes) && !("reason" in parseAction(document.bytes, 0)))
    ) {
      yield refuse(op, index, `The action on line [${line.number}] has no document after it`);
      line = document;
      continue;
    }
    yield op === "update" ? readUpdate(document.bytes, index) : { op, index, document: document.bytes };
    line = nextLine(lines);
  }
}

/** `update` carries its document inside: as `doc`, or as `upsert` where the document is new. */
function readUpdate(line: Uint8Array, index: string | undefined): BulkEntry {
  if (findMember(line, "script") !== undefined) {
    return refuse(
      "update",
      index,
      "TrailTag only adds documents: [update] with a [script] is not carried out",
    );
  }
  const document = findMember(line, "doc") ?? findMember(line, "upsert");
  if (document !== undefined) return { op: "update", index, document };
  // Cut off or no JSON: the line goes on as it is, to be dead-lettered with its reason.
  if (!isWholeObject(line)) return { op: "update", index, document: line };
  return refuse("update", index, "[update] needs a [doc] or an [upsert]");
}

function isWholeObject(line: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(line).toString("utf8"));
    return typeof value === "object";
  } catch {
    return false;
  }
}

function refuse(op: BulkOp, index: string | undefined, reason: string): BulkEntry {
  return {
    op,
    index,
    document: undefined,
    refused: { status: 400, type: "illegal_argument_exception", reason },
  };
}

function emptyBody(body: Uint8Array): BulkSyntaxError {
  if (body.length === 0) return new BulkSyntaxError("body_required", "request body is required");
  return new BulkSyntaxError("bulk_malformed", "Validation Failed: 1: no requests added;");
}

function nextLine(lines: Iterator<Line, void>): Line | undefined {
  const next = lines.next();
  return next.done === true ? undefined : next.value;
}

function hasAction(body: Uint8Array): boolean {
  for (const line of readLines(body)) if (startsLikeAction(line.bytes)) return true;
  return false;
}

/** From the first byte of one view into the body to the last byte of another. */
function span(body: Uint8Array, first: Uint8Array, last: Uint8Array): Uint8Array {
  const start = first.byteOffset - body.byteOffset;
  return body.subarray(start, last.byteOffset + last.length - body.byteOffset);
}

function* readLines(body: Uint8Array): Generator<Line, void> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  let at = hasBom ? 3 : 0;
  for (let number = 1; at < bytes.length; number++) {
    // Blank lines are passed over here: a body of nothing else must not cost a line's work for each.
    if (bytes[at] === 0x0a) {
      at++;
      continue;
    }
    const newline = bytes.indexOf(0x0a, at);
    const next = newline < 0 ? bytes.length : newline + 1;
    let end = newline < 0 ? bytes.length : newline;
    while (at < end && isSpace(bytes[at])) at++;
    while (end > at && isSpace(bytes[end - 1])) end--;
    if (end > at) yield { bytes: bytes.subarray(at, end), number };
    at = next;
  }
}

import { ApiError } from "../lib/errors.js";
import {
  isOtherAction,
  mayBeDocument,
  parseAction,
  startsLikeAction,
  type BulkAction,
  type BulkOp,
} from "./bulk-action.js";
import { ActionSearch, BulkLines, MORE, type Line } from "./bulk-lines.js";
import { ByteWindow } from "./byte-window.js";
import { findMember } from "./json-member.js";

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

export interface BulkOptions {
  readonly defaultIndex?: string;
  /** Where the first line is no action, so far an action is looked for before the whole body is refused. Default 10 MiB. */
  readonly maxLookAheadBytes?: number;
}

const MAX_LOOK_AHEAD_BYTES = 10 * 1024 * 1024;
/** Actions are short; a line that is repeated is kept, so that it is parsed once. */
const MAX_KEPT_ACTION_BYTES = 1024;
/** A longer `update` without a document is not parsed to tell why: it goes on as it is. */
const MAX_JUDGED_UPDATE_BYTES = 1024 * 1024;

/** Reads a whole `_bulk` body; see `readBulk`. */
export function* parseBulk(body: Uint8Array, options: BulkOptions = {}): Generator<BulkEntry, void> {
  for (const entry of readBulk(ByteWindow.whole(body), options)) if (entry !== undefined) yield entry;
}

/**
 * Reads a `_bulk` body as an iterator, so that a large one is worked off in slices as it arrives. Yields undefined when
 * the window has to be filled. What it reads does not depend on where the body is cut.
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
export function* readBulk(
  window: ByteWindow,
  options: BulkOptions = {},
): Generator<BulkEntry | undefined, void> {
  const lines = new BulkLines(window);
  let actionSeen = false;
  let last: { readonly line: Buffer; readonly action: BulkAction } | undefined;
  let line = lines.next();
  if (line === MORE) line = yield* fill(window, lines);
  if (line === undefined) throw emptyBody(window.end);
  while (line !== undefined) {
    const action: ReturnType<typeof parseAction> = last?.line.equals(line.bytes)
      ? last.action
      : parseAction(line.bytes, line.number);
    if ("reason" in action) {
      if (!actionSeen) yield* requireAction(window, line.start, action.reason, options);
      actionSeen = true;
      const { start, bytes } = line;
      if (isOtherAction(bytes)) {
        yield refuse("index", undefined, action.reason);
        line = lines.next();
        if (line === MORE) line = yield* fill(window, lines);
        if (line === undefined || startsLikeAction(line.bytes)) continue;
        line = lines.next();
        if (line === MORE) line = yield* fill(window, lines);
        continue;
      }
      const whole = mayBeDocument(bytes);
      let { end } = line;
      line = lines.next(!whole);
      if (line === MORE) line = yield* fill(window, lines, start, !whole);
      if (!whole) {
        end = Math.max(end, lines.passed);
        if (line !== undefined && !startsLikeAction(line.bytes)) {
          ({ end } = line);
          line = lines.next();
          if (line === MORE) line = yield* fill(window, lines, start);
        }
      }
      const op: BulkOp = action.op === "create" ? "create" : "index";
      yield { op, index: options.defaultIndex, document: window.slice(start, end) };
      continue;
    }
    // Shippers repeat the same action line for a whole batch. A copy: a view would keep all around it in memory.
    if (last?.action !== action && line.bytes.length <= MAX_KEPT_ACTION_BYTES) {
      last = { line: Buffer.from(line.bytes), action };
    }
    actionSeen = true;
    const index: string | undefined = action.index ?? options.defaultIndex;
    const { op } = action;
    if (op === "delete") {
      yield refuse(op, index, "TrailTag only adds documents: [delete] is not carried out");
      line = lines.next();
      if (line === MORE) line = yield* fill(window, lines);
      continue;
    }
    const { number }: Line = line;
    let document = lines.next();
    if (document === MORE) document = yield* fill(window, lines);
    if (
      document === undefined ||
      (startsLikeAction(document.bytes) && !("reason" in parseAction(document.bytes, 0)))
    ) {
      yield refuse(op, index, `The action on line [${number}] has no document after it`);
      line = document;
      continue;
    }
    yield op === "update" ? readUpdate(document.bytes, index) : { op, index, document: document.bytes };
    line = lines.next();
    if (line === MORE) line = yield* fill(window, lines);
  }
}

/** The next line, once the window holds it. @param keep where the entry begins, when it goes on in the next line */
function* fill(
  window: ByteWindow,
  lines: BulkLines,
  keep?: number,
  objectsOnly?: boolean,
): Generator<undefined, Line | undefined> {
  for (;;) {
    window.keep = keep ?? lines.at;
    yield undefined;
    const line = lines.next(objectsOnly);
    if (line !== MORE) return line;
  }
}

/** Before the first entry: a body without any action is refused whole. */
function* requireAction(
  window: ByteWindow,
  start: number,
  reason: string,
  { maxLookAheadBytes = MAX_LOOK_AHEAD_BYTES }: BulkOptions,
): Generator<undefined, void> {
  const search = new ActionSearch(window, start, start + maxLookAheadBytes);
  for (;;) {
    const found = search.look();
    if (found === "found") return;
    if (found === "none") throw new BulkSyntaxError("bulk_malformed", reason);
    window.keep = start;
    yield undefined;
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
  if (line.length > MAX_JUDGED_UPDATE_BYTES) return false;
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

function emptyBody(bytes: number): BulkSyntaxError {
  if (bytes === 0) return new BulkSyntaxError("body_required", "request body is required");
  return new BulkSyntaxError("bulk_malformed", "Validation Failed: 1: no requests added;");
}

import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";
import { skipSpace, stringEnd } from "./json-scan.js";

export const BULK_OPS = ["create", "delete", "index", "update"] as const;
export type BulkOp = (typeof BULK_OPS)[number];

/** An action line. Of its metadata only the index is read: events go where TrailTag puts them. */
export interface BulkAction {
  readonly op: BulkOp;
  readonly index: string | undefined;
}

/** What is wrong with a line where an action is due; `op` when it names one that can be answered under. */
export interface BadAction {
  readonly op: BulkOp | undefined;
  readonly reason: string;
}

const OPS_BY_KEY: ReadonlyMap<string, BulkOp> = new Map(BULK_OPS.map((op) => [op, op]));
const LONGEST_OP = 8;
/** A longer line is no action: it is not worth parsing to find that out. */
const MAX_ACTION_BYTES = 64 * 1024;
const METADATA: ReadonlySet<string> = new Set([
  ..."_index _id _type _routing _version _version_type routing version version_type if_seq_no".split(" "),
  ..."if_primary_term retry_on_conflict pipeline dynamic_templates require_alias require_data_stream".split(
    " ",
  ),
]);

/**
 * Whether a line can be an action: `{"create":…` and the like. Cheap enough to ask of every line; no CloudTrail
 * record and no wrapper begins so.
 */
export function startsLikeAction(line: Uint8Array): boolean {
  const key = line[0] === 0x7b ? skipSpace(line, 1) : -1;
  if (key < 0 || line[key] !== 0x22) return false;
  const end = stringEnd(line, key, Math.min(line.length, key + LONGEST_OP));
  if (end < 0) return false;
  if (!OPS_BY_KEY.has(Buffer.from(line.subarray(key + 1, end - 1)).toString("latin1"))) return false;
  const colon = skipSpace(line, end);
  if (line[colon] !== 0x3a) return false;
  const value = line[skipSpace(line, colon + 1)];
  return value === 0x7b || value === 0x6e;
}

/**
 * Whether a line where an action is due is rather a document whose action line is gone: an object whose first key
 * is none of the ops, nor one of them cut short.
 */
export function mayBeDocument(line: Uint8Array): boolean {
  const key = line[0] === 0x7b ? skipSpace(line, 1) : -1;
  if (key < 0 || line[key] !== 0x22) return false;
  const start = Buffer.from(line.subarray(key + 1, key + 2 + LONGEST_OP)).toString("latin1");
  const quote = start.indexOf('"');
  const name = quote < 0 ? start : start.slice(0, quote);
  return quote < 0 ? !BULK_OPS.some((op) => op.startsWith(name)) : !OPS_BY_KEY.has(name);
}

/**
 * Whether a line is well formed as an action, of an op that is not known. Its metadata has to be such as actions
 * have: a wrapper with a single member is no action.
 */
export function isOtherAction(line: Uint8Array): boolean {
  if (line.length > MAX_ACTION_BYTES) return false;
  let value: JsonValue;
  try {
    value = JSON.parse(toText(line)) as JsonValue;
  } catch {
    return false;
  }
  if (!isJsonObject(value)) return false;
  const [key, ...more] = Object.keys(value);
  if (key === undefined || more.length > 0 || OPS_BY_KEY.has(key)) return false;
  const metadata = own(value, key);
  return isJsonObject(metadata) && Object.keys(metadata).every((name) => METADATA.has(name));
}

/** Reads an action line. Metadata that OpenSearch 3 no longer knows (`_type`) or that TrailTag does not use is ignored. */
export function parseAction(line: Uint8Array, number: number): BulkAction | BadAction {
  const malformed = `Malformed action/metadata line [${number}], expected`;
  let value: JsonValue;
  try {
    if (line.length > MAX_ACTION_BYTES) throw new RangeError("too long");
    value = JSON.parse(toText(line)) as JsonValue;
  } catch {
    return { op: undefined, reason: `${malformed} a JSON object that names one action` };
  }
  if (!isJsonObject(value)) return { op: undefined, reason: `${malformed} START_OBJECT` };
  const keys = Object.keys(value);
  const key = keys[0];
  const op = key === undefined ? undefined : OPS_BY_KEY.get(key);
  if (key === undefined || op === undefined || keys.length > 1) {
    const found = keys.length === 0 ? "an empty object" : `[${keys.slice(0, 3).join(", ").slice(0, 100)}]`;
    return { op, reason: `${malformed} one of [${BULK_OPS.join(", ")}] but found ${found}` };
  }
  const metadata = own(value, key);
  if (metadata === null) return { op, index: undefined };
  if (!isJsonObject(metadata)) return { op, reason: `${malformed} START_OBJECT after [${op}]` };
  return { op, index: indexOf(metadata) };
}

function indexOf(metadata: JsonObject): string | undefined {
  const index = own(metadata, "_index");
  return typeof index === "string" ? index : undefined;
}

function toText(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8");
}

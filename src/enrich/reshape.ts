import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";

/** One change: the value at `path` gives way to `safe`, or is left out where that is undefined. */
export interface Reshape {
  readonly path: readonly string[];
  readonly safe: JsonValue | undefined;
}

export interface ReshapedRecord {
  /** The record with each change made. */
  readonly record: JsonObject;
  /** What stood there, at the same paths. */
  readonly original: JsonObject;
  /** The paths, joined with dots. */
  readonly paths: readonly string[];
}

/** Longest path named in `event.reshaped`. */
const MAX_PATH = 512;

/** Carries out changes on a copy; only objects on the way to a change are copied. */
export function applyPlan(record: JsonObject, plan: readonly Reshape[]): ReshapedRecord {
  let result = record;
  let original: JsonObject = {};
  const paths: string[] = [];
  for (const { path, safe } of plan) {
    original = set(original, path, 0, get(record, path) ?? null);
    result = set(result, path, 0, safe);
    paths.push(path.join(".").slice(0, MAX_PATH));
  }
  return { record: result, original, paths };
}

/**
 * Puts the originals back: the record as it came. Where both sides are objects the way leads on; anywhere else the
 * original stands. (An original that is an object is always left out of the record, never replaced by an object.)
 */
export function restore(record: JsonObject, original: JsonObject): JsonObject {
  const members = new Map<string, JsonValue>(Object.entries(record));
  for (const [key, value] of Object.entries(original)) {
    const held = members.get(key);
    members.set(key, isJsonObject(value) && isJsonObject(held) ? restore(held, value) : value);
  }
  return Object.fromEntries(members);
}

function get(value: JsonObject, path: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const key of path) at = isJsonObject(at) ? own(at, key) : undefined;
  return at;
}

function set(
  object: JsonObject,
  path: readonly string[],
  at: number,
  value: JsonValue | undefined,
): JsonObject {
  const key = path[at] as string;
  const members = new Map<string, JsonValue>(Object.entries(object));
  if (at < path.length - 1) {
    const below = members.get(key);
    members.set(key, set(isJsonObject(below) ? below : {}, path, at + 1, value));
  } else if (value === undefined) {
    members.delete(key);
  } else {
    members.set(key, value);
  }
  return Object.fromEntries(members);
}

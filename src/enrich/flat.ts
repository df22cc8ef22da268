import { isJsonObject, type JsonObject, type JsonValue } from "../lib/json.js";

/** Lucene's limit for one term. */
const MAX_TERM_BYTES = 32_766;
/** What is left in place of a value that is too long: at most 24,573 bytes, so a path of 8 KB still fits beside it. */
const KEPT_CHARACTERS = 8_191;

/**
 * Whether a part of this many characters of JSON can hold a leaf that is too long for `flat_object`. A character
 * is at most three bytes, and the path is in the text with the value.
 */
export function mayHoldLongLeaf(characters: number): boolean {
  return characters * 3 > MAX_TERM_BYTES - 64;
}

/** A top-level shape that `flat_object` takes: an object, null, or an array of objects, nulls and the like. */
export function isFlatShape(value: JsonValue): boolean {
  if (typeof value !== "object") return false;
  if (!Array.isArray(value)) return true;
  for (const element of value as readonly JsonValue[]) {
    if (typeof element !== "object" || Array.isArray(element)) return false;
  }
  return true;
}

/** A leaf that is too long, or whose path is: where it is, and what may stand there instead (undefined: nothing). */
export interface LongLeaf {
  /** Keys from the flat part down; ends at the outermost array that holds the leaf, if one does. */
  readonly path: readonly string[];
  readonly safe: JsonValue | undefined;
}

/** Finds the leaves of a flat part whose `path=value` would exceed Lucene's term. `root` is the field's name. */
export function findLongLeaves(root: string, value: JsonValue): LongLeaf[] {
  const found: LongLeaf[] = [];
  // The term is `root.path=value`, and its doc value carries the root once more.
  const base = 2 * Buffer.byteLength(root) + 4;
  if (isJsonObject(value)) visit(value, [], base, found);
  else if (holdsLong(value, base)) found.push({ path: [], safe: shorten(value, base) });
  return found;
}

function visit(object: JsonObject, path: string[], bytes: number, found: LongLeaf[]): void {
  for (const key of Object.keys(object)) {
    const value = object[key] as JsonValue;
    const below = bytes + Buffer.byteLength(key) + 1;
    path.push(key);
    if (below > MAX_TERM_BYTES - 3 * KEPT_CHARACTERS) found.push({ path: [...path], safe: undefined });
    else if (isJsonObject(value)) visit(value, path, below, found);
    else if (holdsLong(value, below)) found.push({ path: [...path], safe: shorten(value, below) });
    path.pop();
  }
}

function holdsLong(value: JsonValue, bytes: number): boolean {
  if (typeof value === "string") return isLong(value, bytes);
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).some((element) => holdsLong(element, bytes));
  if (!isJsonObject(value)) return false;
  return Object.keys(value).some((key) => {
    const below = bytes + Buffer.byteLength(key) + 1;
    return below > MAX_TERM_BYTES - 3 * KEPT_CHARACTERS || holdsLong(value[key] as JsonValue, below);
  });
}

function isLong(value: string, bytes: number): boolean {
  return value.length * 3 + bytes > MAX_TERM_BYTES && Buffer.byteLength(value) + bytes > MAX_TERM_BYTES;
}

/** The value with its long strings cut and its members of long names left out. */
function shorten(value: JsonValue, bytes: number): JsonValue {
  if (typeof value === "string") return isLong(value, bytes) ? value.slice(0, KEPT_CHARACTERS) : value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((element) => shorten(element, bytes));
  if (!isJsonObject(value)) return value;
  const members: [string, JsonValue][] = [];
  for (const [key, member] of Object.entries(value)) {
    const below = bytes + Buffer.byteLength(key) + 1;
    if (below <= MAX_TERM_BYTES - 3 * KEPT_CHARACTERS) members.push([key, shorten(member, below)]);
  }
  return Object.fromEntries(members);
}

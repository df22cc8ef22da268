import { isJsonObject, type JsonObject, type JsonScalar, type JsonValue } from "../lib/json.js";

export type ShipperFields = Readonly<Record<string, JsonScalar | JsonObject>>;

const MAX_FIELDS = 32;
const MAX_TEXT = 1024;

export interface MovedFields {
  readonly shipper: ShipperFields | undefined;
  /** `shipper.<key>` of what was too large or too much to keep. */
  readonly dropped: readonly string[];
}

/**
 * Gathers what goes under `shipper.*`: the wrapper's own fields, and the record's keys that may not stay at its
 * top. Scalars and small objects are kept, arrays under `values`; the rest is dropped and named.
 */
export function moveToShipper(
  record: JsonObject,
  keys: readonly string[],
  wrapper: Readonly<Record<string, JsonScalar>> | undefined,
): MovedFields {
  const kept = new Map<string, JsonScalar | JsonObject>();
  const dropped: string[] = [];
  if (wrapper !== undefined) {
    for (const key in wrapper) keep(kept, dropped, key, wrapper[key] ?? null);
  }
  for (const key of keys) {
    const value = record[key] ?? null;
    keep(kept, dropped, key, Array.isArray(value) ? { values: value as readonly JsonValue[] } : value);
  }
  return { shipper: kept.size === 0 ? undefined : Object.fromEntries(kept), dropped };
}

function keep(
  kept: Map<string, JsonScalar | JsonObject>,
  dropped: string[],
  key: string,
  value: JsonValue,
): void {
  const name = kept.has(key) ? `record.${key}` : key;
  if (kept.size < MAX_FIELDS && name.length <= MAX_TEXT && small(value)) kept.set(name, value);
  else dropped.push(`shipper.${name.slice(0, MAX_TEXT)}`);
}

function small(value: JsonValue): value is JsonScalar | JsonObject {
  if (typeof value === "string") return value.length <= MAX_TEXT;
  if (isJsonObject(value)) return JSON.stringify(value).length <= MAX_TEXT;
  return !Array.isArray(value);
}

import type { JsonObject, JsonValue } from "../lib/json.js";
import { toRecord } from "./record.js";
import type { EventDocument } from "./types.js";

/**
 * Whether two documents under one id hold the same CloudTrail record: a redelivery, not a collision. The order of
 * keys, what TrailTag derived and what the shipper added do not count.
 */
export function sameRecord(stored: EventDocument, incoming: EventDocument): boolean {
  return equal(toRecord(stored), toRecord(incoming));
}

function equal(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    const [left, right] = [a as readonly JsonValue[], b as readonly JsonValue[]];
    return left.every((element, i) => equal(element, right[i]));
  }
  if (Array.isArray(b)) return false;
  const [left, right] = [a as JsonObject, b as JsonObject];
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && equal(left[key], right[key]));
}

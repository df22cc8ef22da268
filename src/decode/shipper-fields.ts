import { isJsonObject, type JsonObject, type JsonScalar, type JsonValue } from "../lib/json.js";
import type { DecodeCounters } from "./types.js";

export type ShipperFields = Readonly<Record<string, JsonScalar>>;

const MAX_FIELDS = 32;
const MAX_STRING_BYTES = 1024;
const MAX_NAME_LENGTH = 256;
const MAX_DEPTH = 8;

/**
 * A wrapper's own scalar fields under dotted names, added to those of the wrappers around it.
 *
 * @param without members of the wrapper that carried the record.
 */
export function collectShipperFields(
  wrapper: JsonObject,
  without: ReadonlySet<string>,
  outer: ShipperFields | undefined,
  counters: DecodeCounters | undefined,
): ShipperFields | undefined {
  const fields = new Map<string, JsonScalar>(outer === undefined ? [] : Object.entries(outer));
  let dropped = 0;
  const visit = (prefix: string, value: JsonValue, depth: number): void => {
    if (value === null) return;
    if (isJsonObject(value) && depth < MAX_DEPTH) {
      for (const [key, member] of Object.entries(value)) {
        const name = prefix === "" ? key : `${prefix}.${key}`;
        if (!without.has(name)) visit(name, member, depth + 1);
      }
      return;
    }
    if (
      typeof value === "object" ||
      fields.size >= MAX_FIELDS ||
      prefix.length > MAX_NAME_LENGTH ||
      isLong(value)
    ) {
      dropped++;
      return;
    }
    fields.set(prefix, value);
  };
  visit("", wrapper, 0);
  if (counters !== undefined) counters.shipperFieldsDropped += dropped;
  // fromEntries defines the keys: one named `__proto__` stays a plain field.
  return fields.size === 0 ? undefined : Object.fromEntries(fields);
}

function isLong(value: JsonScalar): boolean {
  return typeof value === "string" && Buffer.byteLength(value) > MAX_STRING_BYTES;
}

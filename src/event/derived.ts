import type { JsonObject, JsonValue } from "../lib/json.js";
import { toOutcome } from "./ecs.js";

/** Reads a field that a record does not hold as such; undefined when it has none. */
export function readDerivedField(name: DerivedField, record: JsonObject): JsonValue | undefined {
  return DERIVED_FIELDS[name](record);
}

/** One entry is one field that rules may name. */
const DERIVED_FIELDS = {
  "event.outcome": toOutcome,
} satisfies Readonly<Record<string, (record: JsonObject) => JsonValue | undefined>>;

export type DerivedField = keyof typeof DERIVED_FIELDS;

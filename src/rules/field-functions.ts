import { toJavaText } from "../event/java-text.js";
import type { JsonValue } from "../lib/json.js";
import type { FieldFunction } from "./field.js";

type Arguments = readonly (JsonValue | undefined)[];

/** Calls a function of values; undefined where an argument is of another type than the function wants. */
export function callFieldFunction(name: FieldFunction, args: Arguments): JsonValue | undefined {
  return FUNCTIONS[name](args);
}

const FUNCTIONS = {
  java_text: ([value]) => (value === undefined || value === null ? undefined : toJavaText(value)),
  length: ([text]) => (typeof text === "string" ? text.length : undefined),
} satisfies Record<FieldFunction, (args: Arguments) => JsonValue | undefined>;

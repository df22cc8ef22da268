import type { JsonValue } from "../lib/json.js";

let lastValue: JsonValue | undefined;
let lastText = "";

/** JSON without blanks. Rules that look for different texts in the same part of a record come one after the other. */
export function toCompactJson(value: JsonValue): string {
  if (value !== lastValue) {
    lastText = JSON.stringify(value);
    lastValue = value;
  }
  return lastText;
}

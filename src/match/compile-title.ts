import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../lib/json.js";
import type { Template } from "../rules/template.js";
import { compileField } from "./compile-field.js";

/** Characters of a title; a longer one ends in "…". */
export const MAX_TITLE = 1_024;

/** Compiles an alert title. A field that the event lacks reads "unknown"; lists are joined by ", ". */
export function compileTitle(template: Template): (record: JsonObject) => string {
  const parts = template.map((part) => {
    if (part.kind === "text") return part.text;
    const read = compileField(part.field);
    return (record: JsonObject) => toText(read(record));
  });
  const [first] = parts;
  if (parts.length === 1 && typeof first === "string") return () => first;
  return (record) => {
    let title = "";
    for (const part of parts) {
      title += typeof part === "string" ? part : part(record);
      // Each part may be as long as an event, and there may be many.
      if (title.length > MAX_TITLE) return `${title.slice(0, MAX_TITLE - 1)}…`;
    }
    return title;
  };
}

function toText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "unknown";
  if (isJsonObject(value)) return JSON.stringify(value);
  if (isJsonArray(value)) return value.length === 0 ? "unknown" : value.map(toText).join(", ");
  return String(value);
}

import type { JsonObject, JsonValue } from "../lib/json.js";

/** JSON with sorted keys and no blanks: the same for every order of keys. */
export function toCanonicalJson(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(toCanonicalJson).join(",")}]`;
  const object = value as JsonObject;
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${toCanonicalJson(object[key] as JsonValue)}`);
  return `{${members.join(",")}}`;
}

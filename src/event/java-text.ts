import { isJsonArray, isJsonObject, type JsonValue } from "../lib/json.js";

/** Text of a value as Java prints maps and lists: `{a=1, b=[x, y]}`. A string stays as it is. */
export function toJavaText(value: JsonValue): string {
  if (isJsonArray(value)) return `[${value.map(toJavaText).join(", ")}]`;
  if (!isJsonObject(value)) return String(value);
  const members = Object.entries(value).map(([key, member]) => `${key}=${toJavaText(member)}`);
  return `{${members.join(", ")}}`;
}

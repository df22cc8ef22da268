import { OWN_KEYS } from "../event/adornments.js";
import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";
import { restore } from "./reshape.js";
import type { EventDocument } from "./types.js";

/**
 * The CloudTrail record inside a stored event: our own fields left out, originals put back. Of a document that is
 * somebody else's, whatever stands under other names than ours.
 */
export function toRecord(document: EventDocument): JsonObject {
  const original = isJsonObject(document.original) ? document.original : undefined;
  if (original !== undefined && isWholeReshaped(document)) return original;
  const members: [string, JsonValue][] = [];
  for (const key of Object.keys(document)) {
    if (!OWN_KEYS.has(key)) members.push([key, document[key] as JsonValue]);
  }
  const record = Object.fromEntries(members);
  return original === undefined ? record : restore(record, original);
}

function isWholeReshaped(document: EventDocument): boolean {
  const event: unknown = document.event;
  const reshaped = isJsonObject(event) ? own(event, "reshaped") : undefined;
  return Array.isArray(reshaped) && reshaped[0] === "*";
}

import { createHash } from "node:crypto";
import { own, type JsonObject, type JsonValue } from "../lib/json.js";
import { toCanonicalJson } from "./canonical.js";

/** What OpenSearch takes as `_id`. */
const MAX_ID_BYTES = 512;

/** `eventID`, else `eventId`, where it can be an `_id`; else the SHA-256 (hex) of the canonical record. */
export function toEventId(record: JsonObject): string {
  const id = own(record, "eventID");
  if (usable(id)) return id;
  const other = own(record, "eventId");
  if (usable(other)) return other;
  return createHash("sha256").update(toCanonicalJson(record)).digest("hex");
}

function usable(id: JsonValue | undefined): id is string {
  if (typeof id !== "string" || id.length === 0 || id.length > MAX_ID_BYTES) return false;
  let ascii = true;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    if (code < 32 || code === 127) return false;
    if (code > 127) ascii = false;
  }
  // A lone surrogate would become U+FFFD on the wire, the same for different ids.
  if (ascii) return true;
  const bytes = Buffer.from(id);
  return bytes.length <= MAX_ID_BYTES && bytes.toString() === id;
}

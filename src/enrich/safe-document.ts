import { OWN_KEYS } from "../event/adornments.js";
import type { EventDocument } from "./types.js";

/**
 * Where the record's own text is: so many characters at the end of the document, in place of which the document's own
 * brace stands; or the text itself, when the document holds a reshaped form of it.
 */
export type RecordText = number | string;

/** The safest form of a stored document: derived fields as before, the whole record under `original`. */
export function toSafeDocument(document: string, recordText: RecordText): string {
  const { event, ...members } = JSON.parse(document) as EventDocument;
  const record = typeof recordText === "string" ? recordText : `{${document.slice(1 - recordText)}`;
  const derived = Object.entries(members).filter(([key]) => OWN_KEYS.has(key) && key !== "original");
  const head = JSON.stringify({ ...Object.fromEntries(derived), event: { ...event, reshaped: ["*"] } });
  return `${head.slice(0, -1)},"original":${record}}`;
}

import { RELATED_KINDS } from "../event/types.js";
import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";
import { SEVERITIES } from "../lib/severity.js";
import type { EventDocument } from "./types.js";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/u;
/** OpenSearch takes ids of up to 512 bytes. */
const MAX_ALERT_ID = 128;
const MAX_WINDOW_MINUTES = 527_040;

/**
 * A document that was read back, as the event that TrailTag wrote; undefined when it is somebody else's. Others can
 * write to the same indices, so everything that an alert is made of is looked at.
 */
export function toStoredEvent(document: JsonObject): EventDocument | undefined {
  const [event, detection] = [own(document, "event"), own(document, "detection")];
  const ours =
    isInstant(own(document, "@timestamp")) &&
    isJsonObject(event) &&
    isText(own(event, "id")) &&
    isInstant(own(event, "ingested")) &&
    isJsonObject(own(document, "cloud")) &&
    isRelated(own(document, "related")) &&
    isThreat(own(document, "threat")) &&
    isJsonObject(detection) &&
    isTexts(own(detection, "alert_ids")) &&
    isList(own(detection, "hits"), isHit);
  return ours ? (document as unknown as EventDocument) : undefined;
}

function isHit(hit: JsonValue): boolean {
  if (!isJsonObject(hit)) return false;
  const [id, minutes] = [own(hit, "alert_id"), own(hit, "window_minutes")];
  return (
    ["rule_id", "rule_name", "kind", "title"].every((key) => isText(own(hit, key))) &&
    (SEVERITIES as readonly unknown[]).includes(own(hit, "severity")) &&
    Number.isFinite(own(hit, "risk_score")) &&
    isList(own(hit, "tactics"), isText) &&
    isList(own(hit, "techniques"), isText) &&
    (id === undefined || (isText(id) && id !== "" && id.length <= MAX_ALERT_ID)) &&
    optional(own(hit, "context"), isJsonObject) &&
    optional(own(hit, "dedup_key"), isText) &&
    optional(own(hit, "window_start"), isInstant) &&
    (minutes === undefined || (typeof minutes === "number" && minutes > 0 && minutes <= MAX_WINDOW_MINUTES))
  );
}

function isRelated(related: JsonValue | undefined): boolean {
  if (related === undefined) return true;
  return isJsonObject(related) && RELATED_KINDS.every((kind) => optional(own(related, kind), isTexts));
}

function isThreat(threat: JsonValue | undefined): boolean {
  if (threat === undefined) return true;
  return isJsonObject(threat) && ["tactic", "technique"].every((key) => isNames(own(threat, key)));
}

function isNames(names: JsonValue | undefined): boolean {
  return isJsonObject(names) && isTexts(own(names, "id")) && isTexts(own(names, "name"));
}

function optional(value: JsonValue | undefined, is: (value: JsonValue) => boolean): boolean {
  return value === undefined || is(value);
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === "string";
}

function isTexts(value: JsonValue | undefined): boolean {
  return isList(value, isText);
}

function isList(value: JsonValue | undefined, is: (value: JsonValue) => boolean): boolean {
  return Array.isArray(value) && (value as JsonValue[]).every((each) => is(each));
}

function isInstant(value: JsonValue | undefined): boolean {
  return isText(value) && INSTANT.test(value) && Number.isFinite(Date.parse(value));
}

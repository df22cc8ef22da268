import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";
import { isDigest } from "./cloudtrail-shape.js";
import { findMember } from "./json-member.js";
import type { SkipReason } from "./types.js";

/** JSON text that a wrapper carried, and which members of the wrapper are not to be kept beside the record. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly without: ReadonlySet<string>;
  /** Fields of the element that the payload stood in, or the text before it. */
  readonly beside?: JsonObject;
}

/** What a wrapper holds. */
export interface Unwrapped {
  /** Each of these is meant to be a record or a list of them: whatever it is, it counts. */
  readonly certain: readonly Payload[];
  /** These carry a record in some wrappers and anything else in others: only a record counts. */
  readonly possible: readonly Payload[];
  /** Said of the wrapper when none of them holds a record: it carries none by design. */
  readonly otherwise: SkipReason | undefined;
}

/**
 * Members that are known to carry a record, as a string of JSON or as an object. EventBridge: detail; Filebeat,
 * Logstash, rsyslog, Data Prepper: message, event.original; Fluent Bit: log; OpenTelemetry: body; SNS: Message;
 * Splunk HEC: event; syslog-ng: MESSAGE, MSG.
 */
const CARRIERS: readonly (readonly string[])[] = [
  ["detail"],
  ["message"],
  ["log"],
  ["msg"],
  ["Message"],
  ["body"],
  ["body", "stringValue"],
  ["event", "original"],
  ["event"],
  ["MESSAGE"],
  ["MSG"],
  ["_raw"],
  ["@message"],
];

/** A syslog header (or `@cee:`) before the object; what follows must be one object to the end of the string. */
const MAX_PREFIX = 512;

/** Looks into an object that is no CloudTrail record itself. */
export function openWrapper(value: JsonObject, bytes: Uint8Array): Unwrapped {
  const certain: Payload[] = [];
  const records = own(value, "Records");
  if (Array.isArray(records) && records.length > 0) {
    certain.push({ bytes: findMember(bytes, "Records") ?? toBytes(records), without: new Set(["Records"]) });
  }
  const control = own(value, "messageType") === "CONTROL_MESSAGE";
  const logEvents = own(value, "logEvents");
  const subscription = Object.hasOwn(value, "messageType") && Array.isArray(logEvents);
  // The log events of a control message only say that the subscription works.
  if (subscription && !control) certain.push(...openSubscription(logEvents as readonly JsonValue[]));
  const possible = subscription ? [] : CARRIERS.flatMap((path) => carried(value, bytes, path));
  return { certain, possible, otherwise: whyEmpty(value, control, records, logEvents) };
}

function whyEmpty(
  value: JsonObject,
  control: boolean,
  ...lists: readonly (JsonValue | undefined)[]
): SkipReason | undefined {
  if (control) return "control_message";
  if (isDigest(value)) return "digest";
  return lists.some((list) => Array.isArray(list) && list.length === 0) ? "empty" : undefined;
}

/** CloudWatch Logs subscription: each log event's message is the text of one record. */
function openSubscription(logEvents: readonly JsonValue[]): Payload[] {
  const without = new Set(["logEvents", "subscriptionFilters", "message"]);
  return logEvents.map((event): Payload => {
    const message = isJsonObject(event) ? own(event, "message") : undefined;
    if (!isJsonObject(event) || message === undefined) return { bytes: toBytes(event), without };
    return { bytes: toBytes(message), without, beside: event };
  });
}

function carried(value: JsonObject, bytes: Uint8Array, path: readonly string[]): readonly Payload[] {
  let inner: JsonValue | undefined = value;
  for (const key of path) inner = isJsonObject(inner) ? own(inner, key) : undefined;
  const without = new Set([path.join(".")]);
  if (isJsonObject(inner)) return [{ bytes: memberBytes(bytes, path) ?? toBytes(inner), without }];
  if (typeof inner !== "string") return [];
  const brace = inner.search(/[{[]/);
  if (brace < 0 || brace > MAX_PREFIX) return [];
  const whole = { bytes: Buffer.from(inner), without };
  const prefix = inner.slice(0, brace).trim();
  if (prefix === "") return [whole];
  // RFC 5424 has `[structured data]` before the message: only a brace can begin the record.
  const object = inner.indexOf("{");
  if (object < 0 || object > MAX_PREFIX) return [];
  const text = inner.slice(object).trimEnd();
  if (!text.endsWith("}")) return [];
  return [{ bytes: Buffer.from(text), without, beside: { prefix: inner.slice(0, object).trim() } }];
}

function memberBytes(bytes: Uint8Array, path: readonly string[]): Uint8Array | undefined {
  let found: Uint8Array | undefined = bytes;
  for (const key of path) found = found === undefined ? undefined : findMember(found, key);
  return found;
}

function toBytes(value: JsonValue | undefined): Uint8Array {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
}

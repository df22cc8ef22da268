import type { DeadReason } from "../lib/dead-reason.js";
import { isJsonObject, own, type JsonObject } from "../lib/json.js";
import { toActor } from "./actor.js";
import { CLOUDTRAIL_KEYS, isForeignKey } from "./adornments.js";
import { toAccount, toEcs } from "./ecs.js";
import { toEventId } from "./event-id.js";
import { toIndicators } from "./indicators.js";
import { moveToShipper } from "./shipper.js";
import { parseEventTime } from "./time.js";
import type { NormalisedEvent, SourceRecord } from "./types.js";

export interface NormaliseLimits {
  /** Ms since the epoch. */
  readonly now: number;
  /** An event older than this is dead-lettered. */
  readonly maxAgeMs: number;
  /** An event further ahead of `now` than this is dead-lettered. */
  readonly futureMs: number;
}

export type NormaliseResult =
  | { readonly kind: "event"; readonly event: NormalisedEvent }
  | { readonly kind: "dead"; readonly reason: DeadReason };

/** Makes an event of a record, or says why it is none. Pure; the record itself is not changed. */
export function normalise(source: SourceRecord, limits: NormaliseLimits): NormaliseResult {
  let record = source.value;
  let known = 0;
  let foreign: string[] | undefined;
  for (const key in record) {
    if (CLOUDTRAIL_KEYS.has(key)) known++;
    else if (isForeignKey(key)) (foreign ??= []).push(key);
  }
  const unlike = whyNotCloudTrail(record, known);
  if (unlike !== undefined) return dead("not_cloudtrail", unlike);
  const time = eventTime(record);
  if (typeof time !== "number") return { kind: "dead", reason: time };
  const misplaced = outOfRange(time, limits);
  if (misplaced !== undefined) return { kind: "dead", reason: misplaced };

  let shipper: NormalisedEvent["shipper"] = source.shipper;
  let dropped: readonly string[] | undefined;
  if (foreign !== undefined || shipper !== undefined) {
    const moved = moveToShipper(record, foreign ?? [], source.shipper);
    shipper = moved.shipper;
    if (moved.dropped.length > 0) dropped = moved.dropped;
    if (foreign !== undefined) record = without(record, foreign);
  }
  const id = toEventId(record);
  const actor = toActor(record);
  const account = toAccount(record);
  const { related, params, truncated } = toIndicators(record);
  const ecs = toEcs({
    record,
    id,
    timestamp: eventIso(time),
    ingested: ingestedIso(limits.now),
    actor,
    account,
    related,
  });
  const cut = dropped === undefined ? truncated : [...dropped, ...(truncated ?? [])];
  return {
    kind: "event",
    event: {
      id,
      time,
      record,
      text: foreign === undefined ? source.text : undefined,
      raw: source.raw,
      duplicateKeys: source.duplicateKeys,
      shipper,
      actor,
      account,
      ecs,
      ...(params === undefined ? undefined : { params }),
      ...(cut === undefined ? undefined : { truncated: cut }),
    },
  };
}

/** Two CloudTrail fields, one of which names what happened, make a record; a notification of S3 only looks like one. */
function whyNotCloudTrail(record: JsonObject, known: number): string | undefined {
  const source = own(record, "eventSource");
  if (typeof source === "string" && source.startsWith("aws:")) {
    return `This is a notification of ${source.slice(0, 64)}, not a CloudTrail record.`;
  }
  const names =
    typeof source === "string" ||
    typeof own(record, "eventName") === "string" ||
    isJsonObject(own(record, "insightDetails")) ||
    typeof own(record, "eventCategory") === "string";
  if (names && known >= 2) return undefined;
  return "The document has no eventName or eventSource beside other CloudTrail fields.";
}

/** eventTime; of an aggregated event the start of its window; of a record without either, the shipper's @timestamp. */
function eventTime(record: JsonObject): number | DeadReason {
  let field = "eventTime";
  let value = own(record, field);
  if (value === undefined || value === null) {
    const window = own(record, "timeWindow");
    if (isJsonObject(window)) {
      field = "timeWindow.windowStart";
      value = own(window, "windowStart") ?? own(window, "windowEnd");
    } else {
      field = "@timestamp";
      value = own(record, field);
    }
  }
  if (value === undefined || value === null) {
    return { code: "no_event_time", message: "The record has neither eventTime, timeWindow nor @timestamp." };
  }
  const time = parseEventTime(value);
  if (time !== undefined) return time;
  const shown = (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 64);
  return { code: "bad_event_time", message: `${field} is no time: ${shown}` };
}

function outOfRange(time: number, limits: NormaliseLimits): DeadReason | undefined {
  if (time < limits.now - limits.maxAgeMs) {
    const days = Math.floor(limits.maxAgeMs / 86_400_000);
    return {
      code: "event_too_old",
      message: `The event is of ${isoTime(time)}, older than events.max_age_days allows (${days} days).`,
    };
  }
  if (time > limits.now + limits.futureMs) {
    const minutes = Math.floor(limits.futureMs / 60_000);
    return {
      code: "event_in_future",
      message: `The event is of ${isoTime(time)}, more than ${minutes} minutes ahead of this machine's clock.`,
    };
  }
  return undefined;
}

function without(record: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}

function dead(code: DeadReason["code"], message: string): NormaliseResult {
  return { kind: "dead", reason: { code, message } };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Events that come together share their second and their time of arrival: each is written out once. */
const eventIso = rememberLast(isoTime);
const ingestedIso = rememberLast(isoTime);

function rememberLast(toText: (ms: number) => string): (ms: number) => string {
  let last = NaN;
  let text = "";
  return (ms) => {
    if (ms !== last) {
      text = toText(ms);
      last = ms;
    }
    return text;
  };
}

import { ApiError } from "../lib/errors.js";
import { isJsonObject, own, type JsonValue } from "../lib/json.js";
import { badGzip, DEFAULT_MAX_INFLATED_BYTES, type EventsOptions } from "./events.js";
import { gunzip, isGzip } from "./gunzip.js";
import { readUnits } from "./record.js";
import type { DecodedUnit, DecodeLimits } from "./types.js";

/** A Firehose HTTP delivery: the answer repeats `requestId`. */
export interface FirehoseDelivery {
  readonly requestId: string;
  /** Milliseconds since the epoch, as Firehose sent it. */
  readonly timestamp: number | undefined;
  /** Number of `records`; `item` of a unit is the number of its record. */
  readonly records: number;
  /** Read once: each record is decoded when its units are asked for. */
  readonly units: Iterable<DecodedUnit>;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Reads a Firehose HTTP endpoint delivery. A record whose base64 or gzip is bad is one dead unit;
 * the others are read.
 *
 * @throws ApiError `body_malformed` when the body is not a delivery.
 */
export function parseFirehose(
  body: Uint8Array,
  limits: DecodeLimits,
  options: EventsOptions = {},
): FirehoseDelivery {
  let value: JsonValue;
  try {
    value = JSON.parse(
      Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"),
    ) as JsonValue;
  } catch {
    throw malformed("it is not valid JSON");
  }
  if (!isJsonObject(value)) throw malformed("it is not an object");
  const requestId = own(value, "requestId");
  const records = own(value, "records");
  const timestamp = own(value, "timestamp");
  if (typeof requestId !== "string") throw malformed("it has no requestId");
  if (!Array.isArray(records)) throw malformed("it has no array of records");
  return {
    requestId,
    timestamp: typeof timestamp === "number" ? timestamp : undefined,
    records: records.length,
    units: readRecords(records as readonly JsonValue[], limits, options),
  };
}

function* readRecords(
  records: readonly JsonValue[],
  limits: DecodeLimits,
  options: EventsOptions,
): Generator<DecodedUnit, void> {
  // One cap for the whole delivery: many small records must not inflate past it together.
  let left = options.maxInflatedBytes ?? DEFAULT_MAX_INFLATED_BYTES;
  const inflate = options.inflate ?? gunzip;
  for (const [item, record] of records.entries()) {
    const data = isJsonObject(record) ? own(record, "data") : undefined;
    if (typeof data !== "string" || data.length % 4 !== 0 || !BASE64.test(data)) {
      const raw = Buffer.from(typeof data === "string" ? data : JSON.stringify(record));
      const message = "The Firehose record's data is not base64.";
      yield { kind: "dead", item, reason: { code: "bad_wrapper", message }, raw };
      continue;
    }
    let bytes: Uint8Array = Buffer.from(data, "base64");
    if (isGzip(bytes)) {
      try {
        bytes = inflate(bytes, "gzip", left);
      } catch (error) {
        yield badGzip(item, bytes, error);
        continue;
      }
      left -= bytes.length;
    }
    yield* readUnits(item, bytes, limits, options.counters);
  }
}

function malformed(why: string): ApiError {
  return new ApiError("body_malformed", `The body is not a Firehose delivery: ${why}.`);
}

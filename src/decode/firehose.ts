import { ApiError } from "../lib/errors.js";
import { isJsonObject, own, type JsonValue } from "../lib/json.js";
import { badGzip, DEFAULT_MAX_INFLATED_BYTES, type EventsOptions } from "./events.js";
import { gunzip, isGzip } from "./gunzip.js";
import { findMember } from "./json-member.js";
import { scanValue, skipSpace } from "./json-scan.js";
import { readUnits } from "./record.js";
import type { DecodedUnit, DecodeLimits } from "./types.js";

/** A Firehose HTTP delivery: the answer repeats `requestId`. */
export interface FirehoseDelivery {
  readonly requestId: string;
  /** Milliseconds since the epoch, as Firehose sent it. */
  readonly timestamp: number | undefined;
  /**
   * Read once: each record is decoded when its units are asked for; `item` of a unit is the number of its record.
   * Undefined comes before a record that inflates to `inflates` bytes: there has to be room for them.
   */
  readonly units: Iterable<DecodedUnit | undefined>;
  /** What the record that comes next may inflate to; 0 for a small one. */
  readonly inflates: number;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** What a record may inflate to that says less of itself, as a multiple of its bytes: gzip of several members does. */
const ASSUMED_INFLATION = 20;
/** Smaller records need no room of their own. */
const SMALL_BYTES = 256 * 1024;

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
  const start = skipSpace(body, 0);
  const span = scanValue(body, start);
  if (span.state !== "complete" || skipSpace(body, span.end) < body.length) {
    throw malformed("it is not valid JSON");
  }
  if (body[start] !== 0x7b) throw malformed("it is not an object");
  const requestId = parse(findMember(body, "requestId", start));
  const timestamp = parse(findMember(body, "timestamp", start));
  const records = findMember(body, "records", start);
  if (typeof requestId !== "string") throw malformed("it has no requestId");
  if (records?.[0] !== 0x5b) throw malformed("it has no array of records");
  const reader = new RecordReader(records, limits, options);
  return {
    requestId,
    timestamp: typeof timestamp === "number" ? timestamp : undefined,
    units: reader.units(),
    get inflates() {
      return reader.inflates;
    },
  };
}

class RecordReader {
  inflates = 0;
  /** One cap for the whole delivery: many small records must not inflate past it together. */
  private left: number;

  constructor(
    private readonly records: Uint8Array,
    private readonly limits: DecodeLimits,
    private readonly options: EventsOptions,
  ) {
    this.left = options.maxInflatedBytes ?? DEFAULT_MAX_INFLATED_BYTES;
  }

  *units(): Generator<DecodedUnit | undefined, void> {
    let item = 0;
    for (const element of elements(this.records)) yield* this.read(item++, element);
  }

  private *read(item: number, element: Uint8Array): Generator<DecodedUnit | undefined, void> {
    const record = parse(element);
    const data = isJsonObject(record) ? own(record, "data") : undefined;
    if (typeof data !== "string" || data.length % 4 !== 0 || !BASE64.test(data)) {
      const raw = typeof data === "string" ? Buffer.from(data) : element;
      const message = "The Firehose record's data is not base64.";
      yield { kind: "dead", item, reason: { code: "bad_wrapper", message }, raw };
      return;
    }
    let bytes: Uint8Array = Buffer.from(data, "base64");
    if (isGzip(bytes)) {
      const most = Math.min(this.left, Math.max(inflatedSize(bytes), bytes.length * ASSUMED_INFLATION));
      this.inflates = most > SMALL_BYTES ? most : 0;
      if (this.inflates > 0) yield undefined;
      try {
        bytes = (this.options.inflate ?? gunzip)(bytes, "gzip", most);
      } catch (error) {
        yield* badGzip(item, bytes, error);
        return;
      }
      this.left -= bytes.length;
    }
    yield* readUnits(item, bytes, this.limits, this.options.counters);
  }
}

/** The elements of an array that is known to end. */
function* elements(array: Uint8Array): Generator<Uint8Array, void> {
  for (let at = skipSpace(array, 1); array[at] !== 0x5d;) {
    const span = scanValue(array, at);
    if (span.state !== "complete" || span.end === at) throw malformed("its records are not valid JSON");
    yield array.subarray(at, span.end);
    at = skipSpace(array, span.end);
    if (array[at] === 0x2c) at = skipSpace(array, at + 1);
    else if (array[at] !== 0x5d) throw malformed("its records are not valid JSON");
  }
}

/** What gzip says of itself at its end. */
function inflatedSize(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUInt32LE(
    Math.max(0, bytes.length - 4),
  );
}

function parse(bytes: Uint8Array | undefined): JsonValue | undefined {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as JsonValue;
  } catch {
    return undefined;
  }
}

function malformed(why: string): ApiError {
  return new ApiError("body_malformed", `The body is not a Firehose delivery: ${why}.`);
}

import { gunzip, isGzip } from "./gunzip.js";
import { splitJson } from "./json-split.js";
import { toUnitsOfPiece } from "./record.js";
import type { DecodeCounters, DecodedUnit, DecodeLimits, Inflate } from "./types.js";

export interface EventsOptions {
  readonly counters?: DecodeCounters;
  /** For gzip that came without a Content-Encoding header. */
  readonly inflate?: Inflate;
  readonly maxInflatedBytes?: number;
}

/** The default of `limits.max_body_bytes`. */
export const DEFAULT_MAX_INFLATED_BYTES = 100 * 1024 * 1024;

/**
 * Reads the body of `POST /v1/events`: one object (pretty-printed too), an array, NDJSON, glued objects,
 * `{"Records":[…]}`, EventBridge, a CloudWatch Logs subscription, and any of these as gzip that is not labelled.
 * `item` of a unit is the number of the element it came from. Never throws: what cannot be read is a dead unit.
 *
 * @param _contentType not needed: JSON says itself which of these it is, and shippers label them variously.
 */
export function* parseEventsBody(
  body: Uint8Array,
  _contentType: string | undefined,
  limits: DecodeLimits,
  options: EventsOptions = {},
): Generator<DecodedUnit, void> {
  let bytes = body;
  if (isGzip(body)) {
    const inflate = options.inflate ?? gunzip;
    try {
      bytes = inflate(body, "gzip", options.maxInflatedBytes ?? DEFAULT_MAX_INFLATED_BYTES);
    } catch (error) {
      yield badGzip(0, body, error);
      return;
    }
  }
  let item = 0;
  for (const piece of splitJson(bytes)) {
    yield* toUnitsOfPiece(item, piece, limits, options.counters);
    item++;
  }
  if (item === 0) yield { kind: "skipped", item, reason: "empty" };
}

/** The dead unit for gzip data that does not inflate. */
export function badGzip(item: number, raw: Uint8Array, error: unknown): DecodedUnit {
  const why = error instanceof Error ? error.message : String(error);
  return {
    kind: "dead",
    item,
    reason: { code: "bad_wrapper", message: `The data is gzip, but does not inflate: ${why}.` },
    raw,
  };
}

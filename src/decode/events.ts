import { ByteWindow } from "./byte-window.js";
import { deadInParts } from "./dead-unit.js";
import { gunzip, isGzip } from "./gunzip.js";
import { readJson } from "./json-split.js";
import { readUnitsOfPiece } from "./record.js";
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
 * Reads a whole body of `POST /v1/events`, which may also be gzip that is not labelled; see `readEvents`.
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
      yield* badGzip(0, body, error);
      return;
    }
  }
  for (const unit of readEvents(ByteWindow.whole(bytes), limits, options.counters)) {
    if (unit !== undefined) yield unit;
  }
}

/**
 * Reads the events of a body: one object (pretty-printed too), an array, NDJSON, glued objects, `{"Records":[…]}`,
 * EventBridge, a CloudWatch Logs subscription. `item` of a unit is the number of the element it came from. Yields
 * undefined when the window has to be filled. Never throws: what cannot be read is a dead unit.
 */
export function* readEvents(
  window: ByteWindow,
  limits: DecodeLimits,
  counters?: DecodeCounters,
): Generator<DecodedUnit | undefined, void> {
  let item = 0;
  for (const piece of readJson(window)) {
    if (piece === undefined) yield undefined;
    else yield* readUnitsOfPiece(item++, piece, limits, counters);
  }
  if (item === 0) yield { kind: "skipped", item, reason: "empty" };
}

/** The dead units for gzip data that does not inflate. */
export function badGzip(item: number, raw: Uint8Array, error: unknown): Iterable<DecodedUnit> {
  const why = error instanceof Error ? error.message : String(error);
  return deadInParts(item, "bad_wrapper", `The data is gzip, but does not inflate: ${why}.`, raw);
}

import type { SourceRecord } from "../event/types.js";
import type { DeadPart } from "../lib/dead-part.js";
import type { DeadReason } from "../lib/dead-reason.js";

/** What decode makes of one piece of a request. `item` is the 0-based request item it came from: one item may give many units. */
export type DecodedUnit =
  | { readonly kind: "record"; readonly item: number; readonly record: SourceRecord }
  | {
      readonly kind: "dead";
      readonly item: number;
      readonly reason: DeadReason;
      readonly raw: Uint8Array;
      /** Of a document that is kept in several dead letters. */
      readonly part?: DeadPart;
    }
  | { readonly kind: "skipped"; readonly item: number; readonly reason: SkipReason };

/** Pieces that carry no events by design: counted, answered as success, not stored. */
export type SkipReason = "digest" | "control_message" | "empty";

export interface DecodeLimits {
  /** Bytes of one document; a larger one is dead-lettered as `too_large`. */
  readonly maxDocumentBytes: number;
  /** Nesting of objects and arrays; deeper is dead-lettered as `too_deep`. */
  readonly maxDepth: number;
  /** Object members at all levels of one record; one with more is dead-lettered as `too_many_keys`. */
  readonly maxKeys: number;
}

/** What decode leaves out, counted by the caller's own object; telemetry reads it once per batch. */
export interface DecodeCounters {
  /** Wrapper fields not kept under `shipper`: arrays, long strings, or more of them than fit. */
  shipperFieldsDropped: number;
}

/**
 * Inflates compressed bytes that are in hand.
 *
 * @throws when they are corrupt, or inflate to more than `maxBytes`.
 */
export type Inflate = (bytes: Uint8Array, encoding: "gzip", maxBytes: number) => Uint8Array;

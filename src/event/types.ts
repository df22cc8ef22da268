import type { JsonObject, JsonScalar } from "../lib/json.js";
import type { Params } from "./parameters.js";

/** One CloudTrail record as decode found it, unwrapped, not yet validated. */
export interface SourceRecord {
  readonly value: JsonObject;
  /**
   * JSON text of exactly `value`, on one line, trimmed, when it can be stored verbatim.
   * Undefined when it cannot: it held duplicate keys or a line break.
   */
  readonly text: string | undefined;
  /** Bytes of the request item this record came from (a view, not a copy), for the dead letter. */
  readonly raw: Uint8Array;
  /** True when the JSON text repeated a key; `value` has the last one. */
  readonly duplicateKeys: boolean;
  /** The wrapper's own few scalar fields (host, tag, file offset, …), dotted names. */
  readonly shipper: Readonly<Record<string, JsonScalar>> | undefined;
}

/** ECS fields derived from a record; absent ones are left out, never null. */
export interface EcsFields {
  readonly "@timestamp": string;
  readonly event: {
    readonly id: string;
    readonly kind: "event";
    readonly action?: string;
    readonly provider?: string;
    readonly outcome: "success" | "failure" | "unknown";
    readonly ingested: string;
  };
  readonly cloud: {
    readonly provider: "aws";
    readonly account?: { readonly id: string };
    readonly region?: string;
  };
  readonly source?: { readonly address: string; readonly ip?: string };
  readonly user?: { readonly id?: string; readonly name?: string };
  readonly user_agent?: { readonly original: string };
  readonly related?: Related;
}

/** Indicators found in a record, each list distinct and in order of appearance. */
export type Related = { readonly [K in RelatedKind]?: readonly string[] };
export const RELATED_KINDS = [
  "ip",
  "user",
  "arn",
  "account",
  "access_key",
  "instance",
  "bucket",
  "role",
  "hosts",
] as const;
export type RelatedKind = (typeof RELATED_KINDS)[number];

/** A validated record with what was derived from it. Pure data; rules see `record`. */
export interface NormalisedEvent {
  /** Document `_id`: eventID (or eventId) when usable, else a hash of the canonical record. */
  readonly id: string;
  /** Event time, milliseconds since the epoch. */
  readonly time: number;
  /** The CloudTrail record as it came, less keys moved to `shipper`. */
  readonly record: JsonObject;
  /** JSON text of exactly `record`, when it can be spliced into the stored document unchanged. */
  readonly text: string | undefined;
  readonly raw: Uint8Array;
  /** True when the JSON text repeated a key. */
  readonly duplicateKeys: boolean;
  readonly shipper: Readonly<Record<string, JsonScalar | JsonObject>> | undefined;
  /** Who acted: user name, session issuer, role session or service, by identity type. */
  readonly actor: string | undefined;
  readonly account: string | undefined;
  readonly ecs: EcsFields;
  /** Request parameters that people group by, stored as `params.*`. */
  readonly params?: Params;
  /** Names of fields that a limit cut short (`related.arn`, `shipper.message`). */
  readonly truncated?: readonly string[];
}

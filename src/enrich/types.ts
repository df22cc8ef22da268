import type { Params } from "../event/parameters.js";
import type { EcsFields, Related } from "../event/types.js";
import type { DeadReason } from "../lib/dead-reason.js";
import type { JsonObject, JsonValue } from "../lib/json.js";
import type { Severity } from "../lib/severity.js";
import type { RecordText } from "./safe-document.js";

/** One rule that matched one event, as kept in `detection.hits` (in `_source`, not indexed). */
export interface Hit {
  readonly rule_id: string;
  readonly rule_name: string;
  readonly kind: "panther" | "sigma" | "elastic";
  readonly severity: Severity;
  readonly risk_score: number;
  readonly title: string;
  /** What the rule wants told besides, by name, as it stood in the record; absent when there is nothing. */
  readonly context?: JsonObject;
  /** Absent when the hit raises no alert: the rule says so, or needs several events. */
  readonly dedup_key?: string;
  readonly alert_id?: string;
  /** Epoch-aligned, ISO 8601; absent like alert_id. Together with window_minutes it lets a stored hit raise its alert again. */
  readonly window_start?: string;
  readonly window_minutes?: number;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
}

/** A hit that an exception took away, as kept in `detection.suppressed_by`. */
export interface SuppressedHit {
  readonly rule_id: string;
  readonly rule_name: string;
  /** That the hit would have had. */
  readonly severity: Severity;
  readonly exception_id: string;
}

export interface NamedId {
  readonly id: string;
  readonly name: string;
}

/** ATT&CK as parallel arrays, as ECS has them. */
export interface Threat {
  readonly framework: "MITRE ATT&CK";
  readonly tactic: { readonly id: readonly string[]; readonly name: readonly string[] };
  readonly technique: { readonly id: readonly string[]; readonly name: readonly string[] };
}

export interface Detection {
  readonly count: number;
  /** Gravest hit; absent without a hit. */
  readonly severity?: Severity;
  readonly risk_score?: number;
  readonly alert_ids: readonly string[];
  readonly hits: readonly Hit[];
  /** Counted nowhere else in the event. */
  readonly suppressed_by: readonly SuppressedHit[];
  /** Hash of the loaded rules, lists and exceptions. */
  readonly ruleset: string;
}

/** The stored event: the CloudTrail record at the top level, and beside it what TrailTag adds. */
export type EventDocument = Omit<EcsFields, "event"> & {
  readonly event: EcsFields["event"] & {
    readonly severity?: number;
    readonly risk_score?: number;
    readonly reshaped?: readonly string[];
    readonly truncated?: readonly string[];
  };
  readonly rule?: { readonly id: readonly string[]; readonly name: readonly string[] };
  readonly threat?: Threat;
  readonly detection: Detection;
  readonly original?: JsonObject;
  readonly shipper?: JsonObject;
  readonly actor_user?: string;
  readonly params?: Params;
} & { readonly [recordField: string]: unknown };

export interface Entity {
  readonly type: "user" | "role" | "account" | "ip" | "access_key" | "bucket" | "instance" | "host";
  readonly id: string;
}

/** An alert: a view of its events. `alert.pending` is true until the reconciler has derived it from them. */
export interface AlertDocument {
  readonly "@timestamp": string;
  readonly alert: {
    readonly id: string;
    readonly title: string;
    readonly status: "open" | "acknowledged" | "closed";
    readonly severity: Severity;
    readonly risk_score: number;
    readonly count: number;
    readonly threshold: number;
    readonly window_start: string;
    readonly window_end: string;
    readonly first_seen: string;
    readonly last_seen: string;
    /** In order of (event time, id); the first 1,000. */
    readonly event_ids: readonly string[];
    readonly dedup_key: string;
    readonly updated_at: string;
    readonly pending: boolean;
    /** What a person set, and who and when; absent until somebody does. */
    readonly assignee?: string;
    readonly note?: string;
    readonly triaged_by?: string;
    readonly triaged_at?: string;
    /** Counts how often: what was read with one version is not overwritten when it has another. */
    readonly triage_version?: number;
    /** Lists that were cut (`related.ip`, `alert.event_ids`); absent when nothing was. */
    readonly truncated?: readonly string[];
    /** Of its first event: what the rule wants told besides, by name. */
    readonly context?: JsonObject;
  };
  readonly rule: {
    readonly id: string;
    readonly name: string;
    readonly kind: string;
    readonly description?: string;
    readonly runbook?: string;
    readonly reference?: string | readonly string[];
    readonly tags?: readonly string[];
  };
  readonly threat?: Threat;
  readonly cloud: EcsFields["cloud"];
  readonly related: Related;
  readonly entities: readonly Entity[];
  readonly outcome: { readonly [field: string]: JsonValue };
}

/** A tagged event, ready for a store. */
export interface TaggedEvent {
  readonly kind: "event";
  /** Document `_id`. */
  readonly id: string;
  /** Event time, ms since the epoch: gives the index name. */
  readonly time: number;
  /** The whole EventDocument as JSON on one line. */
  readonly document: string;
  /** One for each alert that the event raises at once; empty for an event without a hit. */
  readonly alerts: readonly AlertDocument[];
  /** Rules that the event hit, for counting. */
  readonly ruleIds: readonly string[];
  /** Hits that exceptions took away, for counting; empty when there are none. */
  readonly suppressed: readonly SuppressedHit[];
  readonly raw: Uint8Array;
  readonly source: DeadLetterSource;
  /** What the safe form is made of besides the document, for a write that is kept on disk; made up writes lack it. */
  readonly recordText?: RecordText;
  /**
   * The safest form of the same event, for a document that the store refuses in a way nobody foresaw:
   * derived fields as before, the whole record under `original`, `event.reshaped: ["*"]`.
   */
  toSafeDocument(): string;
}

export interface DeadLetterDocument {
  readonly "@timestamp": string;
  readonly reason: DeadReason;
  /** base64 */
  readonly raw: string;
  /**
   * Only where the bytes were split: n from 0, and how many. A part of a document that is too large for one letter is a
   * letter of its own, with its id and that of the part before; only the last says how many there are.
   */
  readonly chunk?: {
    readonly n: number;
    readonly of?: number;
    readonly id?: string;
    readonly previous?: string;
  };
  readonly size_bytes: number;
  readonly source: DeadLetterSource;
}

/** Where a dead-lettered document came in. */
export interface DeadLetterSource {
  readonly route: string;
  readonly index?: string;
  readonly user_agent?: string;
}

import type { NormalisedEvent } from "../event/types.js";
import type { JsonObject } from "../lib/json.js";
import { severityRank } from "../lib/severity.js";
import type { Rule, RuleMatch } from "../rules/ir.js";
import { toAlerts } from "./alerts.js";
import { compileConform, type Conform, type Conformed } from "./conform.js";
import { toHits, type EventHits } from "./hits.js";
import { compileFields, loadMappingProperties } from "./mapping.js";
import { createRuleTags, type AttackResolver } from "./rule-tags.js";
import type { AlertDocument, DeadLetterSource, Detection, EventDocument, TaggedEvent } from "./types.js";

/** Named in `event.reshaped` when the JSON repeated a key; the last value is the one that is stored. */
export const DUPLICATE_KEYS = "*duplicate_keys*";

export interface TaggerOptions {
  /** LoadedRules.ruleset */
  readonly rulesetHash: string;
  readonly attack: AttackResolver;
}

export interface Tagger {
  /** @param ingestedAt ms since the epoch */
  tag(
    event: NormalisedEvent,
    matches: readonly RuleMatch[],
    source: DeadLetterSource,
    ingestedAt: number,
  ): TaggedEvent;
}

/** Makes stored documents of events and their matches. Reads mappings/events.json once. */
export function createTagger({ rulesetHash, attack }: TaggerOptions): Tagger {
  const tagsOf = createRuleTags(attack);
  const conform: Conform = compileConform(compileFields(loadMappingProperties("events.json")));
  const noHits: Detection = { count: 0, alert_ids: [], hits: [], suppressed_by: [], ruleset: rulesetHash };
  return {
    tag(event, matches, source, ingestedAt) {
      const conformed = conform(event.record, event.text?.length);
      const hits = matches.length === 0 ? undefined : toHits(event, matches, tagsOf, rulesetHash);
      const derived = toDerived(event, conformed, hits, noHits, ingestedAt);
      const alerts = hits === undefined ? NO_ALERTS : inlineAlerts(derived, event, conformed, matches);
      return new Tagged(event, derived, toDocument(event, conformed, derived), alerts, source);
    },
  };
}

const NO_ALERTS: readonly AlertDocument[] = [];

/** Everything of the document that is not the record. */
type Derived = Pick<EventDocument, "event" | "detection"> & JsonMembers;
type JsonMembers = { readonly [field: string]: unknown };

class Tagged implements TaggedEvent {
  readonly kind = "event";
  readonly id: string;
  readonly time: number;
  readonly raw: Uint8Array;
  readonly #event: NormalisedEvent;
  readonly #derived: Derived;

  constructor(
    event: NormalisedEvent,
    derived: Derived,
    readonly document: string,
    readonly alerts: readonly AlertDocument[],
    readonly source: DeadLetterSource,
  ) {
    this.id = event.id;
    this.time = event.time;
    this.raw = event.raw;
    this.#event = event;
    this.#derived = derived;
  }

  toSafeDocument(): string {
    const { event } = this.#derived;
    const head = JSON.stringify({
      ...this.#derived,
      event: { ...event, reshaped: ["*"] },
      original: undefined,
    });
    const record = this.#event.text ?? JSON.stringify(this.#event.record);
    return `${head.slice(0, -1)},"original":${record}}`;
  }
}

function toDerived(
  event: NormalisedEvent,
  { reshaped, truncated }: Conformed,
  hits: EventHits | undefined,
  noHits: Detection,
  ingestedAt: number,
): Derived {
  const { event: ecsEvent, ...ecs } = event.ecs;
  const detection = hits?.detection ?? noHits;
  const paths = event.duplicateKeys ? [DUPLICATE_KEYS, ...(reshaped?.paths ?? [])] : reshaped?.paths;
  const cut = event.truncated === undefined ? truncated : [...event.truncated, ...(truncated ?? [])];
  // Undefined members are left out by JSON.stringify; building one literal is what costs least.
  return {
    ...ecs,
    event: {
      ...ecsEvent,
      ingested: toIso(ingestedAt),
      severity: hits === undefined ? undefined : severityOf(hits),
      risk_score: detection.risk_score,
      reshaped: paths,
      truncated: cut,
    },
    actor_user: event.actor,
    params: event.params,
    rule: hits?.rule,
    threat: hits?.threat,
    detection,
    original: reshaped?.original,
    shipper: event.shipper,
  };
}

let isoMs = NaN;
let isoText = "";

/** Events of one batch share their time of arrival. */
function toIso(ms: number): string {
  if (ms !== isoMs) {
    isoText = new Date(ms).toISOString();
    isoMs = ms;
  }
  return isoText;
}

function severityOf({ detection }: EventHits): number | undefined {
  return detection.severity === undefined ? undefined : severityRank(detection.severity);
}

function toDocument(event: NormalisedEvent, { reshaped }: Conformed, derived: Derived): string {
  const head = JSON.stringify(derived);
  const record =
    reshaped === undefined ? (event.text ?? JSON.stringify(event.record)) : JSON.stringify(reshaped.record);
  // No key is in both: our names on a record were moved before.
  return record === "{}" ? head : `${head.slice(0, -1)},${record.slice(1)}`;
}

function inlineAlerts(
  derived: Derived,
  event: NormalisedEvent,
  { reshaped }: Conformed,
  matches: readonly RuleMatch[],
): readonly AlertDocument[] {
  const record: JsonObject = reshaped?.record ?? event.record;
  const document = { ...record, ...derived } as unknown as EventDocument;
  return toAlerts(document, (id) => ruleOf(matches, id));
}

function ruleOf(matches: readonly RuleMatch[], id: string): Rule | undefined {
  return matches.find(({ rule }) => rule.id === id)?.rule;
}

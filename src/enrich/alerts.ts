import { RELATED_KINDS, type Related, type RelatedKind } from "../event/types.js";
import type { Rule } from "../rules/ir.js";
import { toThreat } from "./hits.js";
import { toOutcome } from "./outcome.js";
import type { AlertDocument, Entity, EventDocument, Hit, Threat } from "./types.js";

/** What an alert's events together give. */
export interface AlertStats {
  readonly count: number;
  /** ISO 8601, least and greatest event time. */
  readonly first_seen: string;
  readonly last_seen: string;
  /** In order of (event time, id), at most MAX_EVENT_IDS. */
  readonly event_ids: readonly string[];
  /** Union over the events. */
  readonly related: Related;
  readonly updated_at: string;
  /** True until the alert was derived from all of its stored events. */
  readonly pending: boolean;
  readonly truncated?: readonly string[];
}

export const MAX_EVENT_IDS = 1_000;
/** Values of one kind in an alert's `related`, and entities, that are kept. */
export const MAX_ALERT_RELATED = 1_000;

type RuleLookup = (ruleId: string) => Rule | undefined;

/**
 * The alerts that a stored event raises by itself, from its own hits: also when the rules have changed or are gone
 * since. A hit whose rule has a threshold above one raises none alone.
 */
export function toAlerts(event: EventDocument, rules: RuleLookup): AlertDocument[] {
  const alerts: AlertDocument[] = [];
  for (const hit of event.detection.hits) {
    if (hit.alert_id === undefined || (hit.threshold ?? 1) > 1) continue;
    const stats: AlertStats = {
      count: 1,
      first_seen: event["@timestamp"],
      last_seen: event["@timestamp"],
      event_ids: [event.event.id],
      related: event.related ?? {},
      updated_at: event.event.ingested,
      pending: true,
    };
    alerts.push(toAlert(event, hit, rules(hit.rule_id), stats));
  }
  return alerts;
}

/**
 * One alert.
 *
 * @param first the member with the least (event time, id): it gives title, severity and outcome
 * @param hit its hit, with an alert id
 * @param previous the stored alert; what a person set on it stays
 */
export function toAlert(
  first: EventDocument,
  hit: Hit,
  rule: Rule | undefined,
  stats: AlertStats,
  previous?: AlertDocument,
): AlertDocument {
  const start = hit.window_start ?? first["@timestamp"];
  const end = new Date(Date.parse(start) + (hit.window_minutes ?? 60) * 60_000).toISOString();
  const threat = threatOf(first, hit);
  const { truncated } = stats;
  return {
    "@timestamp": stats.first_seen,
    alert: {
      ...previous?.alert,
      id: hit.alert_id ?? "",
      title: hit.title,
      status: previous?.alert.status ?? "open",
      severity: hit.severity,
      risk_score: hit.risk_score,
      count: stats.count,
      threshold: hit.threshold ?? 1,
      window_start: start,
      window_end: end,
      first_seen: stats.first_seen,
      last_seen: stats.last_seen,
      event_ids: stats.event_ids,
      dedup_key: hit.dedup_key ?? "",
      updated_at: stats.updated_at,
      pending: stats.pending,
      ...(truncated === undefined ? undefined : { truncated }),
    },
    rule: ruleFields(hit, rule),
    ...(threat === undefined ? undefined : { threat }),
    cloud: first.cloud,
    related: stats.related,
    entities: toEntities(stats.related),
    outcome: toOutcome(first, rule),
  };
}

function ruleFields(hit: Hit, rule: Rule | undefined): AlertDocument["rule"] {
  return {
    id: hit.rule_id,
    name: hit.rule_name,
    kind: hit.kind,
    ...(rule?.description === undefined ? undefined : { description: rule.description }),
    ...(rule?.runbook === undefined ? undefined : { runbook: rule.runbook }),
    ...(rule?.reference === undefined ? undefined : { reference: rule.reference }),
    ...(rule === undefined || rule.tags.length === 0 ? undefined : { tags: rule.tags }),
  };
}

/** The hit's own tactics and techniques, with the names that the event holds. */
function threatOf(event: EventDocument, hit: Hit): Threat | undefined {
  const { threat } = event;
  if (threat === undefined) return undefined;
  return toThreat(named(hit.tactics, threat.tactic), named(hit.techniques, threat.technique));
}

function named(ids: readonly string[], names: Threat["tactic"]): Map<string, string> {
  return new Map(ids.map((id) => [id, names.name[names.id.indexOf(id)] ?? id]));
}

const ENTITY_TYPES = {
  user: "user",
  role: "role",
  account: "account",
  ip: "ip",
  access_key: "access_key",
  bucket: "bucket",
  instance: "instance",
  hosts: "host",
  arn: undefined,
} as const satisfies Record<RelatedKind, Entity["type"] | undefined>;

export /** What an alert is about, by kind, from its `related`. */
function toEntities(related: Related): Entity[] {
  const entities: Entity[] = [];
  for (const kind of RELATED_KINDS) {
    const type = ENTITY_TYPES[kind];
    if (type === undefined) continue;
    for (const id of related[kind] ?? []) entities.push({ type, id });
  }
  return entities;
}

import { isDeepStrictEqual } from "node:util";
import { RELATED_KINDS, type Related, type RelatedKind } from "../event/types.js";
import type { Rule } from "../rules/ir.js";
import { toAlertContext } from "./alert-context.js";
import { AlertTally, type AlertStats } from "./alert-stats.js";
import { toThreat } from "./hits.js";
import { toOutcome } from "./outcome.js";
import type { AlertDocument, Entity, EventDocument, Hit, Threat } from "./types.js";

export type RuleLookup = (ruleId: string) => Rule | undefined;

/** All that an alert is made of, besides its rule. */
export interface AlertParts {
  /** The member with the least (event time, id): it gives title, severity, outcome and the like. */
  readonly first: EventDocument;
  /** Its hit, with an alert id. */
  readonly hit: Hit;
  readonly stats: AlertStats;
  /** The alert as it was; `event_ids` may be left out. What a person set on it stays, and what nobody here knows. */
  readonly previous?: AlertDocument | undefined;
  /** ms since the epoch: `updated_at` of an alert that is new or changed. */
  readonly now: number;
}

/**
 * The alerts that a stored event raises by itself, from its own hits: also when the rules have changed or are gone
 * since. A hit without an alert id (its rule needs several events, or raises none) raises no alert.
 */
export function toAlerts(event: EventDocument, rules: RuleLookup): AlertDocument[] {
  const hits = event.detection.hits.filter((hit) => hit.alert_id !== undefined);
  if (hits.length === 0) return [];
  const tally = new AlertTally();
  tally.add({ id: event.event.id, time: event["@timestamp"], related: event.related ?? {} });
  const [stats, now] = [tally.stats(), Date.parse(event.event.ingested)];
  return hits.map((hit) => {
    const made = toAlert({ first: event, hit, stats, now }, rules);
    return { ...made, alert: { ...made.alert, pending: true } };
  });
}

/** The alert of some events: the one place where it is decided what an alert says. */
export function toAlert({ first, hit, stats, previous, now }: AlertParts, rules: RuleLookup): AlertDocument {
  const rule = rules(hit.rule_id);
  const start = hit.window_start ?? first["@timestamp"];
  const end = new Date(Date.parse(start) + (hit.window_minutes ?? 60) * 60_000).toISOString();
  const threat = threatOf(first, hit);
  const { related, ...seen } = stats;
  const context = toAlertContext(hit.context);
  const alert: AlertDocument = {
    ...without(previous, "threat"),
    "@timestamp": stats.first_seen,
    alert: {
      ...without(without(previous?.alert, "truncated"), "context"),
      id: hit.alert_id ?? "",
      title: hit.title,
      status: previous?.alert.status ?? "open",
      severity: hit.severity,
      risk_score: hit.risk_score,
      threshold: 1,
      window_start: start,
      window_end: end,
      ...seen,
      dedup_key: hit.dedup_key ?? "",
      updated_at: new Date(now).toISOString(),
      pending: false,
      ...(context === undefined ? undefined : { context }),
    },
    rule: ruleFields(hit, rule, previous?.rule),
    ...(threat === undefined ? undefined : { threat }),
    cloud: first.cloud,
    related,
    entities: toEntities(related),
    outcome: toOutcome(first, rule, previous?.outcome),
  };
  if (previous === undefined || !isDeepStrictEqual(contentOf(alert), contentOf(previous))) return alert;
  // A redelivery changes nothing, this included.
  return { ...alert, alert: { ...alert.alert, updated_at: previous.alert.updated_at } };
}

function contentOf(document: AlertDocument): object {
  const own = { event_ids: undefined, updated_at: undefined, pending: undefined };
  return { ...document, alert: { ...document.alert, ...own } };
}

function without<T extends object, K extends keyof T>(object: T | undefined, key: K): Omit<T, K> | undefined {
  if (object === undefined) return undefined;
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as Omit<T, K>;
}

/** Of a rule that is gone, what the alert knew of it stays. */
function ruleFields(
  hit: Hit,
  rule: Rule | undefined,
  known: AlertDocument["rule"] | undefined,
): AlertDocument["rule"] {
  const named = { id: hit.rule_id, name: hit.rule_name, kind: hit.kind };
  if (rule === undefined) return { ...known, ...named };
  return {
    ...named,
    ...(rule.description === undefined ? undefined : { description: rule.description }),
    ...(rule.runbook === undefined ? undefined : { runbook: rule.runbook }),
    ...(rule.references.length === 0 ? undefined : { reference: oneOrAll(rule.references) }),
    ...(rule.tags.length === 0 ? undefined : { tags: rule.tags }),
  };
}

/** As the documents of rules with one reference have it: the text itself. */
function oneOrAll(texts: readonly string[]): string | readonly string[] {
  return texts.length === 1 ? (texts[0] as string) : texts;
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

/** What an alert is about, by kind, from its `related`. */
function toEntities(related: Related): Entity[] {
  const entities: Entity[] = [];
  for (const kind of RELATED_KINDS) {
    const type = ENTITY_TYPES[kind];
    if (type === undefined) continue;
    for (const id of related[kind] ?? []) entities.push({ type, id });
  }
  return entities;
}

import { MAX_ALERT_RELATED, MAX_EVENT_IDS, toAlert } from "../enrich/alerts.js";
import type { AlertDocument, EventDocument, Hit } from "../enrich/types.js";
import { RELATED_KINDS, type Related, type RelatedKind } from "../event/types.js";
import type { Rule } from "../rules/ir.js";

interface Member {
  readonly event: EventDocument;
  readonly hit: Hit;
}

/**
 * The alerts of a set of tagged events, each as the reconciler derives it: events count once by id, in order of
 * (event time, id), whatever the order they come in. Alerts below their threshold are left out.
 *
 * @returns in order of (window start, alert id)
 */
export function foldAlerts(
  events: Iterable<EventDocument>,
  rules: (ruleId: string) => Rule | undefined,
): AlertDocument[] {
  const byAlert = new Map<string, Map<string, Member>>();
  for (const event of events) {
    for (const hit of event.detection.hits) {
      if (hit.alert_id === undefined) continue;
      let members = byAlert.get(hit.alert_id);
      if (members === undefined) byAlert.set(hit.alert_id, (members = new Map<string, Member>()));
      const held = members.get(event.event.id);
      if (held === undefined || arrivedBefore(event, held.event)) members.set(event.event.id, { event, hit });
    }
  }
  const alerts: AlertDocument[] = [];
  for (const members of byAlert.values()) {
    const alert = foldMembers([...members.values()].sort(inOrder), rules);
    if (alert.alert.count >= alert.alert.threshold) alerts.push(alert);
  }
  return alerts.sort((a, b) => compare(key(a), key(b)));
}

function foldMembers(members: readonly Member[], rules: (ruleId: string) => Rule | undefined): AlertDocument {
  const { event: first, hit } = members[0] as Member;
  const last = members[members.length - 1] as Member;
  const { related, truncated } = unite(members);
  let updated = first.event.ingested;
  for (const { event } of members) if (event.event.ingested > updated) updated = event.event.ingested;
  return toAlert(first, hit, rules(hit.rule_id), {
    count: members.length,
    first_seen: first["@timestamp"],
    last_seen: last.event["@timestamp"],
    event_ids: members.slice(0, MAX_EVENT_IDS).map(({ event }) => event.event.id),
    related,
    updated_at: updated,
    pending: false,
    ...(truncated.length === 0 ? undefined : { truncated }),
  });
}

/** Union of `related`, in order of the members, so that it does not depend on the order of arrival. */
function unite(members: readonly Member[]): { related: Related; truncated: string[] } {
  const related: { [K in RelatedKind]?: readonly string[] } = {};
  const truncated: string[] = members.length > MAX_EVENT_IDS ? ["alert.event_ids"] : [];
  for (const kind of RELATED_KINDS) {
    const values = new Set<string>();
    for (const { event } of members) for (const value of event.related?.[kind] ?? []) values.add(value);
    if (values.size > MAX_ALERT_RELATED) truncated.push(`related.${kind}`);
    if (values.size > 0) related[kind] = [...values].slice(0, MAX_ALERT_RELATED);
  }
  return { related, truncated };
}

/** Of two deliveries of one event the one that was stored first counts. */
function arrivedBefore(a: EventDocument, b: EventDocument): boolean {
  return compare(arrival(a), arrival(b)) < 0;
}

function arrival({ event, detection }: EventDocument): string {
  return `${event.ingested} ${detection.ruleset}`;
}

function inOrder(a: Member, b: Member): number {
  return compare(a.event["@timestamp"], b.event["@timestamp"]) || compare(a.event.event.id, b.event.event.id);
}

function key({ alert }: AlertDocument): string {
  return `${alert.window_start} ${alert.id}`;
}

/** By code unit, as OpenSearch sorts keywords of ASCII. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

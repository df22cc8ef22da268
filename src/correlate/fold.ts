import { toAlert, type RuleLookup } from "../enrich/alerts.js";
import { AlertTally } from "../enrich/alert-stats.js";
import { compareText } from "../enrich/least.js";
import type { AlertDocument, EventDocument, Hit } from "../enrich/types.js";

interface Group {
  readonly tally: AlertTally;
  first: { readonly event: EventDocument; readonly hit: Hit };
}

/**
 * The alerts of a set of tagged events, each as a store derives it, whatever order the events come in. Of several
 * events with one id the first counts, as in a store.
 *
 * @param now ms since the epoch, for `updated_at`
 * @returns in order of (window start, alert id)
 */
export function foldAlerts(events: Iterable<EventDocument>, rules: RuleLookup, now: number): AlertDocument[] {
  const seen = new Set<string>();
  const groups = new Map<string, Group>();
  for (const event of events) {
    if (seen.has(event.event.id)) continue;
    seen.add(event.event.id);
    for (const hit of event.detection.hits) {
      if (hit.alert_id === undefined) continue;
      const group = groups.get(hit.alert_id) ?? { tally: new AlertTally(), first: { event, hit } };
      groups.set(hit.alert_id, group);
      group.tally.add({ id: event.event.id, time: event["@timestamp"], related: event.related ?? {} });
      if (compareText(placeOf(event), placeOf(group.first.event)) < 0) group.first = { event, hit };
    }
  }
  return [...groups.values()]
    .map(({ tally, first: { event, hit } }) =>
      toAlert({ first: event, hit, stats: tally.stats(), now }, rules),
    )
    .sort((a, b) => compareText(key(a), key(b)));
}

function placeOf(event: EventDocument): string {
  return `${event["@timestamp"]} ${event.event.id}`;
}

function key({ alert }: AlertDocument): string {
  return `${alert.window_start} ${alert.id}`;
}

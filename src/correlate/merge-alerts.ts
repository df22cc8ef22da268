import { MAX_ALERT_RELATED, MAX_EVENT_IDS, toEntities } from "../enrich/alerts.js";
import type { AlertDocument } from "../enrich/types.js";
import { RELATED_KINDS, type Related, type RelatedKind } from "../event/types.js";

/**
 * Makes one alert of several of the same id, each from events of its own: counts add up. The one that has the event
 * with the least (time, id) gives title, severity, outcome and the like; what a person set is taken from the first
 * that is not open.
 */
export function mergeAlerts(alerts: readonly AlertDocument[]): AlertDocument {
  const sorted = [...alerts].sort(byFirstEvent);
  const first = sorted[0];
  if (first === undefined) throw new TypeError("There is no alert to merge.");
  const related = unite(sorted);
  let lastSeen = first.alert.last_seen;
  let updatedAt = first.alert.updated_at;
  for (const { alert } of sorted) {
    if (alert.last_seen > lastSeen) lastSeen = alert.last_seen;
    if (alert.updated_at > updatedAt) updatedAt = alert.updated_at;
  }
  return {
    ...first,
    alert: {
      ...first.alert,
      status: alerts.find(({ alert }) => alert.status !== "open")?.alert.status ?? "open",
      count: alerts.reduce((sum, { alert }) => sum + alert.count, 0),
      last_seen: lastSeen,
      event_ids: sorted.flatMap(({ alert }) => alert.event_ids).slice(0, MAX_EVENT_IDS),
      updated_at: updatedAt,
    },
    related,
    entities: toEntities(related),
  };
}

function unite(alerts: readonly AlertDocument[]): Related {
  const united: { [K in RelatedKind]?: readonly string[] } = {};
  for (const kind of RELATED_KINDS) {
    const values = new Set(alerts.flatMap(({ related }) => related[kind] ?? []));
    if (values.size > 0) united[kind] = [...values].slice(0, MAX_ALERT_RELATED);
  }
  return united;
}

function byFirstEvent(a: AlertDocument, b: AlertDocument): number {
  const left = `${a.alert.first_seen} ${a.alert.event_ids[0] ?? ""}`;
  const right = `${b.alert.first_seen} ${b.alert.event_ids[0] ?? ""}`;
  return left < right ? -1 : left > right ? 1 : 0;
}

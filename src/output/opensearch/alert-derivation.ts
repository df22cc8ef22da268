import type { AlertParts } from "../../enrich/alerts.js";
import { toStoredEvent } from "../../enrich/stored-event.js";
import type { AlertDocument } from "../../enrich/types.js";
import type { JsonObject } from "../../lib/json.js";
import { objectAt, type AlertMembers } from "./alert-members.js";

export interface AlertRules {
  /** The alert of some events; see `toAlert` in src/enrich/alerts.ts. */
  toAlert(parts: AlertParts): AlertDocument;
}

/**
 * An alert as its stored events have it.
 *
 * Without any member (retention removed the events), or where the first is no event of TrailTag's, the alert stays
 * what it was and is no longer pending.
 *
 * @param first the stored document of the first member
 * @throws Error when there are members and the first was not found: retention may just have taken it.
 */
export function deriveAlert(
  current: JsonObject,
  members: AlertMembers,
  first: JsonObject | undefined,
  rules: AlertRules,
  now: number,
): JsonObject {
  const { stats } = members;
  if (stats.count > 0 && first === undefined) throw new Error("The first event of an alert is gone.");
  const event = first === undefined ? undefined : toStoredEvent(first);
  const previous = current as unknown as AlertDocument;
  const hit = event?.detection.hits.find(({ alert_id }) => alert_id === previous.alert.id);
  if (stats.count === 0 || event === undefined || hit === undefined) {
    return { ...current, alert: { ...objectAt(current, "alert"), pending: false } };
  }
  return rules.toAlert({ first: event, hit, stats, previous, now }) as unknown as JsonObject;
}

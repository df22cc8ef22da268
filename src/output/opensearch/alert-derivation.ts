import type { AlertDocument, Entity } from "../../enrich/types.js";
import type { Related } from "../../event/types.js";
import type { JsonObject, JsonValue } from "../../lib/json.js";
import { at, objectAt, type AlertMembers } from "./alert-members.js";

export interface AlertRules {
  /** The alerts that a stored event raises, from its own hits and nothing else. */
  alertsOf(stored: JsonObject): readonly AlertDocument[];
  entitiesOf(related: Related): readonly Entity[];
}

/**
 * An alert as its stored events have it. What people set (status, assignee, note, anything unknown) is taken over
 * from `current`; all else comes from the members, so that it does not depend on the order in which they came.
 *
 * Without any member (retention removed the events) the alert stays what it was and is no longer pending.
 */
export function deriveAlert(
  current: JsonObject,
  members: AlertMembers,
  first: JsonObject | undefined,
  rules: AlertRules,
  now: number,
): JsonObject {
  const was = objectAt(current, "alert");
  if (members.count === 0) return { ...current, alert: { ...was, pending: false } };

  const id = at(was, "id");
  const made = first === undefined ? undefined : rules.alertsOf(first).find(({ alert }) => alert.id === id);
  const unchanged =
    at(was, "count") === members.count &&
    at(was, "first_seen") === members.firstSeen &&
    at(was, "last_seen") === members.lastSeen;
  const updatedAt = at(was, "updated_at");
  const kept = Object.fromEntries(Object.entries(was).filter(([key]) => key !== "truncated"));
  const cut = members.truncated.length > 0 ? members.truncated : undefined;
  const alert = {
    ...kept,
    ...made?.alert,
    ...person(was),
    count: members.count,
    first_seen: members.firstSeen,
    last_seen: members.lastSeen,
    event_ids: members.eventIds,
    // A redelivery changes nothing, this included.
    updated_at: unchanged && typeof updatedAt === "string" ? updatedAt : new Date(now).toISOString(),
    pending: false,
    ...(cut === undefined ? undefined : { truncated: cut }),
  };
  const derived = {
    ...current,
    ...made,
    alert,
    related: members.related,
    entities: rules.entitiesOf(members.related),
  };
  return derived as unknown as JsonObject;
}

/** Fields of `alert` that belong to people. */
function person(was: JsonObject): Record<string, JsonValue> {
  const kept = ["status", "status_changed_at", "status_version", "assignee", "note"].map(
    (key) => [key, at(was, key)] as const,
  );
  return Object.fromEntries(kept.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));
}

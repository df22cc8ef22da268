import { isDeepStrictEqual } from "node:util";
import { AlertTally, type AlertStats } from "../../enrich/alert-stats.js";
import type { AlertDocument } from "../../enrich/types.js";

/** The alerts as their stored events make them, and which of them are not yet on disk. */
export interface AlertBook {
  /** Adds alerts that one stored event each raises. An event must be added once only. */
  add(members: readonly AlertDocument[]): void;
  /** Tells the last line that was found on disk, after all events were added: what is stale there becomes unsaved. */
  found(lines: ReadonlyMap<string, AlertDocument>): void;
  /** What is not on disk as it is now. */
  unsaved(): UnsavedAlert[];
  saved(documents: readonly AlertDocument[]): void;
  /** As it stands on disk. */
  current(id: string): AlertDocument | undefined;
  /** What a person set is on disk; what the alert's events say is as saved or unsaved as before. */
  triaged(document: AlertDocument): void;
  readonly size: number;
}

export interface UnsavedAlert {
  readonly id: string;
  readonly stats: AlertStats;
  /** As it stands on disk. */
  readonly previous: AlertDocument | undefined;
}

export function createAlertBook(): AlertBook {
  const tallies = new Map<string, AlertTally>();
  const onDisk = new Map<string, AlertDocument>();
  const unsaved = new Set<string>();
  return {
    get size() {
      return tallies.size;
    },
    add(members) {
      for (const { alert, related } of members) {
        const [eventId] = alert.event_ids;
        if (eventId === undefined) throw new TypeError(`Alert ${alert.id} names no event.`);
        const tally = tallies.get(alert.id) ?? new AlertTally();
        tallies.set(alert.id, tally);
        tally.add({ id: eventId, time: alert.first_seen, related });
        unsaved.add(alert.id);
      }
    },
    found(lines) {
      for (const [id, document] of lines) {
        const tally = tallies.get(id);
        if (tally === undefined) continue;
        onDisk.set(id, document);
        if (isDeepStrictEqual(statsOf(document), tally.stats())) unsaved.delete(id);
      }
    },
    unsaved() {
      return [...unsaved].flatMap((id) => {
        const stats = tallies.get(id)?.stats();
        return stats === undefined ? [] : [{ id, stats, previous: onDisk.get(id) }];
      });
    },
    saved(documents) {
      for (const document of documents) {
        onDisk.set(document.alert.id, document);
        unsaved.delete(document.alert.id);
      }
    },
    current: (id) => onDisk.get(id),
    triaged(document) {
      onDisk.set(document.alert.id, document);
    },
  };
}

function statsOf({ alert, related }: AlertDocument): AlertStats {
  const { count, first_seen, last_seen, event_ids, truncated } = alert;
  const stats = { count, first_seen, last_seen, event_ids, related };
  return truncated === undefined ? stats : { ...stats, truncated };
}

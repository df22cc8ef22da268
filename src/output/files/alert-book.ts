import type { AlertDocument } from "../../enrich/types.js";

/** Makes one alert of several of the same id. The first may itself be the outcome of an earlier fold. */
export type FoldAlerts = (alerts: readonly AlertDocument[]) => AlertDocument;

/** How many event ids an alert names; its count goes on past that. */
const SAMPLE = 1_000;

/** The alerts as their stored events make them, and which of them are not yet on disk. */
export interface AlertBook {
  /** Adds alerts that one stored event each raises. An event must be added once only. */
  add(members: readonly AlertDocument[]): void;
  /** Tells the last line that was found on disk, after all events were added: what is stale there becomes unsaved. */
  found(lines: ReadonlyMap<string, SavedAlert>): void;
  /** Documents that are not on disk as they are now, less those below their threshold. */
  unsaved(now: number): AlertDocument[];
  markSaved(ids: readonly string[]): void;
  readonly size: number;
}

/** What is remembered of an alert's last line. */
export interface SavedAlert {
  readonly status: AlertDocument["alert"]["status"];
  /** See `fingerprint`. */
  readonly fingerprint: string;
}

interface Entry {
  document: AlertDocument;
  /** Sorted by (event time, id): the ids that the alert names. */
  sample: Member[];
}

interface Member {
  readonly time: string;
  readonly id: string;
}

export function createAlertBook(fold: FoldAlerts): AlertBook {
  const entries = new Map<string, Entry>();
  const unsaved = new Set<string>();

  function merge(entry: Entry | undefined, members: readonly AlertDocument[]): Entry {
    const all = entry === undefined ? members : [entry.document, ...members];
    const first = all[0];
    if (first === undefined) throw new TypeError("An alert is folded from one member at least.");
    const folded = all.length === 1 ? first : fold(all);
    const sample = merged(entry?.sample ?? [], members.map(memberOf));
    const count = all.reduce((sum, each) => sum + each.alert.count, 0);
    const cut = new Set(folded.alert.truncated);
    if (count > SAMPLE) cut.add("alert.event_ids");
    const alert = {
      ...folded.alert,
      // What a person set stays; the fold may look at events alone.
      status: entry?.document.alert.status ?? folded.alert.status,
      count,
      event_ids: sample.map((member) => member.id),
      pending: false,
      ...(cut.size === 0 ? {} : { truncated: [...cut] }),
    };
    return { document: { ...folded, alert }, sample };
  }

  return {
    get size() {
      return entries.size;
    },
    add(members) {
      const groups = new Map<string, AlertDocument[]>();
      for (const member of members) {
        const group = groups.get(member.alert.id);
        if (group === undefined) groups.set(member.alert.id, [member]);
        else group.push(member);
      }
      for (const [id, group] of groups) {
        entries.set(id, merge(entries.get(id), group));
        unsaved.add(id);
      }
    },
    found(lines) {
      for (const [id, entry] of entries) {
        const saved = lines.get(id);
        if (saved === undefined) continue;
        const { document } = entry;
        entry.document = { ...document, alert: { ...document.alert, status: saved.status } };
        if (saved.fingerprint === fingerprint(entry.document)) unsaved.delete(id);
      }
    },
    unsaved(now) {
      const updated_at = new Date(now).toISOString();
      return [...unsaved].flatMap((id) => {
        const entry = entries.get(id);
        if (entry === undefined || entry.document.alert.count < entry.document.alert.threshold) return [];
        entry.document = { ...entry.document, alert: { ...entry.document.alert, updated_at } };
        return [entry.document];
      });
    },
    markSaved(ids) {
      for (const id of ids) unsaved.delete(id);
    },
  };
}

/** Equal when two forms of an alert were made of the same events. */
export function fingerprint(document: AlertDocument): string {
  const { count, first_seen, last_seen, severity, risk_score, title } = document.alert;
  return JSON.stringify([count, first_seen, last_seen, severity, risk_score, title]);
}

function memberOf(alert: AlertDocument): Member {
  const id = alert.alert.event_ids[0];
  if (id === undefined || alert.alert.count !== 1) {
    throw new TypeError(`Alert ${alert.alert.id} must come from exactly one event.`);
  }
  return { time: alert.alert.first_seen, id };
}

function merged(sample: readonly Member[], members: readonly Member[]): Member[] {
  return [...sample, ...members].sort(byTimeAndId).slice(0, SAMPLE);
}

function byTimeAndId(a: Member, b: Member): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

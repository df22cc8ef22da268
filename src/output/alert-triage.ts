import type { AlertDocument } from "../enrich/types.js";
import type { Store } from "./store.js";

export const ALERT_STATUSES = ["open", "acknowledged", "closed"] as const;

/** What a person sets on an alert. */
export interface TriageChange {
  readonly status: (typeof ALERT_STATUSES)[number];
  /** Undefined: stays as it is; null: nobody. */
  readonly assignee?: string | null;
  /** Undefined: stays as it is; null: none. */
  readonly note?: string | null;
  /** Only if `alert.triage_version` is still this; 0 for an alert that nobody has triaged. */
  readonly ifVersion?: number;
  /** Who does it. */
  readonly by: string;
}

export type TriageResult =
  | { readonly kind: "done"; readonly alert: AlertDocument }
  | { readonly kind: "unknown" }
  /** Somebody else was faster; this is how they left it. */
  | { readonly kind: "conflict"; readonly alert: AlertDocument };

/** Alerts of a store, for people. */
export interface AlertTriage {
  /** As it stands now. @throws StoreUnavailableError */
  read(id: string, deadline: number): Promise<AlertDocument | undefined>;
  /**
   * Durable when it resolves. Whatever the events of the alert do meanwhile, neither side loses anything.
   * @throws StoreUnavailableError; whether it took effect is not known then.
   */
  triage(id: string, change: TriageChange, deadline: number): Promise<TriageResult>;
}

/** A store whose alerts people can work on. */
export interface AlertStore extends Store {
  readonly alerts: AlertTriage;
}

/** Counts how often people have set something; 0 until they do. */
export function triageVersion({ alert }: AlertDocument): number {
  return alert.triage_version ?? 0;
}

/** The alert with what a person set. All else stays: it is derived from the events. @param now ms since the epoch */
export function applyTriage(document: AlertDocument, change: TriageChange, now: number): AlertDocument {
  const { assignee: assigneeBefore, note: noteBefore, ...alert } = document.alert;
  const assignee = change.assignee === undefined ? assigneeBefore : (change.assignee ?? undefined);
  const note = change.note === undefined ? noteBefore : (change.note ?? undefined);
  return {
    ...document,
    alert: {
      ...alert,
      status: change.status,
      ...(assignee === undefined ? undefined : { assignee }),
      ...(note === undefined ? undefined : { note }),
      triaged_by: change.by,
      triaged_at: new Date(now).toISOString(),
      triage_version: triageVersion(document) + 1,
    },
  };
}

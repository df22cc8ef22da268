import { steadyClock, type Clock } from "../../lib/clock.js";
import type { StoreLog } from "../store.js";
import { deriveAlert, type AlertRules } from "./alert-derivation.js";
import { at, type AlertMembers } from "./alert-members.js";
import type { PendingAlert } from "./alert-writer.js";
import { backoffMs } from "./backoff.js";
import { createBulkSender } from "./bulk-sender.js";
import type { OpenSearchClient } from "./client.js";
import { createDocumentReader, type DocumentKey, type StoredDocument } from "./document-reader.js";
import { eventIndicesBetween, type IndexNames } from "./index-names.js";
import { findMembers, findPending, refreshIndices } from "./reconciler-reads.js";

export interface ReconcilerOptions extends AlertRules {
  readonly client: OpenSearchClient;
  readonly names: IndexNames;
  readonly clock: Clock;
  readonly log: StoreLog;
  /** Between sweeps for what crashed replicas left pending. Default 30,000. */
  readonly sweepMs?: number;
  /**
   * How long after it was written a document may stay hidden from searches, where nothing can be refreshed (OpenSearch
   * Serverless): alerts are derived only after that.
   */
  readonly searchLagMs?: number;
}

export interface Reconciler {
  /** Begins sweeping. */
  start(): void;
  /** Alerts whose mark is durable, to be derived soon. */
  markDirty(alerts: readonly PendingAlert[]): void;
  /** Resolves when nothing is dirty. */
  settle(): Promise<void>;
  /** Gives what is dirty up to `graceMs` to finish; what is left stays pending in OpenSearch for another sweep. */
  close(graceMs: number): Promise<void>;
}

interface Dirty extends PendingAlert {
  readonly attempts: number;
  readonly dueAt: number;
}

/** One alert on its way through a cycle. */
interface Work {
  readonly dirty: Dirty;
  readonly stored: StoredDocument;
  readonly indices: readonly string[];
}

const CYCLE_ALERTS = 500;
const SEARCH_ALERTS = 50;
/** Windows are minutes to days; what says more of itself is not asked for year after year. */
const MAX_WINDOW_MS = 366 * 86_400_000;
const DEBOUNCE_MS = 200;
const SHORT_REST_MS = 1_000;
const LONG_REST_MS = 5_000;

/**
 * Derives pending alerts from their stored events.
 *
 * Invariant: an alert's version is read before the events are refreshed and searched, and the write is guarded by
 * that version. An event stored later marks its alert anew, which makes the write fail and the alert stay pending.
 */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { client, names, clock, log } = options;
  const readAlerts = createDocumentReader(client, ["alert.event_ids"]);
  const readEvents = createDocumentReader(client);
  const writeAlerts = createBulkSender({ client, op: "index" });
  const dirty = new Map<string, Dirty>();
  const settling: (() => void)[] = [];
  let cycle: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sweeper: NodeJS.Timeout | undefined;
  let notBefore = 0;
  let closed = false;

  function markDirty(alerts: readonly PendingAlert[]): void {
    const dueAt = steadyClock() + (options.searchLagMs ?? DEBOUNCE_MS);
    for (const alert of alerts) {
      const known = dirty.get(alert.id);
      const due = options.searchLagMs === undefined ? Math.min(dueAt, known?.dueAt ?? dueAt) : dueAt;
      dirty.set(alert.id, { ...alert, attempts: 0, dueAt: due });
    }
    schedule();
  }

  function schedule(): void {
    clearTimeout(timer);
    if (cycle !== undefined || (closed && settling.length === 0)) return;
    if (dirty.size === 0) {
      for (const settled of settling.splice(0)) settled();
      return;
    }
    let due = Infinity;
    for (const alert of dirty.values()) due = Math.min(due, alert.dueAt);
    const start = hurries() ? firstTry() : Math.max(due, notBefore);
    timer = setTimeout(run, Math.max(0, start - steadyClock()));

    /** Somebody waits: no debounce for what was not tried yet. */
    function firstTry(): number {
      return [...dirty.values()].some((alert) => alert.attempts === 0) ? 0 : due;
    }
  }

  function hurries(): boolean {
    return settling.length > 0 && options.searchLagMs === undefined;
  }

  function run(): void {
    const now = steadyClock();
    const taken = [...dirty.values()]
      .filter((alert) => alert.dueAt <= now || (hurries() && alert.attempts === 0))
      .slice(0, CYCLE_ALERTS);
    for (const alert of taken) dirty.delete(alert.id);
    cycle = reconcile(taken)
      .catch((error: unknown) => {
        retryLater(taken, error instanceof Error ? error.message : String(error));
      })
      .then(() => {
        const took = steadyClock() - now;
        // Each cycle makes OpenSearch refresh and search: resting nine times as long keeps that a side job.
        notBefore = steadyClock() + Math.min(LONG_REST_MS, Math.max(SHORT_REST_MS, took * 9));
        cycle = undefined;
        schedule();
      });
  }

  async function reconcile(taken: readonly Dirty[]): Promise<void> {
    const works = await readVersions(taken);
    if (works.length === 0) return;
    const indices = new Set(works.flatMap((work) => work.indices));
    const refreshed = await refreshIndices(client, indices, options.searchLagMs === undefined);
    const ready = works.filter((work) => !work.indices.some((index) => refreshed.get(index) === "failed"));
    const rest = works.filter((work) => !ready.includes(work));
    if (rest.length > 0) retryLater(dirtyOf(rest), "an events index cannot be refreshed");
    for (let i = 0; i < ready.length; i += SEARCH_ALERTS) {
      const some = ready.slice(i, i + SEARCH_ALERTS);
      try {
        await derive(
          some.map((work) => ({
            ...work,
            indices: work.indices.filter((index) => refreshed.get(index) === "ok"),
          })),
        );
      } catch (error) {
        retryLater(dirtyOf(some), error instanceof Error ? error.message : String(error));
      }
    }
  }

  async function readVersions(taken: readonly Dirty[]): Promise<Work[]> {
    const verdicts = await readAlerts(taken);
    const works: Work[] = [];
    const failed: Dirty[] = [];
    for (const [i, alert] of taken.entries()) {
      const verdict = verdicts[i];
      if (verdict?.kind !== "done") failed.push(alert);
      else if (verdict.result !== undefined && at(verdict.result.source, "alert", "pending") === true) {
        works.push({ dirty: alert, stored: verdict.result, indices: indicesOf(verdict.result) });
      }
    }
    if (failed.length > 0) retryLater(failed, "alerts cannot be read");
    return works;
  }

  function indicesOf({ source }: StoredDocument): string[] {
    const [from, to] = [at(source, "alert", "window_start"), at(source, "alert", "window_end")];
    if (typeof from !== "string" || typeof to !== "string") return [];
    const [start, end] = [Date.parse(from), Date.parse(to)];
    // Also not a number: then it is no alert of TrailTag's.
    if (!(end - start <= MAX_WINDOW_MS)) return [];
    return eventIndicesBetween(names, start, end);
  }

  async function derive(works: readonly Work[]): Promise<void> {
    const found = await findMembers(
      client,
      works.map(({ dirty: { id }, indices }) => ({ id, indices })),
    );
    const searched = works.flatMap((work, i) => {
      const members = found[i];
      return members === undefined ? [] : [{ work, members }];
    });
    const failed = works.filter((_, i) => found[i] === undefined);
    if (failed.length > 0) retryLater(dirtyOf(failed), "the events of an alert cannot be searched");
    if (searched.length === 0) return;

    const firsts = await readFirsts(searched.map(({ members }) => members));
    const now = clock();
    const derived = searched.flatMap(({ work, members }) => {
      const { dirty: alert, stored } = work;
      try {
        const document = deriveAlert(stored.source, members, firsts.get(firstKey(members)), options, now);
        const guard = { if_seq_no: stored.seqNo, if_primary_term: stored.primaryTerm };
        const action = JSON.stringify({ index: { _index: alert.index, _id: alert.id, ...guard } });
        return [{ work, item: { action, body: JSON.stringify(document) } }];
      } catch (error) {
        // One alert that cannot be derived must not hold up those beside it.
        retryLater([alert], error instanceof Error ? error.message : String(error));
        return [];
      }
    });
    if (derived.length === 0) return;
    const verdicts = await writeAlerts(derived.map(({ item }) => item));
    const conflicts: Dirty[] = [];
    for (const [i, { work }] of derived.entries()) {
      const verdict = verdicts[i];
      if (verdict?.kind === "done" && verdict.result.kind === "ok") continue;
      if (verdict?.kind === "done" && verdict.result.kind === "conflict") conflicts.push(work.dirty);
      else retryLater([work.dirty], verdict?.kind === "retry" ? verdict.message : "the alert was refused");
    }
    // Somebody was faster, which is no trouble: the next cycle reads the newer version.
    if (conflicts.length > 0) markDirty(conflicts.map(({ id, index }) => ({ id, index })));
  }

  async function readFirsts(members: readonly AlertMembers[]) {
    const keys = new Map<string, DocumentKey>();
    for (const m of members) {
      const id = m.stats.event_ids[0];
      if (id !== undefined) keys.set(firstKey(m), { index: m.firstIndex, id });
    }
    if (keys.size === 0) return new Map<string, StoredDocument["source"]>();
    const verdicts = await readEvents([...keys.values()]);
    return new Map(
      [...keys.keys()].flatMap((key, i) => {
        const verdict = verdicts[i];
        if (verdict?.kind !== "done") throw new Error("The first event of an alert cannot be read.");
        return verdict.result === undefined ? [] : [[key, verdict.result.source] as const];
      }),
    );
  }

  function retryLater(alerts: readonly Dirty[], message: string): void {
    for (const alert of alerts) {
      if (dirty.has(alert.id)) continue;
      const attempts = alert.attempts + 1;
      dirty.set(alert.id, { ...alert, attempts, dueAt: steadyClock() + backoffMs(attempts, 10_000) });
    }
    log("warn", "Alerts could not be brought up to date; trying again.", {
      alerts: alerts.length,
      reason: message,
    });
  }

  async function sweep(): Promise<void> {
    try {
      const left = await findPending(client, names.alertsPattern, CYCLE_ALERTS);
      const unknown = left.filter((alert) => !dirty.has(alert.id));
      if (unknown.length > 0) markDirty(unknown);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log("warn", "Could not look for alerts that are left to bring up to date.", { reason });
    }
    if (!closed) sweeper = setTimeout(() => void sweep(), options.sweepMs ?? 30_000);
  }

  function settle(): Promise<void> {
    return new Promise((resolve) => {
      settling.push(resolve);
      schedule();
    });
  }

  return {
    start: () => void sweep(),
    markDirty,
    settle,
    async close(graceMs) {
      closed = true;
      clearTimeout(sweeper);
      let giveUp: NodeJS.Timeout | undefined;
      const grace = new Promise<void>((resolve) => (giveUp = setTimeout(resolve, graceMs)));
      await Promise.race([settle(), grace]);
      clearTimeout(giveUp);
      settling.length = 0;
      clearTimeout(timer);
      await cycle;
      clearTimeout(timer);
    },
  };
}

function firstKey(members: AlertMembers): string {
  return `${members.firstIndex}/${members.stats.event_ids[0] ?? ""}`;
}

function dirtyOf(works: readonly Work[]): Dirty[] {
  return works.map((work) => work.dirty);
}

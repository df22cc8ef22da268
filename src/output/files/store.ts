import { mkdir } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { AlertParts } from "../../enrich/alerts.js";
import type { AlertDocument, DeadLetterDocument, EventDocument } from "../../enrich/types.js";
import type { Clock } from "../../lib/clock.js";
import type { JsonObject } from "../../lib/json.js";
import {
  applyTriage,
  triageVersion,
  type AlertStore,
  type TriageChange,
  type TriageResult,
} from "../alert-triage.js";
import { StoreUnavailableError, type DeadLetterWrite, type StoreLog, type StoreMetrics } from "../store.js";
import type { StoreWrite, WriteOutcome } from "../store.js";
import { createAlertBook } from "./alert-book.js";
import type { AppendFile, OpenHandle } from "./append-file.js";
import { createCommitPlan, deadReasonsOf, type CommitPlan, type PlannedLine } from "./commit-plan.js";
import { errorCode } from "./error-code.js";
import { lockFolder, type FolderLock } from "./folder-lock.js";
import { createIdIndex } from "./id-index.js";
import { openFiles, type DataFiles } from "./open-files.js";

export interface FilesStoreOptions {
  /** Made when missing. Holds events.ndjson, alerts.ndjson, deadletter.ndjson and the lock. */
  readonly dir: string;
  /** The alerts that a stored event raises, each with a count of 1 and that event's id. */
  readonly alertsOf: (document: EventDocument) => readonly AlertDocument[];
  /** The alert of some events; see `toAlert` in src/enrich/alerts.ts. */
  readonly toAlert: (parts: AlertParts) => AlertDocument;
  /** Whether two event documents hold the same CloudTrail record. */
  readonly sameRecord: (stored: JsonObject, incoming: JsonObject) => boolean;
  /** More than one where the bytes are large; in order of their chunks. */
  readonly toDeadLetters: (write: DeadLetterWrite, now: number) => readonly DeadLetterDocument[];
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly metrics?: Partial<Pick<StoreMetrics, "deadLettered">>;
  /** For tests that put faults under the store. */
  readonly openHandle?: OpenHandle;
}

export interface FilesStore extends AlertStore {
  /** Adds lines to the file of dead letters, durably: what says of letters there that they were replayed. */
  appendDeadLetters(lines: Buffer): Promise<void>;
}

interface Waiting {
  readonly batch: readonly StoreWrite[];
  readonly deadline: number;
  resolve(outcomes: WriteOutcome[]): void;
  reject(error: unknown): void;
}

const RETRY_MS = 250;

/**
 * Events, alerts and dead letters as NDJSON in a folder, for one process.
 *
 * Writes that arrive while others are being synced go to disk together, one append and one fsync per file.
 * `start` rejects with FolderLockedError when another process has the folder. `write` rejects with
 * StoreUnavailableError when the disk refuses (full, read-only, broken) up to the deadline.
 */
export function createFilesStore(options: FilesStoreOptions): FilesStore {
  const { dir, clock, log } = options;
  const ids = createIdIndex();
  const deadIds = new Set<string>();
  const book = createAlertBook();
  let lock: FolderLock | undefined;
  let files: DataFiles | undefined;
  let state: "new" | "open" | "closed" = "new";
  let waiting: Waiting[] = [];
  let draining: Promise<void> | undefined;
  let failure: { readonly at: number; readonly message: string } | undefined;

  function opened(): DataFiles {
    if (files === undefined) throw new StoreUnavailableError(`The files store in ${dir} is not open.`);
    return files;
  }

  async function readEvent(id: string): Promise<string | undefined> {
    const place = ids.get(id);
    return place && (await opened().events.read(place.offset, place.length)).toString("utf8");
  }

  /** Invariant: an id is known, and its alerts are counted, as soon as the event is on disk, not before. */
  async function commit({ events, deadLetters, alerts }: CommitPlan): Promise<void> {
    const { events: eventFile, deadLetters: deadFile } = opened();
    await appendLines(eventFile, events, (line, offset) => {
      ids.set(line.id, { offset, length: line.bytes.length - 1 });
    });
    if (events.length > 0) book.add(alerts);
    await appendLines(deadFile, deadLetters, (line) => deadIds.add(line.id));
    await saveAlerts();
  }

  /** Also writes alerts that an earlier, failed commit left behind: nobody is told "stored" before that. */
  async function saveAlerts(): Promise<void> {
    const documents: AlertDocument[] = [];
    for (const { id, stats, previous } of book.unsaved()) {
      const first = JSON.parse((await readEvent(stats.event_ids[0] ?? "")) ?? "null") as EventDocument | null;
      const hit = first?.detection.hits.find(({ alert_id }) => alert_id === id);
      if (first === null || hit === undefined)
        throw new TypeError(`The first event of alert ${id} is not there.`);
      documents.push(options.toAlert({ first, hit, stats, previous, now: clock() }));
    }
    const lines = documents.map((alert) => ({
      id: alert.alert.id,
      bytes: Buffer.from(`${JSON.stringify(alert)}\n`),
    }));
    await appendLines(opened().alerts, lines, () => undefined);
    book.saved(documents);
  }

  /** Keeps, of a group that failed, those that may still be tried. */
  async function failed(group: readonly Waiting[], error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    log("warn", `A write to ${dir} failed: ${message}`, { writes: group.length });
    failure = { at: clock(), message };
    const now = clock();
    const again = group.filter((each) => each.deadline > now && state === "open");
    for (const each of group) {
      if (again.includes(each)) continue;
      each.reject(new StoreUnavailableError(`Writing to ${dir} failed: ${message}`, { cause: error }));
    }
    if (again.length === 0) return;
    waiting = [...again, ...waiting];
    await pause(Math.min(RETRY_MS, ...again.map((each) => each.deadline - now)));
  }

  /** Writes a group as one; answers with those that failed. */
  async function attempt(group: readonly Waiting[]): Promise<{ refused: Waiting[]; fault: unknown }> {
    const plan = createCommitPlan({
      readEvent,
      hasDeadLetter: (id) => deadIds.has(id),
      sameRecord: options.sameRecord,
      toDeadLetters: (write) => options.toDeadLetters(write, clock()),
    });
    const planned: { readonly from: Waiting; readonly outcomes: WriteOutcome[] }[] = [];
    const refused: Waiting[] = [];
    let fault: unknown;
    for (const from of group) {
      try {
        planned.push({ from, outcomes: await plan.add(from.batch) });
      } catch (error) {
        if (isSystemError(error)) {
          refused.push(from);
          fault = error;
        } else from.reject(error);
      }
    }
    try {
      await commit(plan);
      if (refused.length === 0) failure = undefined;
      for (const { from, outcomes } of planned) {
        for (const reason of deadReasonsOf(from.batch, outcomes)) options.metrics?.deadLettered?.(reason, 1);
        from.resolve(outcomes);
      }
    } catch (error) {
      refused.push(...planned.map(({ from }) => from));
      fault = error;
    }
    return { refused, fault };
  }

  async function drainGroup(group: readonly Waiting[]): Promise<void> {
    let { refused, fault } = await attempt(group);
    if (refused.length > 1 && isNoRoom(fault)) {
      // What does not fit together may fit one by one: a large batch must not hold up the small ones beside it.
      const apart = refused;
      refused = [];
      for (const each of apart) {
        const alone = await attempt([each]);
        refused.push(...alone.refused);
        if (alone.refused.length > 0) fault = alone.fault;
      }
    }
    if (refused.length > 0) await failed(refused, fault);
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      await drainGroup(group);
    }
    draining = undefined;
  }

  /** Runs between groups of writes: what comes meanwhile waits, as writes do for each other. */
  async function between<T>(work: () => Promise<T>): Promise<T> {
    while (draining !== undefined) await draining;
    if (state !== "open") throw new StoreUnavailableError(`The files store in ${dir} is not open.`);
    const result = work();
    draining = result.then(
      () => drain(),
      () => drain(),
    );
    return result;
  }

  async function appendDeadLetters(lines: Buffer): Promise<void> {
    await between(() => opened().deadLetters.append(lines));
  }

  async function triage(id: string, change: TriageChange): Promise<TriageResult> {
    const found = book.current(id);
    if (found === undefined) return { kind: "unknown" };
    if (change.ifVersion !== undefined && change.ifVersion !== triageVersion(found)) {
      return { kind: "conflict", alert: found };
    }
    const alert = applyTriage(found, change, clock());
    try {
      await opened().alerts.append(Buffer.from(`${JSON.stringify(alert)}\n`));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new StoreUnavailableError(`Writing to ${dir} failed: ${message}`, { cause: error });
    }
    book.triaged(alert);
    return { kind: "done", alert };
  }

  async function write(batch: readonly StoreWrite[], deadline: number): Promise<WriteOutcome[]> {
    if (state !== "open") throw new StoreUnavailableError(`The files store in ${dir} is not open.`);
    return new Promise((resolve, reject) => {
      waiting.push({ batch, deadline, resolve, reject });
      draining ??= drain();
    });
  }

  return {
    kind: "files",
    alerts: {
      read: (id) => Promise.resolve(book.current(id)),
      triage: (id, change) => between(() => triage(id, change)),
    },
    async start() {
      await mkdir(dir, { recursive: true, mode: 0o750 });
      lock = await lockFolder(dir, (pid) =>
        log("warn", `The lock on ${dir} was left by process ${pid}, which is gone; it is taken over.`),
      );
      try {
        const into = { ids, deadIds, book, alertsOf: options.alertsOf, now: clock(), log };
        files = await openFiles(dir, into, options.openHandle);
      } catch (error) {
        await lock.release();
        throw error;
      }
      // What a crash between the two syncs left out of the alerts file; when the disk is full, a later write adds it.
      await saveAlerts().catch((error: unknown) => {
        failure = { at: clock(), message: error instanceof Error ? error.message : String(error) };
      });
      state = "open";
    },
    write,
    appendDeadLetters,
    status() {
      if (state !== "open") return { ready: false, message: `The files store in ${dir} is not open.` };
      // After a failure the next write has a chance again once some time has gone by: only trying tells.
      if (failure !== undefined && clock() - failure.at < 1_000) {
        return { ready: false, message: `The last write to ${dir} failed: ${failure.message}` };
      }
      return { ready: true, message: `Writing to ${dir}: ${ids.size} events, ${book.size} alerts.` };
    },
    async settle() {
      // An empty batch waits for its turn and takes unsaved alerts along.
      await write([], clock());
    },
    async close() {
      if (state === "closed") return;
      state = "closed";
      while (draining !== undefined) await draining;
      await files?.close();
      await lock?.release();
    },
  };
}

async function appendLines(
  file: AppendFile,
  lines: readonly PlannedLine[],
  onStored: (line: PlannedLine, offset: number) => void,
): Promise<void> {
  if (lines.length === 0) return;
  let offset = await file.append(Buffer.concat(lines.map((line) => line.bytes)));
  for (const line of lines) {
    onStored(line, offset);
    offset += line.bytes.length;
  }
}

function isNoRoom(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EFBIG"].includes(errorCode(error) ?? "");
}

function isSystemError(error: unknown): boolean {
  return error instanceof StoreUnavailableError || errorCode(error) !== undefined;
}

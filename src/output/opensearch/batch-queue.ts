import { steadyClock, type Clock } from "../../lib/clock.js";
import { fixedLimit, type ConcurrencyLimit } from "./adaptive-limit.js";
import { backoffMs } from "./backoff.js";
import type { BatchSize } from "./batch-size.js";
import type { RetryReason } from "./fault.js";
import { UnsettledError, type Settled, type Verdict } from "./verdict.js";

export interface BatchQueueOptions<T, R> {
  readonly maxItems: number;
  /** Characters of all items of one batch; a single larger item goes alone. */
  readonly maxChars: number | Pick<BatchSize, "current">;
  /** Batches at once. */
  readonly inFlight: number | ConcurrencyLimit;
  /** Wait for company when nothing is in flight, ms. */
  readonly lingerMs: number;
  /** The same while something is in flight: longer, since the store is busy anyway. */
  readonly busyLingerMs: number;
  /** Of deadlines. */
  readonly clock: Clock;
  /** Of pauses and of how long an answer takes: must not go back. */
  readonly steady?: Clock;
  sizeOf(item: T): number;
  /** One verdict for each item, in order. */
  send(items: readonly T[]): Promise<readonly Verdict<R>[]>;
  retried?(reason: RetryReason, items: number): void;
}

export interface BatchQueue<T, R> {
  /** @throws UnsettledError at the deadline (ms since the epoch), with the last thing that stood in the way. */
  submit(items: readonly T[], deadline: number): Promise<Settled<R>[]>;
  /**
   * The sentence of the last failure, while the queue pauses because of the store, or while nothing that it sends is
   * taken (an index that is blocked or closed).
   */
  trouble(): string | undefined;
  /**
   * Somebody saw the store answer: the pause ends now. Trouble with items ends when nobody waits any more: then only
   * a new try tells, and a service that says it is not ready may never be given one.
   */
  resume(): void;
}

/** Characters of a failure's text that are passed on: it may quote what it is about. */
const MAX_MESSAGE = 300;

/** A longer Retry-After is not believed: the deadline of whoever waits is not much further off. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/** Of a store that is at work: no reason to call it away. */
const PASSING: ReadonlySet<RetryReason> = new Set(["busy", "conflict"]);

/** Of a store that has too much to do, when the whole batch failed for it. */
const OVERLOADED: ReadonlySet<RetryReason> = new Set(["busy", "unavailable", "no_reply"]);

interface Group<R> {
  readonly results: Settled<R>[];
  remaining: number;
  /** Set when its caller was answered: what is left of it is not sent. */
  over: boolean;
  trouble: string;
  finish(): void;
}

interface Entry<T, R> {
  readonly item: T;
  readonly size: number;
  readonly group: Group<R>;
  readonly position: number;
  attempts: number;
  repeated: boolean;
  /** It may have taken effect: it is under way, or nobody knows what became of it. */
  sent: boolean;
  /** The last answer refused it, for another reason than load. */
  refused: boolean;
}

/**
 * Puts together what many callers hand in at the same time, sends it in few large batches, and gives each caller
 * its own results in order. What fails for a passing reason is sent again until its caller's deadline.
 */
export function createBatchQueue<T, R>(options: BatchQueueOptions<T, R>): BatchQueue<T, R> {
  const { clock, steady = steadyClock, maxChars } = options;
  const limit = typeof options.inFlight === "number" ? fixedLimit(options.inFlight) : options.inFlight;
  const charsAllowed = typeof maxChars === "number" ? () => maxChars : () => maxChars.current();
  let waiting: Entry<T, R>[] = [];
  let waitingChars = 0;
  let oldest = 0;
  let inFlight = 0;
  let failures = 0;
  let pausedUntil = 0;
  /** As the store asked: seeing it answer something else does not end this pause. */
  let askedToWaitUntil = 0;
  let trouble: string | undefined;
  let itemTrouble: string | undefined;
  /** Groups whose callers wait for an answer. */
  let open = 0;
  let timer: NodeJS.Timeout | undefined;

  function enqueue(entries: readonly Entry<T, R>[]): void {
    if (waiting.length === 0) oldest = steady();
    for (const entry of entries) {
      waiting.push(entry);
      waitingChars += entry.size;
    }
    pump();
  }

  function fullBatchWaits(): boolean {
    return waiting.length >= options.maxItems || waitingChars >= charsAllowed();
  }

  function pump(): void {
    clearTimeout(timer);
    while (waiting.length > 0 && inFlight < limit.current()) {
      const now = steady();
      const full = fullBatchWaits();
      if (!full && inFlight >= limit.start) return;
      const linger = inFlight === 0 ? options.lingerMs : options.busyLingerMs;
      const wait = Math.max(full ? 0 : oldest + linger - now, pausedUntil - now);
      if (wait > 0) {
        timer = setTimeout(pump, wait);
        return;
      }
      const batch = take();
      if (batch.length > 0) void run(batch);
    }
  }

  function take(): Entry<T, R>[] {
    const batch: Entry<T, R>[] = [];
    const most = charsAllowed();
    let chars = 0;
    let next = 0;
    for (; next < waiting.length && batch.length < options.maxItems; next++) {
      const entry = waiting[next];
      if (entry === undefined) break;
      if (!entry.group.over) {
        if (batch.length > 0 && chars + entry.size > most) break;
        entry.sent = true;
        batch.push(entry);
        chars += entry.size;
      }
      waitingChars -= entry.size;
    }
    waiting = waiting.slice(next);
    return batch;
  }

  async function run(batch: readonly Entry<T, R>[]): Promise<void> {
    inFlight++;
    const sentAt = limit.current();
    const started = steady();
    let verdicts: readonly Verdict<R>[];
    try {
      verdicts = await options.send(batch.map((entry) => entry.item));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const verdict = { kind: "retry", reason: "other", message, scope: "store", unknown: true } as const;
      verdicts = batch.map(() => verdict);
    }
    inFlight--;
    const ms = steady() - started;
    const saturated = fullBatchWaits();
    const { chars, pushedBack } = settle(batch, verdicts);
    limit.answered({ ms, chars, saturated, pushedBack, sentAt });
    pump();
  }

  /** @returns characters of what is done, and whether the store said, in whatever way, that this was too much. */
  function settle(batch: readonly Entry<T, R>[], verdicts: readonly Verdict<R>[]) {
    const again: Entry<T, R>[] = [];
    const reasons = new Map<RetryReason, number>();
    let storeTrouble: string | undefined;
    let refused: string | undefined;
    let chars = 0;
    let pushedBack = false;
    let retryAfterMs = 0;
    for (const [i, entry] of batch.entries()) {
      const verdict = verdicts[i];
      if (verdict === undefined) throw new Error("A batch was answered with too few verdicts.");
      if (verdict.kind === "done") {
        chars += entry.size;
        entry.group.results[entry.position] = { result: verdict.result, repeated: entry.repeated };
        if (--entry.group.remaining === 0) entry.group.finish();
        continue;
      }
      entry.attempts++;
      entry.repeated ||= verdict.unknown;
      entry.sent = entry.repeated;
      entry.refused = verdict.scope === "item" && !PASSING.has(verdict.reason);
      entry.group.trouble = verdict.message.slice(0, MAX_MESSAGE);
      // Items of an index that is away say nothing about the load.
      pushedBack ||= verdict.scope === "store" ? OVERLOADED.has(verdict.reason) : verdict.reason === "busy";
      retryAfterMs = Math.max(retryAfterMs, verdict.retryAfterMs ?? 0);
      if (verdict.scope === "store") storeTrouble = verdict.message;
      else if (!PASSING.has(verdict.reason)) refused = verdict.message;
      reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? 0) + 1);
      again.push(entry);
    }
    trouble = storeTrouble;
    if (again.length < batch.length) itemTrouble = undefined;
    else if (refused !== undefined) itemTrouble = refused.slice(0, MAX_MESSAGE);
    if (storeTrouble === undefined) failures = 0;
    else {
      const now = steady();
      if (retryAfterMs > 0) askedToWaitUntil = now + Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
      pausedUntil = Math.max(now + backoffMs(++failures), askedToWaitUntil);
    }
    for (const [reason, items] of reasons) options.retried?.(reason, items);
    if (again.length === 0) return { chars, pushedBack };
    const attempts = Math.max(...again.map((entry) => entry.attempts));
    setTimeout(
      () => enqueue(again.filter((entry) => !entry.group.over)),
      storeTrouble === undefined ? backoffMs(attempts) : 0,
    );
    return { chars, pushedBack };
  }

  function submit(items: readonly T[], deadline: number): Promise<Settled<R>[]> {
    if (items.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const group: Group<R> = {
        results: new Array<Settled<R>>(items.length),
        remaining: items.length,
        over: false,
        trouble: "OpenSearch did not answer in time",
        finish: () => {
          group.over = true;
          open--;
          clearTimeout(deadlineTimer);
          resolve(group.results);
        },
      };
      const deadlineTimer = setTimeout(
        () => {
          group.over = true;
          open--;
          const results = items.map((_, i) => group.results[i]?.result);
          const message = `${group.remaining} of ${items.length} not stored: ${group.trouble}`;
          reject(
            new UnsettledError(
              message,
              results,
              entries.map(({ sent }) => sent),
              entries.every(({ refused }, i) => refused || group.results[i] !== undefined),
            ),
          );
        },
        Math.max(0, deadline - clock()),
      );
      const entries = items.map((item, position) => ({
        item,
        size: options.sizeOf(item),
        group,
        position,
        attempts: 0,
        repeated: false,
        sent: false,
        refused: false,
      }));
      open++;
      enqueue(entries);
    });
  }

  return {
    submit,
    trouble: () => trouble ?? itemTrouble,
    resume: () => {
      if (open === 0) itemTrouble = undefined;
      if (trouble === undefined) return;
      trouble = undefined;
      pausedUntil = askedToWaitUntil;
      pump();
    },
  };
}

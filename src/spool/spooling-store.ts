import { steadyClock, systemClock, type Clock } from "../lib/clock.js";
import {
  markBegun,
  StoreUnavailableError,
  type Store,
  type StoreLog,
  type StoreWrite,
  type WriteOutcome,
} from "../output/store.js";
import { createBell } from "./bell.js";
import { createDrain } from "./drain.js";
import { SpoolFullError, type Spool, type SpoolRecord, type SpoolStatus } from "./spool.js";
import { createStoreGuard } from "./store-guard.js";

/** A store with a spool in front: what the store does not take in time is synced to disk, and carried over later. */
export interface SpoolingStore extends Store {
  /** Ready when the store or the spool takes writes. */
  status(): {
    readonly ready: boolean;
    readonly message: string;
    readonly store: ReturnType<Store["status"]>;
  };
  spoolStatus(): SpoolStatus;
  /** The service stops: from now on nothing waits for a store that is away. */
  hurry(): void;
  /** Resolves with true once the spool is empty, with false at the deadline (ms since the epoch). */
  untilEmpty(deadline: number): Promise<boolean>;
}

/** Counts of what leaves the spool, and of what was in it. */
export interface SpoolCounts {
  found(documents: number, setAside: number): void;
  drained(counts: { stored: number; duplicate: number; dead_lettered: number }): void;
  setAside(documents: number, bytes: number): void;
}

export interface SpoolingStoreOptions {
  readonly inner: Store;
  readonly spool: Spool;
  readonly encode: (writes: readonly StoreWrite[]) => Uint8Array;
  /** @throws when the bytes cannot be understood. */
  readonly decode: (payload: Uint8Array) => readonly StoreWrite[];
  /** Keeps a record that cannot be understood beside the spool. */
  readonly setAside: (record: SpoolRecord) => Promise<void>;
  /** How long one write is tried in the store before it goes to the spool. */
  readonly afterMs: number;
  /** Told of writes that have left the spool for the store, for counting hits. */
  readonly onDrained: (writes: readonly StoreWrite[], outcomes: readonly WriteOutcome[]) => void;
  readonly metrics: SpoolCounts;
  readonly log: StoreLog;
  readonly clock?: Clock;
}

/** Why the store has not taken a batch, and what it may have stored of it. */
interface NotTaken {
  readonly reason: string;
  readonly begun: ReadonlySet<number>;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;
/** A store that does not answer at start must not keep the spool from taking events. */
const START_GRACE_MS = 2_000;

export function createSpoolingStore(options: SpoolingStoreOptions): SpoolingStore {
  const { inner, spool, afterMs, metrics, log, clock = systemClock } = options;
  const bell = createBell();
  const guard = createStoreGuard(inner);
  /** Called with a reason, it ends the waiting of one write for the store. */
  const waitingForStore = new Set<(reason: string) => void>();
  let live = 0;
  let hurried = false;
  let spooling = false;
  let told = spool.status().setAside;
  const drain = createDrain({
    ...options,
    store: inner,
    guard,
    bell,
    tryMs: afterMs,
    clock,
    live: () => live,
    onEmpty: () => {
      spooling = false;
      log("info", "The spool is empty: all of it is stored.");
    },
    setAside: async (record) => {
      await options.setAside(record);
      metrics.setAside(record.documents, record.payload.length);
    },
    onDrained: (writes, outcomes) => {
      const counts = { stored: 0, duplicate: 0, dead_lettered: 0, spooled: 0 };
      for (const outcome of outcomes) counts[outcome]++;
      metrics.drained(counts);
      options.onDrained(writes, outcomes);
    },
  });

  async function write(batch: readonly StoreWrite[], deadline: number): Promise<WriteOutcome[]> {
    let writes = batch;
    let payload: Uint8Array | undefined;
    let spoolSays: string | undefined;
    let storeSays = guard.trouble();
    // A request is not held for an hour because the clock was set back.
    const ends = steadyClock() + deadline - clock();
    for (let round = 0; ; round++) {
      // A probe costs the time of a whole try: only who has nowhere else to go makes one.
      if (storeSays === undefined || (spoolSays !== undefined && guard.mayProbe())) {
        const answer = await tryStore(writes, Math.min(deadline, clock() + afterMs));
        if (Array.isArray(answer)) return answer;
        storeSays = answer.reason;
        if (answer.begun.size > 0) {
          writes = markBegun(writes, answer.begun);
          payload = undefined;
        }
      }
      spoolSays = await tryAppend(() => (payload ??= options.encode(writes)), batch.length);
      if (spoolSays === undefined) return batch.map(() => "spooled");
      if (hurried || steadyClock() >= ends) throw new StoreUnavailableError(both(storeSays, spoolSays));
      await bell.wait(Math.min(waitMs(round), ends - steadyClock()));
      storeSays = guard.trouble();
    }
  }

  async function tryStore(
    batch: readonly StoreWrite[],
    deadline: number,
  ): Promise<WriteOutcome[] | NotTaken> {
    const attempt = guard.begin();
    live++;
    const work = inner.write(batch, deadline).then(
      (outcomes) => {
        attempt.succeeded();
        return outcomes;
      },
      (error: unknown) => {
        if (!(error instanceof StoreUnavailableError)) {
          attempt.gaveUp();
          throw error;
        }
        attempt.failed(error.message);
        return { reason: error.message, begun: error.begun };
      },
    );
    let giveUp: ((reason: string) => void) | undefined;
    // Whatever of it is under way may end well after all.
    const begun = new Set(batch.keys());
    try {
      return await new Promise<WriteOutcome[] | NotTaken>((resolve, reject) => {
        giveUp = (reason) => resolve({ reason, begun });
        waitingForStore.add(giveUp);
        work.then(resolve, reject);
      });
    } finally {
      if (giveUp !== undefined) waitingForStore.delete(giveUp);
      live--;
      bell.ring();
    }
  }

  /** @returns undefined when the writes are durable, else the reason why not. */
  async function tryAppend(payload: () => Uint8Array, documents: number): Promise<string | undefined> {
    const { accepting, message } = spool.status();
    if (!accepting) return message;
    try {
      await spool.append(payload(), documents);
    } catch (error) {
      if (!(error instanceof SpoolFullError)) {
        log("error", "The spool failed on an append.", { reason: String(error) });
      }
      return error instanceof Error ? error.message : String(error);
    }
    if (!spooling)
      log("warn", "Events go to the spool.", { reason: guard.trouble() ?? "a write took too long" });
    spooling = true;
    bell.ring();
    return undefined;
  }

  /** What the spool could not read back has left it as well. */
  function tellSetAside(): SpoolStatus {
    const status = spool.status();
    const { documents, bytes } = status.setAside;
    if (bytes > told.bytes || documents > told.documents) {
      metrics.setAside(documents - told.documents, bytes - told.bytes);
      told = status.setAside;
    }
    return status;
  }

  function status(): ReturnType<SpoolingStore["status"]> {
    const { ready, message } = inner.status();
    const trouble = guard.trouble();
    const store = trouble === undefined ? { ready, message } : { ready: false, message: trouble };
    if (store.ready) return { ready: true, message, store };
    const { accepting, message: spoolSays } = spool.status();
    if (!accepting) return { ready: false, message: both(store.message, spoolSays), store };
    return { ready: true, message: `Events are kept in the spool: ${store.message}`, store };
  }

  return {
    kind: inner.kind,
    async start() {
      const { documents, setAside, bytes } = spool.status();
      metrics.found(documents, setAside.documents);
      metrics.setAside(0, setAside.bytes);
      spooling = documents > 0;
      if (spooling) log("info", "Events from before wait in the spool.", { documents, bytes });
      await startInner();
      drain.start();
    },
    write,
    status,
    spoolStatus: tellSetAside,
    hurry() {
      hurried = true;
      const trouble = guard.trouble();
      if (trouble !== undefined) for (const giveUp of waitingForStore) giveUp(trouble);
      bell.ring();
    },
    untilEmpty: (deadline) => drain.untilEmpty(deadline),
    settle: () => inner.settle(),
    async close() {
      await drain.close();
      await inner.close();
      await spool.close();
      const { documents } = spool.status();
      if (documents > 0) log("info", "Events stay in the spool until the next start.", { documents });
    },
  };

  async function startInner(): Promise<void> {
    let waiting = true;
    const started = inner.start().catch((error: unknown) => {
      if (waiting) throw error;
      log("error", "The store cannot be used.", { reason: String(error) });
    });
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([started, new Promise((resolve) => (timer = setTimeout(resolve, START_GRACE_MS)))]);
    clearTimeout(timer);
    waiting = false;
  }
}

function waitMs(round: number): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(round, 10));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

function both(storeSays: string | undefined, spoolSays: string): string {
  return `${storeSays ?? "The store did not answer in time."} ${spoolSays}`;
}

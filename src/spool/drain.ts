import { steadyClock, type Clock } from "../lib/clock.js";
import {
  markBegun,
  StoreUnavailableError,
  type Store,
  type StoreLog,
  type StoreWrite,
  type WriteOutcome,
} from "../output/store.js";
import type { Bell } from "./bell.js";
import { createLedger, type Item } from "./drain-ledger.js";
import { toGroups } from "./drain-record.js";
import type { Spool, SpoolRecord } from "./spool.js";
import type { StoreGuard } from "./store-guard.js";

/** Carries what is in the spool to the store. */
export interface Drain {
  start(): void;
  /** Resolves with true once the spool is empty, with false at the deadline (ms since the epoch). */
  untilEmpty(deadline: number): Promise<boolean>;
  /** Takes up nothing more and gives what is under way a moment; what is not stored by then stays in the spool. */
  close(): Promise<void>;
}

export interface DrainOptions {
  readonly spool: Spool;
  readonly store: Store;
  readonly guard: StoreGuard;
  readonly bell: Bell;
  readonly decode: (payload: Uint8Array) => readonly StoreWrite[];
  readonly encode: (writes: readonly StoreWrite[]) => Uint8Array;
  /** Keeps a record that cannot be decoded where a person finds it; after that it is taken off. */
  readonly setAside: (record: SpoolRecord, why: string) => Promise<void>;
  /** How many writes of live requests are in the store. */
  readonly live: () => number;
  /** How long a write is tried at first; longer after failures that are the store's. */
  readonly tryMs: number;
  /** Called in the same breath in which writes count as stored. */
  readonly onDrained: (writes: readonly StoreWrite[], outcomes: readonly WriteOutcome[]) => void;
  /** Called when the last record was taken off. */
  readonly onEmpty: () => void;
  readonly log: StoreLog;
  readonly clock: Clock;
}

const RECORDS_IN_FLIGHT = 4;
const TELL_EVERY_MS = 60_000;
const LOOK_AGAIN_MS = 250;
const MOST_PATIENCE_MS = 60_000;
const MOST_REST_MS = 60_000;
/** Failures of its own after which a record no longer keeps its place. */
const KEEPS_PLACE = 3;
/** As often a record is given twice the time before it is taken to be the record that is at fault. */
const TIMES_SLOW = 5;
const CLOSE_GRACE_MS = 5_000;

/**
 * Oldest first, a few records at a time. Records are taken off in order, each only once the store has all of it; one
 * that fails while the store takes others makes room: what is left of it goes to the end.
 */
export function createDrain(options: DrainOptions): Drain {
  const { spool, store, guard, bell, clock, log } = options;
  const ledger = createLedger(options);
  let flights = 0;
  let closing = false;
  let tellAgainAt = 0;
  let tellUnreadableAt = 0;
  let over: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    while (!closing) {
      try {
        await takeUp();
      } catch (error) {
        tellUnreadable(reasonOf(error));
      }
      await bell.wait(LOOK_AGAIN_MS);
    }
    const giveUp = steadyClock() + CLOSE_GRACE_MS;
    // While the store is away nothing of it can end well.
    while (flights > 0 && store.status().ready && steadyClock() < giveUp) await bell.wait(LOOK_AGAIN_MS);
    await ledger.close();
  }

  /** It is asked several times a second. */
  function tellUnreadable(reason: string): void {
    if (steadyClock() < tellUnreadableAt) return;
    tellUnreadableAt = steadyClock() + TELL_EVERY_MS;
    log("error", "The spool could not be read; trying again.", { reason });
  }

  async function takeUp(): Promise<void> {
    while (!closing && spool.status().records > 0) {
      const shut = guard.trouble() !== undefined;
      if (flights >= (shut || options.live() > 0 ? 1 : RECORDS_IN_FLIGHT)) return;
      const item = await ledger.next(flights, shut);
      if (item === undefined) return;
      if (shut && !guard.mayProbe()) return;
      item.state = "running";
      flights++;
      void carry(item).finally(() => {
        flights--;
        ledger.ended(item);
        bell.ring();
      });
    }
  }

  /** One try of one record; never rejects. */
  async function carry(item: Item): Promise<void> {
    const attempt = guard.begin();
    try {
      const decoded = await decodeOrSetAside(item);
      if (decoded === undefined) {
        attempt.gaveUp();
        item.state = "done";
        return;
      }
      const writes = markBegun(decoded, item.begun);
      const left = await write(item, writes, attempt);
      item.tries++;
      if (left.length === 0) {
        item.state = "done";
        return;
      }
      attempt.failed(item.message);
      item.pending = left;
      tellTrouble(item.message, left.length);
      if (!item.refused) item.slow++;
      // A store that is slow, or away, would do the same to any other record: this one keeps its place.
      const tookOthers = attempt.storeTook() || (item.refused && ledger.holdsUp(item));
      if (!tookOthers || (!item.refused && item.slow < TIMES_SLOW)) {
        item.state = "waiting";
        return;
      }
      item.failures++;
      const again = markBegun(decoded, item.begun);
      const rest = left.map((position) => again[position] as StoreWrite);
      if (item.failures >= KEEPS_PLACE && (await moveToEnd(item, rest))) return;
      item.restUntil = steadyClock() + restMs(item.failures);
      item.state = "resting";
    } catch (error) {
      attempt.failed(reasonOf(error));
      log("error", "A record of the spool could not be carried to the store; trying again.", {
        record: item.number,
        reason: reasonOf(error),
      });
      item.restUntil = steadyClock() + restMs(++item.failures);
      item.state = "resting";
    }
  }

  /** Now and then: a spool that is not emptied in time is one that will be full. */
  function tellTrouble(reason: string, documents: number): void {
    if (steadyClock() < tellAgainAt) return;
    tellAgainAt = steadyClock() + TELL_EVERY_MS;
    log("warn", "Events in the spool could not be stored just now; they are tried again.", {
      documents,
      reason,
    });
  }

  async function decodeOrSetAside(item: Item): Promise<readonly StoreWrite[] | undefined> {
    const payload = item.payload ?? new Uint8Array();
    try {
      return options.decode(payload);
    } catch (error) {
      const { number, documents } = item;
      const reason = reasonOf(error);
      await options.setAside({ number, documents, payload, appendedAt: 0 }, reason);
      log("error", "A record of the spool cannot be understood; it is kept beside the spool.", {
        record: number,
        reason,
      });
      return undefined;
    }
  }

  /** @returns the positions that are not stored. */
  async function write(
    item: Item,
    writes: readonly StoreWrite[],
    attempt: ReturnType<StoreGuard["begin"]>,
  ): Promise<readonly number[]> {
    const pending = item.pending ?? writes.map((_, position) => position);
    const patience = options.tryMs * 2 ** Math.min(Math.max(guard.failures, item.slow), 10);
    const deadline = clock() + Math.min(MOST_PATIENCE_MS, patience);
    item.refused = true;
    const left: number[] = [];
    await Promise.all(
      toGroups(writes, pending, item.tries - item.slow).map(async (group) => {
        const part = group.map((position) => writes[position] as StoreWrite);
        try {
          const outcomes = await store.write(part, deadline);
          attempt.succeeded();
          options.onDrained(part, outcomes);
        } catch (error) {
          left.push(...group);
          item.message = reasonOf(error);
          if (error instanceof StoreUnavailableError) {
            item.refused &&= error.refused;
            for (const at of error.begun) item.begun.add(group[at] ?? 0);
            return;
          }
          log("error", "The store failed on a record of the spool; trying again.", { reason: item.message });
        }
      }),
    );
    return left.sort((a, b) => a - b);
  }

  /** Only where something waits behind it: alone it may as well keep its place. */
  async function moveToEnd(item: Item, left: readonly StoreWrite[]): Promise<boolean> {
    if (spool.status().records <= 1 || closing) return false;
    const payload = options.encode(left);
    const { tries, failures } = item;
    const history = { tries, failures, restUntil: steadyClock() + restMs(failures) };
    const undo = ledger.moved(payload, history);
    try {
      await spool.move(payload, left.length);
    } catch {
      undo();
      return false;
    }
    if (item.failures === KEEPS_PLACE) {
      const documents = left.length;
      const message = "The store takes other events but not these; they wait at the end of the spool.";
      log("warn", message, { documents, reason: item.message });
    }
    item.state = "done";
    return true;
  }

  return {
    start() {
      over = run();
    },
    async untilEmpty(deadline) {
      while (spool.status().records > 0 && clock() < deadline && !closing) {
        await bell.wait(Math.min(LOOK_AGAIN_MS, deadline - clock()));
      }
      return spool.status().records === 0;
    },
    async close() {
      closing = true;
      bell.ring();
      await over;
    },
  };
}

function restMs(failures: number): number {
  const ceiling = Math.min(MOST_REST_MS, 250 * 2 ** Math.min(failures, 10));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

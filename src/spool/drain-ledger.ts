import { createHash } from "node:crypto";
import { steadyClock } from "../lib/clock.js";
import type { StoreLog } from "../output/store.js";
import type { Bell } from "./bell.js";
import type { Spool } from "./spool.js";

/** A record that was read and not yet taken off. */
export interface Item {
  readonly number: number;
  readonly documents: number;
  /** Kept while it waits or is under way; read again after a rest. */
  payload: Uint8Array | undefined;
  /** Resting: the store did not take it while it took others. */
  state: "waiting" | "running" | "resting" | "done";
  /** Positions that are not stored yet; undefined: all. */
  pending: readonly number[] | undefined;
  /** Positions that the store may have stored without saying so. */
  readonly begun: Set<number>;
  tries: number;
  /** Of those, the ones that were too short: the store had not answered for all of it. */
  slow: number;
  /** Of those, the ones during which the store took something else: the fault is in the record. */
  failures: number;
  /** By the steady clock, ms. */
  restUntil: number;
  /** Why the last try failed. */
  message: string;
  /** Whether the store answered that try and refused all that is left. */
  refused: boolean;
}

export type History = Pick<Item, "tries" | "failures" | "restUntil">;

/** Keeps account of the records that the drain works on. */
export interface Ledger {
  /**
   * The oldest that may be tried now, with its payload. What failed while the store took others comes after those
   * that did not, or its failures would hold up the rest.
   *
   * @param running how many are under way
   * @param probing whether it is to show that the store takes anything at all
   */
  next(running: number, probing: boolean): Promise<Item | undefined>;
  /** A try has ended. Records that are stored are taken off as soon as all before them are. */
  ended(item: Item): void;
  /** Whether records behind it are stored, and keep their room for its sake alone. */
  holdsUp(item: Item): boolean;
  /** A record of this payload goes to the end, and keeps its history. @returns what undoes that */
  moved(payload: Uint8Array, history: History): () => void;
  /** Resolves when nothing is being taken off, and from then on nothing is. */
  close(): Promise<void>;
}

export interface LedgerOptions {
  readonly spool: Spool;
  readonly bell: Bell;
  readonly log: StoreLog;
  /** Called when the last record was taken off. */
  readonly onEmpty: () => void;
}

/** Records among which a probe chooses. */
const PROBED = 4;
/** Payloads in memory at a time; a single larger one goes alone. */
const MAX_BYTES = 8 * 1024 * 1024;

export function createLedger({ spool, bell, log, onEmpty }: LedgerOptions): Ledger {
  /** In order of their numbers. */
  let items: Item[] = [];
  let lastRead = 0;
  let bytes = 0;
  /** The spool may be closed: nothing is taken off it any more. */
  let closed = false;
  let removing: Promise<void> = Promise.resolve();
  /** By the hash of the payload. */
  const histories = new Map<string, History>();

  async function readMore(): Promise<void> {
    for (const { number, documents, payload } of await spool.read(lastRead, Math.max(1, MAX_BYTES - bytes))) {
      lastRead = number;
      const item: Item = {
        number,
        documents,
        payload,
        state: "waiting",
        pending: undefined,
        begun: new Set(),
        tries: 0,
        slow: 0,
        failures: 0,
        restUntil: 0,
        message: "",
        refused: false,
        ...historyOf(payload),
      };
      items.push(item);
      bytes += payload.length;
      if (item.state === "resting") letGo(item);
    }
  }

  function historyOf(payload: Uint8Array): Partial<Item> {
    if (histories.size === 0) return {};
    const hash = hashOf(payload);
    const history = histories.get(hash);
    histories.delete(hash);
    return history === undefined ? {} : { ...history, state: "resting" };
  }

  async function readAgain(item: Item): Promise<Item | undefined> {
    const [record] = await spool.read(item.number - 1, 1);
    if (record?.number !== item.number) {
      // It can no longer be read, and the spool has set it aside.
      item.state = "done";
      takeOff();
      return undefined;
    }
    item.payload = record.payload;
    bytes += record.payload.length;
    return item;
  }

  function letGo(item: Item): void {
    bytes -= item.payload?.length ?? 0;
    item.payload = undefined;
  }

  /** Records that are stored are taken off as soon as all before them are. */
  function takeOff(): void {
    const open = items.findIndex(({ state }) => state !== "done");
    const done = open < 0 ? items : items.slice(0, open);
    const last = done.at(-1);
    if (last === undefined || closed) return;
    items = items.slice(done.length);
    removing = removing.then(async () => {
      try {
        await spool.remove(last.number);
        if (spool.status().records === 0) onEmpty();
        bell.ring();
      } catch (error) {
        // The next removal takes these off as well; after a restart they would be met as duplicates.
        log("error", "The spool could not be shortened.", {
          reason: error instanceof Error ? error.message : String(error),
        });
      }
    });
  }

  return {
    async next(running, probing) {
      const now = steadyClock();
      const waiting = (): Item[] => items.filter(({ state }) => state === "waiting");
      const none = waiting().length === 0 && (running === 0 || bytes < MAX_BYTES);
      if (none || (probing && items.length < PROBED)) await readMore();
      const found = waiting();
      // A store that takes nothing of one record may take others: probes go from one to the next.
      if (probing) found.sort((a, b) => a.tries - b.tries || a.number - b.number);
      const rested = items.find(({ state, restUntil }) => state === "resting" && restUntil <= now);
      return found[0] ?? (rested && readAgain(rested));
    },
    ended(item) {
      if (item.state !== "waiting") letGo(item);
      takeOff();
    },
    holdsUp: (item) => items.some(({ number, state }) => number > item.number && state === "done"),
    moved(payload, history) {
      const hash = hashOf(payload);
      histories.set(hash, history);
      return () => histories.delete(hash);
    },
    async close() {
      closed = true;
      await removing;
    },
  };
}

function hashOf(payload: Uint8Array): string {
  return createHash("sha256").update(payload).digest("base64");
}

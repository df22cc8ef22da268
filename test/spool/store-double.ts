import {
  StoreUnavailableError,
  type Store,
  type StoreWrite,
  type WriteOutcome,
} from "../../src/output/store.js";

/** A store in memory that fails as it is told to: only for what a real one cannot be made to do at will. */
export interface StoreDouble extends Store {
  /** Ids in the order in which they were stored. */
  readonly stored: string[];
  /** Batches as they came, stored or not. */
  readonly batches: string[][];
  ready: boolean;
  /** Writes neither succeed nor fail before their deadline. */
  hangs: boolean;
  /** A write with one of these fails at its deadline; the others of its batch are not stored either. */
  readonly poison: Set<string>;
  /** How long a write takes. */
  delayMs: number;
  /** How long a write takes at least, for each document of it: one that is given less fails at its deadline. */
  slowMs: number;
}

export function createStoreDouble(): StoreDouble {
  const seen = new Set<string>();
  const double: StoreDouble = {
    kind: "opensearch",
    stored: [],
    batches: [],
    ready: true,
    hangs: false,
    poison: new Set(),
    delayMs: 0,
    slowMs: 0,
    start: () => Promise.resolve(),
    async write(batch, deadline) {
      const ids = batch.map(idOf);
      double.batches.push(ids);
      const until = (): boolean => double.ready && !double.hangs && !ids.some((id) => double.poison.has(id));
      const needs = double.slowMs * batch.length;
      if (needs > 0) {
        const left = deadline - Date.now();
        await new Promise((resolve) => setTimeout(resolve, Math.min(needs, Math.max(0, left))));
        if (left < needs) throw new StoreUnavailableError("The double is slow.");
      }
      if (double.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, double.delayMs));
      while (!until()) {
        if (Date.now() >= deadline) {
          const refused = double.ready && !double.hangs;
          throw new StoreUnavailableError("The double takes nothing.", { refused });
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return ids.map((id): WriteOutcome => {
        if (seen.has(id)) return "duplicate";
        seen.add(id);
        double.stored.push(id);
        return "stored";
      });
    },
    status: () => ({
      ready: double.ready,
      message: double.ready ? "The double is ready." : "The double is away.",
    }),
    settle: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return double;
}

/** A write of an event, with no more in it than the spool's side looks at. */
export function eventWrite(id: string, time = Date.UTC(2026, 10, 20)): StoreWrite {
  return {
    kind: "event",
    id,
    time,
    document: `{"id":"${id}"}`,
    alerts: [],
    ruleIds: ["Rule.One"],
    suppressed: [],
    raw: Buffer.from(id),
    source: { route: "/_bulk" },
    toSafeDocument: () => `{"id":"${id}"}`,
  };
}

export function idOf(write: StoreWrite): string {
  return write.kind === "event" ? write.id : Buffer.from(write.raw).toString();
}

/** Enough to know the writes again. */
export const codec = {
  encode: (writes: readonly StoreWrite[]): Uint8Array =>
    Buffer.from(
      JSON.stringify(writes.map((write) => [idOf(write), write.kind === "event" ? write.time : 0])),
    ),
  decode: (payload: Uint8Array): StoreWrite[] =>
    (JSON.parse(Buffer.from(payload).toString()) as [string, number][]).map(([id, time]) =>
      eventWrite(id, time),
    ),
};

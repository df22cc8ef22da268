import type { DeadLetterSource, TaggedEvent } from "../enrich/types.js";
import type { DeadPart } from "../lib/dead-part.js";
import type { DeadReason, DeadReasonCode } from "../lib/dead-reason.js";

/** A tagged event on its way to the store. */
export interface EventWrite extends TaggedEvent {
  /** An earlier try may have stored it: the same record under its id is then its own, and counts as stored. */
  readonly begun?: boolean;
}

export interface DeadLetterWrite {
  readonly kind: "dead_letter";
  readonly reason: DeadReason;
  readonly raw: Uint8Array;
  readonly source: DeadLetterSource;
  /** Of a document that is kept in several dead letters: this one's id, and its place. */
  readonly part?: DeadPart;
}

export type StoreWrite = EventWrite | DeadLetterWrite;

/**
 * What became of a write. Each is durable: in the store together with the alerts that the event raises, or (`spooled`,
 * only from a store with a spool in front) synced to disk, from where it gets there later.
 */
export type WriteOutcome = "stored" | "duplicate" | "dead_lettered" | "spooled";

/** The writes again, those at these positions marked as begun. */
export function markBegun(batch: readonly StoreWrite[], begun: ReadonlySet<number>): readonly StoreWrite[] {
  if (begun.size === 0) return batch;
  return batch.map((write, position) =>
    begun.has(position) && write.kind === "event" ? { ...write, begun: true } : write,
  );
}

type NotStored = Pick<StoreUnavailableError, "begun" | "refused">;

/** Rejected with by `write` when not every write could be made durable before the deadline. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";

  /** Positions of the events that the call may have newly stored all the same. */
  readonly begun: ReadonlySet<number>;
  /** Whether the store answered, and refused all that is left: it is not slow, and more time alone would not help. */
  readonly refused: boolean;

  constructor(message: string, options: ErrorOptions & Partial<NotStored> = {}) {
    super(message, options);
    this.begun = options.begun ?? new Set();
    this.refused = options.refused ?? false;
  }
}

/**
 * Where events, alerts and dead letters go.
 *
 * Invariant: `write` resolves only when every document of the batch and every alert it raises is durable.
 * Writing the same batch again changes nothing.
 */
export interface Store {
  readonly kind: "opensearch" | "files";
  /** Begins connecting and keeps trying in the background; resolves at once when the store is away. Rejects only on what waiting cannot mend. */
  start(): Promise<void>;
  /**
   * @param deadline ms since the epoch until which transient faults are retried.
   * @returns one outcome for each write, in order.
   * @throws StoreUnavailableError when the deadline passed; some writes may be durable all the same.
   */
  write(batch: readonly StoreWrite[], deadline: number): Promise<WriteOutcome[]>;
  /** Whether a write has a chance now, and a sentence why not. */
  status(): { readonly ready: boolean; readonly message: string };
  /** Resolves when every alert written so far is derived from its events (the reconciler has nothing pending). For the demo and tests. */
  settle(): Promise<void>;
  /** Finishes what is in flight, then releases connections and locks. */
  close(): Promise<void>;
}

/** Counters that a store reports to telemetry, once per batch. */
export interface StoreMetrics {
  bulk(result: "ok" | "retried" | "failed", documents: number, seconds: number): void;
  retried(reason: string, documents: number): void;
  reshaped(documents: number): void;
  /** Documents that are durable as dead letters, with the alerts of what was written beside them. */
  deadLettered?(reason: DeadReasonCode, documents: number): void;
  /** Bulk requests that may be under way at once, each time that it changes. */
  concurrency?(limit: number): void;
}

/** One line of talk from a store to the log; never a document. */
export type StoreLog = (
  level: "info" | "warn" | "error",
  message: string,
  fields?: Record<string, unknown>,
) => void;

import type { DeadLetterSource } from "../enrich/types.js";
import type { DeadPart } from "../lib/dead-part.js";

/** What is known of a dead letter without its bytes. */
export interface DeadLetterHead {
  /** SHA-256 of the bytes in hex, or the id of `part`. */
  readonly id: string;
  /** When it was received, ms since the epoch. */
  readonly time: number;
  readonly reason: { readonly code: string; readonly message: string };
  readonly sizeBytes: number;
  /** How many documents of the store its bytes are kept in. */
  readonly chunks: number;
  /** Of a document that is kept in several letters. */
  readonly part: DeadPart | undefined;
  readonly source: DeadLetterSource;
  /** ISO 8601; undefined when it was not replayed. */
  readonly replayedAt: string | undefined;
}

export interface DeadLetterFilter {
  /** Any of these codes; undefined for all. */
  readonly reasons?: readonly string[];
  /** Received at or after, ms since the epoch. */
  readonly since?: number;
  /** Undefined: both. */
  readonly replayed?: boolean;
}

export interface DeadLetterSummary {
  readonly total: number;
  /** Most frequent first. */
  readonly byReason: readonly { readonly code: string; readonly count: number }[];
  /** Chunks of letters that are missing, or stand without the others. */
  readonly looseParts: number;
}

/** The dead letters of a store, read back. Everything but `markReplayed` may be done beside a running service. */
export interface DeadLetters {
  summary(filter: DeadLetterFilter): Promise<DeadLetterSummary>;
  /** In order of (time, id), or the newest first; holds one page at a time. */
  heads(filter: DeadLetterFilter, order: "oldest" | "newest"): AsyncIterable<DeadLetterHead>;
  /** Letters whose id begins with `prefix`, up to `most`, in order of id. */
  find(prefix: string, most: number): Promise<readonly DeadLetterHead[]>;
  /** Every letter that is a part, in any order. */
  parts(): AsyncIterable<DeadLetterHead>;
  /** The parts that say they follow this one: several where documents begin alike. */
  partsAfter(id: string): Promise<readonly DeadLetterHead[]>;
  /**
   * The bytes as they came; whether those of a part are the ones of its id shows with the parts before it.
   *
   * @throws DamagedLetterError when a chunk is missing or they are not those of the id.
   */
  read(head: DeadLetterHead): Promise<Uint8Array>;
  /** Durable when it resolves. @param at ms since the epoch */
  markReplayed(heads: readonly DeadLetterHead[], at: number): Promise<void>;
  close(): Promise<void>;
}

/** The bytes of a dead letter cannot be had whole. */
export class DamagedLetterError extends Error {
  override readonly name = "DamagedLetterError";
}

/** The store does not answer, or refuses to be read. */
export class DeadLettersUnavailableError extends Error {
  override readonly name = "DeadLettersUnavailableError";
}

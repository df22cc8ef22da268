/**
 * A durable first-in, first-out queue on disk: what was acknowledged while the store was away waits here.
 *
 * Invariant: what `append` resolved for is given out by `read` until `remove` has taken it off, whatever happens to
 * the process or the machine in between. A record may be given out again after a crash, never lost.
 */
export interface Spool {
  /**
   * Resolves when the record is synced to disk. Records that are appended together are synced together.
   *
   * @param documents how many documents the payload holds, for counting.
   * @throws SpoolFullError when the record does not fit or the disk refuses it: it was not taken. After a failure of
   *   the disk it may turn up after a restart all the same.
   */
  append(payload: Uint8Array, documents: number): Promise<void>;
  /**
   * The same for what is left of a record that is taken off next: of a spool that is full, it may go past `max_bytes`
   * by two segments. Else one record that the store does not take would keep all behind it from making room.
   */
  move(payload: Uint8Array, documents: number): Promise<void>;
  /**
   * The oldest records after the one with number `after` (0: from the start), in order: at least one where there is
   * one, and no more than `maxBytes` of payload unless the first alone is larger. What cannot be read back is set
   * aside and counted, and passed over. Rejects when the disk fails just now (EIO is tried five times before what it
   * would give is set aside): ask again a little later.
   */
  read(after: number, maxBytes: number): Promise<readonly SpoolRecord[]>;
  /** Takes off all records up to and with number `through`. Idempotent; a crash of the machine may bring some of them back. */
  remove(through: number): Promise<void>;
  status(): SpoolStatus;
  /** Finishes appends under way, then releases the lock. */
  close(): Promise<void>;
}

export interface SpoolRecord {
  /** Counts from 1 and never goes back, across restarts too. */
  readonly number: number;
  /** ms since the epoch */
  readonly appendedAt: number;
  readonly documents: number;
  readonly payload: Uint8Array;
}

export interface SpoolStatus {
  readonly records: number;
  readonly documents: number;
  /** On disk, all files of the queue, with what is being appended. Payloads are deflated, so it is less than was given. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** When the oldest record was appended, ms since the epoch; undefined when the spool is empty. */
  readonly oldestAt: number | undefined;
  /**
   * Whether an append has a chance now, and a sentence why not. After a failure of the disk the spool tries by itself
   * each second whether it can write again; an append tries in any case.
   */
  readonly accepting: boolean;
  readonly message: string;
  /**
   * What could not be read back since the spool was opened, opening included; it is kept beside the queue in files that
   * end in `.damaged`. Records and documents are as far as they are known: a torn last record may have lost its header.
   */
  readonly setAside: { readonly records: number; readonly documents: number; readonly bytes: number };
}

/** The record was not taken: `max_bytes` is reached, or the disk is full or fails. */
export class SpoolFullError extends Error {
  override readonly name = "SpoolFullError";
}

/** Another process uses the spool. */
export class SpoolLockedError extends Error {
  override readonly name = "SpoolLockedError";
}

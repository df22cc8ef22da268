import { join } from "node:path";
import { errorCode } from "../output/files/error-code.js";
import type { Clock } from "../lib/clock.js";
import { appendGroup, type NewRecord } from "./append-group.js";
import { isNoRoom } from "./disk-errors.js";
import { MARKER_BYTES } from "./done-marker.js";
import { formatBytes } from "./format-bytes.js";
import { toStored } from "./payload.js";
import { bytesOf, type Queue } from "./queue.js";
import { RECORD_HEADER_BYTES } from "./record.js";
import { SEGMENT_HEADER_BYTES } from "./segment-header.js";
import { writeAll } from "./spool-files.js";
import { SpoolFullError } from "./spool.js";

export interface Appender {
  append(payload: Uint8Array, documents: number): Promise<void>;
  /** May go past `maxBytes` by two segments. */
  move(payload: Uint8Array, documents: number): Promise<void>;
  /** Bytes on disk, with what is being appended. */
  bytes(): number;
  status(): { readonly accepting: boolean; readonly message: string };
  /** Runs while nothing is being appended. */
  between<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface AppenderOptions {
  readonly maxBytes: number;
  readonly segmentBytes: number;
  readonly clock: Clock;
  readonly onSync: (seconds: number) => void;
}

interface Waiting extends NewRecord {
  readonly reserved: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One group is written at a time; what comes meanwhile is the next one. */
const GROUP_BYTES = 8 * 1024 * 1024;
/** What the shortest record takes. */
const LEAST_BYTES = RECORD_HEADER_BYTES + SEGMENT_HEADER_BYTES;
const PROBE_MS = 1_000;
export const PROBE_NAME = "probe";
const PROBE_BYTES = 64 * 1024;

export function createAppender(queue: Queue, options: AppenderOptions): Appender {
  const { maxBytes, segmentBytes, clock, onSync } = options;
  const { dir, files, log } = queue;
  let waiting: Waiting[] = [];
  let reserved = 0;
  let closed = false;
  let failure: string | undefined;
  let probe: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let writing = false;
  const underWay = new Set<Promise<void>>();
  // A segment is deleted when all its records are done: until then both of them take room, the old and the moved ones.
  const mostBytes = Math.max(maxBytes, bytes()) + 2 * segmentBytes;

  /** One at a time, in order. */
  async function between<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  function bytes(): number {
    return bytesOf(queue) + MARKER_BYTES + reserved;
  }

  function fullMessage(): string {
    const taken = `${formatBytes(bytesOf(queue))} of spool.max_bytes (${formatBytes(maxBytes)}) are taken`;
    return `The spool in ${dir} is full: ${taken}. It takes events again when some were stored; raise spool.max_bytes to bridge longer outages.`;
  }

  async function writeWaiting(): Promise<void> {
    while (waiting.length > 0) {
      let size = 0;
      let count = 0;
      for (const { reserved: length } of waiting) {
        if (count > 0 && size + length > GROUP_BYTES) break;
        size += length;
        count += 1;
      }
      const group = waiting.slice(0, count);
      waiting = waiting.slice(count);
      await between(() => commit(group));
    }
    writing = false;
  }

  async function commit(group: readonly Waiting[], again = true): Promise<void> {
    const began = performance.now();
    try {
      await appendGroup(queue, group, segmentBytes, Math.max(0, Math.trunc(clock())));
    } catch (error) {
      // What does not fit together may fit one by one, and what does not fit into a file into the next one: a large
      // record must not take the small ones beside it along.
      if (isNoRoom(error) && (group.length > 1 || again)) {
        for (const one of group) await commit([one], false);
        return;
      }
      for (const one of group) one.reject(toRefusal(error));
      return;
    } finally {
      onSync((performance.now() - began) / 1000);
    }
    if (failure !== undefined) recovered();
    for (const one of group) one.resolve();
  }

  function toRefusal(error: unknown): unknown {
    const code = errorCode(error);
    if (code === undefined) return error;
    const reason = error instanceof Error ? error.message : code;
    const what = isNoRoom(error) ? "has no room left on its disk" : "cannot write to its disk";
    const message = `The spool in ${dir} ${what} (${reason}). Make room there or mend the disk; it tries again by itself.`;
    if (failure === undefined) log("error", message);
    failure = message;
    if (!closed) probe ??= setTimeout(() => void tryAgain(), PROBE_MS).unref();
    return new SpoolFullError(message, { cause: error });
  }

  /** Whoever asks `accepting` first would never try again by himself: so a small file is tried in between. */
  async function tryAgain(): Promise<void> {
    const works = await between(tryProbe);
    probe = undefined;
    if (failure === undefined || closed) return;
    if (works) recovered();
    else probe = setTimeout(() => void tryAgain(), PROBE_MS).unref();
  }

  async function tryProbe(): Promise<boolean> {
    const path = join(dir, PROBE_NAME);
    try {
      await files.remove(path).catch(() => undefined);
      const file = await files.open(path, "create");
      try {
        await writeAll(file, Buffer.alloc(PROBE_BYTES, "probe "), 0);
        await file.sync();
      } finally {
        await file.close();
        await files.remove(path);
      }
      return true;
    } catch {
      return false;
    }
  }

  function recovered(): void {
    failure = undefined;
    clearTimeout(probe);
    probe = undefined;
    log("info", `The spool in ${dir} can write again.`);
  }

  async function append(payload: Uint8Array, documents: number, most: number): Promise<void> {
    const stored = await toStored(payload);
    const need = RECORD_HEADER_BYTES + stored.bytes.length + SEGMENT_HEADER_BYTES;
    if (bytes() + need > most) throw new SpoolFullError(fullMessage());
    reserved += need;
    try {
      await new Promise<void>((resolve, reject) => {
        waiting.push({ payload: stored, documents, reserved: need, resolve, reject });
        if (writing) return;
        writing = true;
        void writeWaiting();
      });
    } finally {
      reserved -= need;
    }
  }

  async function take(payload: Uint8Array, documents: number, most: number): Promise<void> {
    if (closed) throw new SpoolFullError(`The spool in ${dir} is closed.`);
    const work = append(payload, documents, most);
    underWay.add(work);
    await work.finally(() => underWay.delete(work));
  }

  return {
    append: (payload, documents) => take(payload, documents, maxBytes),
    move: (payload, documents) => take(payload, documents, mostBytes),
    bytes,
    between,
    status() {
      if (closed) return { accepting: false, message: `The spool in ${dir} is closed.` };
      if (failure !== undefined) return { accepting: false, message: failure };
      const room = maxBytes - bytes();
      if (room <= Math.max(LEAST_BYTES, Math.min(1024 * 1024, maxBytes / 100)))
        return { accepting: false, message: fullMessage() };
      return { accepting: true, message: `The spool in ${dir} has ${formatBytes(room)} free.` };
    },
    async close() {
      closed = true;
      clearTimeout(probe);
      await Promise.allSettled(underWay);
      await turn;
    },
  };
}

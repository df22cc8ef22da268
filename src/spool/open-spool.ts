import { join } from "node:path";
import { systemClock, type Clock } from "../lib/clock.js";
import type { StoreLog } from "../output/store.js";
import { createAppender, PROBE_NAME } from "./appender.js";
import { createDamageBook } from "./damage.js";
import { openDoneMarker } from "./done-marker.js";
import { createDrawer } from "./drawer.js";
import type { Queue } from "./queue.js";
import { recoverSegments } from "./recover.js";
import { makeReserve, withReserve } from "./reserve.js";
import { realFiles, type SpoolFiles } from "./spool-files.js";
import type { Spool } from "./spool.js";

export interface SpoolOptions {
  readonly dir: string;
  /** Of all files of the queue on disk. */
  readonly maxBytes: number;
  readonly clock?: Clock;
  readonly files?: SpoolFiles;
  /** A segment that has grown this large is not appended to; 16 MiB, or an eighth of `maxBytes` when that is less. */
  readonly segmentBytes?: number;
  /** Told how long each group of records took to be written and synced. */
  readonly onSync?: (seconds: number) => void;
  readonly log?: StoreLog;
}

const SEGMENT_BYTES = 16 * 1024 * 1024;
/** What was stored is not left lying about for long. */
const LEFTOVER_BYTES = 1024 * 1024;
const LEAST_SEGMENT_BYTES = 64 * 1024;

/**
 * Opens the spool in a folder, which is made when it is not there, and mends what a crash or the disk has damaged.
 *
 * @throws SpoolLockedError when another process has it open.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { dir, maxBytes, files = realFiles, clock = systemClock, log = () => undefined } = options;
  const { segmentBytes = Math.max(LEAST_SEGMENT_BYTES, Math.min(SEGMENT_BYTES, Math.floor(maxBytes / 8))) } =
    options;
  await files.makeFolder(dir);
  const lock = await withReserve(files, dir, () => files.lock(dir, log));
  try {
    await files.remove(join(dir, PROBE_NAME)).catch(() => undefined);
    await makeReserve(files, dir);
    const book = createDamageBook(files, log);
    const { marker, done } = await openDoneMarker(files, dir);
    const recovered = await recoverSegments(files, dir, done, book, log);
    const queue: Queue = { dir, files, log, book, marker, ...recovered };
    // The marker is there before the disk is full: noting then needs no room.
    await marker.write(queue.done).catch(() => undefined);
    const onSync = options.onSync ?? (() => undefined);
    return createSpool(queue, { maxBytes, segmentBytes, clock, onSync }, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function createSpool(
  queue: Queue,
  options: Parameters<typeof createAppender>[1],
  lock: { release(): Promise<void> },
): Spool {
  const { segments, marker, book } = queue;
  const appender = createAppender(queue, options);
  const drawer = createDrawer(queue, Math.min(LEFTOVER_BYTES, options.segmentBytes / 4), (work) =>
    appender.between(work),
  );
  let turn: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  /** Reading and removing one at a time, in order. */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function close(): Promise<void> {
    await appender.close();
    try {
      await inTurn(() => drawer.close());
      for (const segment of segments) await segment.release();
      await marker.close();
    } finally {
      await lock.release();
    }
  }

  return {
    append: (payload, documents) => appender.append(payload, documents),
    move: (payload, documents) => appender.move(payload, documents),
    read: (after, maxBytes) => inTurn(() => drawer.read(after, maxBytes)),
    remove: (through) => inTurn(() => drawer.remove(through)),
    status() {
      const oldest = segments.find((segment) => segment.records > 0);
      return {
        records: segments.reduce((sum, segment) => sum + segment.records, 0),
        documents: segments.reduce((sum, segment) => sum + segment.documents, 0),
        bytes: appender.bytes(),
        maxBytes: options.maxBytes,
        oldestAt: oldest?.oldestAt,
        ...appender.status(),
        setAside: book.total,
      };
    },
    close: () => (closing ??= close()),
  };
}

import { errorCode } from "../output/files/error-code.js";
import { writeHole } from "./damage.js";
import { isNoRoom } from "./disk-errors.js";
import { fromStored, isIntact } from "./payload.js";
import { START, type Position } from "./position.js";
import type { Queue } from "./queue.js";
import { endOf, positionAfter, RECORD_HEADER_BYTES, type Entry } from "./record.js";
import { mendSegment } from "./mend-segment.js";
import { scanSegment } from "./scan-segment.js";
import { SEGMENT_HEADER_BYTES } from "./segment-header.js";
import type { Segment } from "./segment.js";
import { readSpan } from "./spool-files.js";
import type { SpoolRecord } from "./spool.js";

/** Takes records out of the queue. Calls do not overlap. */
export interface Drawer {
  read(after: number, maxBytes: number): Promise<readonly SpoolRecord[]>;
  remove(through: number): Promise<void>;
  /** Deletes what is left of a queue that is empty. */
  close(): Promise<void>;
}

/** How often a read that the disk fails is tried, over several calls, before what it would give is set aside. */
const MOST_TRIES = 5;

/** @param leftoverBytes a last segment that is done stays, to be appended to, until it is larger than this. */
export function createDrawer(
  queue: Queue,
  leftoverBytes: number,
  whileNotAppending: <T>(work: () => Promise<T>) => Promise<T>,
): Drawer {
  const { files, segments, book, marker, log } = queue;
  const failures = new WeakMap<object, number>();

  /** Loads what a segment holds; damage that came since it was opened shows here. */
  async function load(segment: Segment): Promise<Entry[]> {
    const file = await segment.open();
    const { path, size, end, header } = segment;
    const scan = await scanSegment(file, {
      segmentId: header.id,
      from: SEGMENT_HEADER_BYTES,
      to: size,
      start: header.start,
      limit: end.number + 1,
      verify: false,
    });
    const { done } = queue;
    const { keep } = await mendSegment({
      file,
      path,
      segmentId: header.id,
      scan,
      size,
      done,
      next: end,
      book,
    });
    segment.keep ||= keep;
    segment.fill(scan.entries, done.number);
    return scan.entries;
  }

  /** No record may be appended, and no file let go, while the entries are loaded. */
  async function entriesOf(segment: Segment): Promise<Entry[]> {
    if (segment.entries !== undefined) return segment.entries;
    try {
      return await whileNotAppending(() => load(segment));
    } catch (error) {
      if (!givesUp(segment, error)) throw error;
      const { path, records, documents, size: bytes } = segment;
      const gone = errorCode(error) === "ENOENT";
      segment.keep = !gone;
      segment.fill([], 0);
      const why = gone ? "a segment was deleted by somebody else" : "the disk does not give its bytes";
      book.count({ records, documents, bytes }, path, `${why} (${textOf(error)})`);
      return [];
    }
  }

  /** A disk that fails may come back: it is asked again, by the next calls, before what it holds is given up. */
  function givesUp(what: object, error: unknown): boolean {
    // Deleted by somebody: it does not come back, and must not keep what is behind it from being stored.
    if (errorCode(error) === "ENOENT") return true;
    if (errorCode(error) !== "EIO") return false;
    const tries = (failures.get(what) ?? 0) + 1;
    failures.set(what, tries);
    return tries >= MOST_TRIES;
  }

  async function setAside(segment: Segment, entry: Entry, why: string): Promise<void> {
    const file = await segment.open();
    const length = RECORD_HEADER_BYTES + entry.storedLength;
    const from = { number: entry.number - 1, documents: entry.documentsBefore };
    const to = positionAfter(entry);
    if (await book.copy(file, segment.path, entry.offset, length)) {
      await writeHole(file, segment.header.id, { offset: entry.offset, length, from, to }).catch(
        () => undefined,
      );
    } else segment.keep = true;
    segment.lose(entry);
    book.count({ records: 1, documents: entry.documents, bytes: length }, segment.path, why);
  }

  async function readRun(segment: Segment, run: readonly Entry[]): Promise<SpoolRecord[]> {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return [];
    const file = await segment.open();
    let bytes: Buffer;
    try {
      bytes = await readSpan(file, first.offset, endOf(last) - first.offset);
    } catch (error) {
      if (run.length > 1) return readRun(segment, [first]);
      if (!givesUp(first, error)) throw error;
      await setAside(segment, first, `the disk does not give record ${first.number} (${textOf(error)})`);
      return [];
    }
    const payloads = await Promise.all(
      run.map(async (entry) => {
        const from = entry.offset - first.offset + RECORD_HEADER_BYTES;
        const stored = bytes.subarray(from, from + entry.storedLength);
        return isIntact(entry, stored) ? fromStored(entry, stored) : undefined;
      }),
    );
    const records: SpoolRecord[] = [];
    for (const [index, entry] of run.entries()) {
      const { number, appendedAt, documents } = entry;
      const payload = payloads[index];
      if (payload !== undefined) records.push({ number, appendedAt, documents, payload });
      else await setAside(segment, entry, `record ${number} is not as it was written`);
    }
    return records;
  }

  async function read(after: number, maxBytes: number): Promise<readonly SpoolRecord[]> {
    const start = Math.max(after, queue.done.number);
    for (const segment of [...segments]) {
      if (segment.end.number <= start || segment.records === 0) continue;
      const entries = await entriesOf(segment);
      let index = entries.findIndex((entry) => entry.number > start);
      while (index >= 0 && index < entries.length) {
        const run = takeRun(entries, index, maxBytes);
        const records = await readRun(segment, run);
        if (records.length > 0) return records;
        // All of it was damaged, and is not among the entries any more.
        index = entries.findIndex((entry) => entry.number > start);
      }
    }
    return [];
  }

  /** Where the queue stands when records up to and with `through` are done. */
  async function positionAt(through: number): Promise<Position> {
    let position = START;
    for (const segment of segments) {
      if (segment.end.number <= through) {
        position = segment.end;
        continue;
      }
      if (segment.header.start.number >= through) break;
      const entries = await entriesOf(segment);
      const last = entries.findLast((entry) => entry.number <= through);
      if (last !== undefined) position = positionAfter(last);
      break;
    }
    // Records in between may have been set aside.
    return { number: through, documents: Math.max(position.documents, queue.done.documents) };
  }

  async function remove(through: number): Promise<void> {
    const number = Math.min(through, queue.end.number);
    if (number <= queue.done.number) return dropDone();
    queue.done = await positionAt(number);
    for (const segment of segments) if (segment.records > 0) segment.take(number);
    await noteDone().catch(tellMarker);
    await dropDone();
  }

  /** Deletes segments of which nothing is wanted any more. */
  async function dropDone(leftover = leftoverBytes): Promise<void> {
    const done = segments.filter(
      (segment) =>
        segment.end.number <= queue.done.number && (segment !== queue.active || segment.size > leftover),
    );
    if (done.length === 0) return;
    let noted = true;
    try {
      await noteDone();
      await marker.sync();
    } catch (error) {
      tellMarker(error);
      // Else a crash might bring back an older marker, and segments that were stored and deleted would seem lost.
      if (!isNoRoom(error)) return;
      noted = false;
    }
    for (const segment of done) {
      if (segment !== segments.at(-1)) await drop(segment);
      // Without marker and segments the numbers would begin anew.
      else if (noted) await whileNotAppending(() => dropLast(segment));
    }
  }

  async function dropLast(segment: Segment): Promise<void> {
    if (segment.end.number > queue.done.number) return;
    if (segment === queue.active) queue.active = undefined;
    await drop(segment);
  }

  async function drop(segment: Segment): Promise<void> {
    try {
      await segment.release();
      await (segment.keep ? book.move(segment.path) : files.remove(segment.path));
      segments.splice(segments.indexOf(segment), 1);
    } catch (error) {
      log("warn", `${segment.path} is done, but could not be deleted; it is tried again: ${textOf(error)}`);
    }
  }

  async function noteDone(): Promise<void> {
    await marker.write(queue.done);
  }

  function tellMarker(error: unknown): void {
    log(
      "warn",
      `How far the spool is done could not be noted; a restart may store some events again: ${textOf(error)}`,
    );
  }

  return { read, remove, close: () => dropDone(SEGMENT_HEADER_BYTES) };
}

/** Records that lie side by side, from `index` on, with no more than `maxBytes` of payload unless the first has more. */
function takeRun(entries: readonly Entry[], index: number, maxBytes: number): Entry[] {
  const run: Entry[] = [];
  let bytes = 0;
  for (let at = index; at < entries.length; at += 1) {
    const entry = entries[at];
    const before = run.at(-1);
    if (entry === undefined) break;
    if (before !== undefined && (bytes + entry.payloadLength > maxBytes || endOf(before) !== entry.offset))
      break;
    run.push(entry);
    bytes += entry.payloadLength;
  }
  return run;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

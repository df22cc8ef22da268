import { writeHole } from "./damage.js";
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

/** @param leftoverBytes a last segment that is done stays, to be appended to, until it is larger than this. */
export function createDrawer(
  queue: Queue,
  leftoverBytes: number,
  whileNotAppending: <T>(work: () => Promise<T>) => Promise<T>,
): Drawer {
  const { files, segments, book, marker, log } = queue;

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
    return segment.entries ?? whileNotAppending(() => load(segment));
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

  /** The bytes from one record to another; undefined where the disk does not give them. */
  async function bytesBetween(segment: Segment, first: Entry, last: Entry): Promise<Buffer | undefined> {
    try {
      return await readSpan(await segment.open(), first.offset, endOf(last) - first.offset);
    } catch (error) {
      log(
        "error",
        `Reading ${segment.path} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
      return undefined;
    }
  }

  async function readRun(segment: Segment, run: readonly Entry[]): Promise<SpoolRecord[]> {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return [];
    const bytes = await bytesBetween(segment, first, last);
    const payloads = await Promise.all(
      run.map(async (entry) => {
        const own = bytes ?? (await bytesBetween(segment, entry, entry));
        const from = entry.offset - (bytes === undefined ? entry.offset : first.offset) + RECORD_HEADER_BYTES;
        const stored = own?.subarray(from, from + entry.storedLength);
        return stored !== undefined && isIntact(entry, stored) ? fromStored(entry, stored) : undefined;
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
    // Else a crash might bring back an older marker, and segments that were stored and deleted would seem lost; and
    // with the last segment the numbers would begin anew.
    const noted = await noteDone()
      .then(() => marker.sync())
      .then(() => true, tellMarker);
    for (const segment of done) {
      if (segment === segments.at(-1)) {
        if (noted) await whileNotAppending(() => dropLast(segment));
      } else await drop(segment);
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
      log("warn", `${segment.path} is done, but could not be deleted; it is tried again: ${String(error)}`);
    }
  }

  async function noteDone(): Promise<void> {
    await marker.write(queue.done);
  }

  function tellMarker(error: unknown): false {
    log(
      "warn",
      `How far the spool is done could not be noted; a restart may store some events again: ${String(error)}`,
    );
    return false;
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

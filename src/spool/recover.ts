import { join } from "node:path";
import type { StoreLog } from "../output/store.js";
import type { DamageBook } from "./damage.js";
import { mendSegment } from "./mend-segment.js";
import { between, later, type Position } from "./position.js";
import { findSegmentId, scanSegment } from "./scan-segment.js";
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  numberInName,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
} from "./segment-header.js";
import { Segment } from "./segment.js";
import { readSpan, writeAll, type SpoolFiles } from "./spool-files.js";

export interface Recovered {
  readonly segments: Segment[];
  /** The last one, when more can be appended to it. */
  readonly active: Segment | undefined;
  /** After the last record that is not wanted any more, or is lost before the first segment. */
  readonly done: Position;
  /** After the last record that ever was, as far as is known. */
  readonly end: Position;
}

interface Found {
  readonly segment: Segment;
  readonly size: number;
}

/** Reads the segments of a folder back, and sets aside what is damaged. */
export async function recoverSegments(
  files: SpoolFiles,
  dir: string,
  done: Position,
  book: DamageBook,
  log: StoreLog,
): Promise<Recovered> {
  const found = await findSegments(files, dir, book, log);
  let end = done;
  const first = found[0]?.segment.header.start;
  let active: Segment | undefined;
  const segments: Segment[] = [];
  for (const [index, { segment, size }] of found.entries()) {
    const { header, path } = segment;
    const next = found[index + 1]?.segment.header;
    const gap = between(later(end, done), header.start);
    if (gap.records > 0)
      book.count({ ...gap, bytes: 0 }, path, `the segment before ${segment.name} is missing`);
    const file = await segment.open();
    const scan = await scanSegment(file, {
      segmentId: header.id,
      from: SEGMENT_HEADER_BYTES,
      to: size,
      start: end.number === header.start.number ? end : header.start,
      limit: next?.first ?? Number.MAX_SAFE_INTEGER,
      verify: next === undefined,
    });
    const segmentId = header.id;
    const mended = await mendSegment({ file, path, segmentId, scan, size, done, next: next?.start, book });
    segment.size = Math.max(SEGMENT_HEADER_BYTES, mended.end);
    segment.end = mended.position;
    segment.keep = mended.keep;
    segment.fill(scan.entries, done.number);
    segments.push(segment);
    end = later(end, mended.position);
    if (next === undefined && mended.whole) {
      active = segment;
      // A killed process may have left bytes that only the system's cache has: what is given out must be on disk.
      await file.sync();
    } else await segment.release();
  }
  return { segments, active, end, done: first === undefined ? done : later(done, first) };
}

async function findSegments(
  files: SpoolFiles,
  dir: string,
  book: DamageBook,
  log: StoreLog,
): Promise<readonly Found[]> {
  const names = (await files.list(dir)).filter((name) => numberInName(name) !== undefined).sort();
  const found: Found[] = [];
  for (const name of names) {
    const one = await readSegment(files, dir, name, name === names.at(-1), book, log);
    if (one !== undefined) found.push(one);
  }
  return found.sort((a, b) => a.segment.header.first - b.segment.header.first);
}

async function readSegment(
  files: SpoolFiles,
  dir: string,
  name: string,
  last: boolean,
  book: DamageBook,
  log: StoreLog,
): Promise<Found | undefined> {
  const path = join(dir, name);
  const file = await files.open(path, "write");
  try {
    const size = await file.size();
    const header = decodeSegmentHeader(await readSpan(file, 0, SEGMENT_HEADER_BYTES));
    if (typeof header === "object") return { segment: new Segment(files, dir, name, header), size };
    const rebuilt = header === "damaged" ? await rebuildHeader() : undefined;
    if (rebuilt !== undefined) return { segment: new Segment(files, dir, name, rebuilt), size };
    if (header === "damaged" && (size === 0 || (last && size <= SEGMENT_HEADER_BYTES))) {
      // Mostly one that was just being made: no record is acknowledged before the header is synced.
      log("info", `${path} holds no record; it is removed.`);
      await files.remove(path);
      return undefined;
    }
    await book.move(path);
    const why =
      header === "newer"
        ? "a segment was written by a newer version of TrailTag"
        : "a file is no segment and has no record in it";
    book.count({ records: 0, documents: 0, bytes: size }, path, why);
    return undefined;

    async function rebuildHeader(): Promise<SegmentHeader | undefined> {
      const id = await findSegmentId(file, size);
      if (id === undefined) return undefined;
      const first = numberInName(name) ?? 1;
      const limit = Number.MAX_SAFE_INTEGER;
      const start = { number: first - 1, documents: 0 };
      const range = { segmentId: id, from: SEGMENT_HEADER_BYTES, to: size, start, limit, verify: false };
      const entry = (await scanSegment(file, range)).entries[0];
      if (entry === undefined) return undefined;
      if (await book.copy(file, path, 0, SEGMENT_HEADER_BYTES)) {
        const header = { id, first, start: { number: first - 1, documents: entry.documentsBefore } };
        await writeAll(file, encodeSegmentHeader(header), 0);
        await file.sync();
        book.count({ records: 0, documents: 0, bytes: SEGMENT_HEADER_BYTES }, path, "a header was damaged");
        return header;
      }
      return { id, first, start };
    }
  } finally {
    await file.close();
  }
}

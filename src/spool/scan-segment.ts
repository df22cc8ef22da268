import {
  decodeRecordHeader,
  endOf,
  positionAfter,
  RECORD_HEADER_BYTES,
  RECORD_MAGIC,
  segmentIdOf,
  type Entry,
  type RecordHeader,
} from "./record.js";
import { isIntact } from "./payload.js";
import { later, type Position } from "./position.js";
import { readSpan, type SpoolFile } from "./spool-files.js";

export interface ScanRange {
  readonly segmentId: Uint8Array;
  /** Offset of the first record, and of the end of the file. */
  readonly from: number;
  readonly to: number;
  /** The last record before the first one here. */
  readonly start: Position;
  /** Records from this number on stand in the next segment: what is here beyond was never acknowledged. */
  readonly limit: number;
  /** Whether checksums of payloads are compared; else the headers alone are read. */
  readonly verify: boolean;
}

/** Bytes that are no record. */
export interface DamagedSpan {
  readonly offset: number;
  readonly length: number;
  /** The last record before it and the last one in it; `to` undefined when nothing intact comes after. */
  readonly from: Position;
  readonly to: Position | undefined;
  /** Intact headers in it whose payloads are not. */
  readonly headers: readonly RecordHeader[];
}

export interface SegmentScan {
  readonly entries: Entry[];
  readonly damage: readonly DamagedSpan[];
  /** Offset where the records end: the end of the file, or where a damaged tail or what was never acknowledged begins. */
  readonly end: number;
  /** After the last record. */
  readonly position: Position;
}

/** Finds the records of a segment, hopping from header to header, and searches on for the next one after damage. */
export async function scanSegment(file: SpoolFile, range: ScanRange): Promise<SegmentScan> {
  const window = createWindow(file, range.to);
  const entries: Entry[] = [];
  const damage: DamagedSpan[] = [];
  let position = range.start;
  let at = range.from;
  let end = range.from;
  while (at < range.to && position.number + 1 < range.limit) {
    const header = await window.headerAt(at, range.segmentId);
    if (header !== undefined && header.number >= range.limit) break;
    const entry = await acceptable(header, at);
    if (entry !== undefined) {
      if (entry.codec !== "hole") {
        const before = { number: entry.number - 1, documents: entry.documentsBefore };
        // Cut out exactly between two records.
        if (before.number > position.number) {
          damage.push({ offset: at, length: 0, from: position, to: before, headers: [] });
        }
        entries.push(entry);
      }
      position = positionAfter(entry);
      at = end = endOf(entry);
      continue;
    }
    const headers = header === undefined ? [] : [header];
    const next = await findRecord(at + 1, headers);
    const stop = next?.offset ?? range.to;
    const to = next && { number: next.number - 1, documents: next.documentsBefore };
    damage.push({ offset: at, length: stop - at, from: position, to, headers });
    position = to === undefined ? position : later(position, to);
    at = stop;
  }
  return { entries, damage, end, position };

  async function acceptable(header: RecordHeader | undefined, offset: number): Promise<Entry | undefined> {
    if (header === undefined) return undefined;
    // A hole stands for as many records as are missing, which may be none.
    if (header.number < position.number + (header.codec === "hole" ? 0 : 1)) return undefined;
    const entry = { ...header, offset };
    if (endOf(entry) > range.to) return undefined;
    if (!range.verify || header.codec === "hole") return entry;
    const stored = await readSpan(file, offset + RECORD_HEADER_BYTES, header.storedLength);
    return isIntact(header, stored) ? entry : undefined;
  }

  /** The next record that is whole, payload too. */
  async function findRecord(from: number, headers: RecordHeader[]): Promise<Entry | undefined> {
    for (let at = from; ;) {
      const found = await window.find(RECORD_MAGIC, at);
      if (found === undefined) return undefined;
      const header = await window.headerAt(found, range.segmentId);
      if (header !== undefined && header.number > position.number && header.number < range.limit) {
        const entry = { ...header, offset: found };
        const stored =
          endOf(entry) <= range.to &&
          (await readSpan(file, found + RECORD_HEADER_BYTES, header.storedLength));
        if (header.codec === "hole" || (stored && isIntact(header, stored))) return entry;
        headers.push(header);
      }
      at = found + 1;
    }
  }
}

/** The id that the first record in the file carries, for a segment whose own header is damaged. */
export async function findSegmentId(file: SpoolFile, to: number): Promise<Uint8Array | undefined> {
  const window = createWindow(file, to);
  for (let at = 0; ;) {
    const found = await window.find(RECORD_MAGIC, at);
    if (found === undefined) return undefined;
    const bytes = await window.at(found, RECORD_HEADER_BYTES);
    if (decodeRecordHeader(bytes, 0, undefined) !== undefined) return Uint8Array.from(segmentIdOf(bytes));
    at = found + 1;
  }
}

const WINDOW_BYTES = 64 * 1024;

/** Reads the file a piece at a time, so that small records do not cost a read each and large ones are hopped over. */
function createWindow(file: SpoolFile, to: number) {
  let start = 0;
  let bytes: Buffer = Buffer.alloc(0);

  async function at(offset: number, length: number): Promise<Buffer> {
    if (offset < start || offset + length > start + bytes.length) {
      bytes = await readSpan(file, offset, Math.max(0, Math.min(WINDOW_BYTES, to - offset)));
      start = offset;
    }
    return bytes.subarray(offset - start, offset - start + length);
  }

  return {
    at,
    async headerAt(offset: number, segmentId: Uint8Array): Promise<RecordHeader | undefined> {
      return decodeRecordHeader(await at(offset, RECORD_HEADER_BYTES), 0, segmentId);
    },
    async find(wanted: Buffer, from: number): Promise<number | undefined> {
      for (let offset = from; offset < to;) {
        if ((await at(offset, wanted.length)).length < wanted.length) return undefined;
        const here = bytes.subarray(offset - start);
        const found = here.indexOf(wanted);
        if (found >= 0) return offset + found;
        offset += here.length - wanted.length + 1;
      }
      return undefined;
    },
  };
}

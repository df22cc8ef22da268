import { writeHole, type DamageBook } from "./damage.js";
import { between, later, type Position } from "./position.js";
import { positionAfter, RECORD_HEADER_BYTES } from "./record.js";
import type { DamagedSpan, SegmentScan } from "./scan-segment.js";
import type { SpoolFile } from "./spool-files.js";

export interface MendOptions {
  readonly file: SpoolFile;
  readonly path: string;
  readonly segmentId: Uint8Array;
  readonly scan: SegmentScan;
  /** Length of the file. */
  readonly size: number;
  readonly done: Position;
  /** Where the next segment goes on from; undefined for the last one. */
  readonly next: Position | undefined;
  readonly book: DamageBook;
}

export interface Mended {
  /** The file ends with its last record, so that more can be appended. */
  readonly whole: boolean;
  /** Damaged bytes are in it that could not be copied aside. */
  readonly keep: boolean;
  /** Offset where what is known of it ends. */
  readonly end: number;
  /** After the last record, lost ones included. */
  readonly position: Position;
}

/** Sets aside and counts what a scan found damaged, so that the segment reads without it from now on. */
export async function mendSegment(options: MendOptions): Promise<Mended> {
  const { file, path, segmentId, scan, size, done, next, book } = options;
  let keep = false;

  async function inTheMiddle(span: DamagedSpan, to: Position): Promise<void> {
    const lost = between(later(span.from, done), to);
    // Damage to what was stored already loses nothing.
    if (lost.records === 0 && (span.length === 0 || to.number > span.from.number)) return;
    if (span.length > 0 && (await book.copy(file, path, span.offset, span.length))) {
      await writeHole(file, segmentId, { ...span, to }).catch(() => undefined);
    } else keep = true;
    book.count({ ...lost, bytes: span.length }, path, `${span.length} bytes at ${span.offset} are no record`);
  }

  async function atTheEnd(span: DamagedSpan): Promise<Mended> {
    const from = later(scan.position, done);
    const lost = next === undefined ? lostByHeaders(span, from) : between(from, next);
    if (await book.copy(file, path, span.offset, span.length)) await cut();
    else keep = true;
    book.count({ ...lost, bytes: span.length }, path, `its end from byte ${span.offset} on is no record`);
    return closed(!keep);
  }

  async function cut(): Promise<void> {
    await file.truncate(scan.end);
    await file.sync();
  }

  /** Notes records that are missing at the end, so that they are not counted again at the next start. */
  async function closed(whole: boolean): Promise<Mended> {
    const { end, position } = scan;
    if (!whole || next === undefined || next.number <= position.number) return { whole, keep, end, position };
    const hole = { offset: end, length: RECORD_HEADER_BYTES, from: position, to: next };
    const noted = await writeHole(file, segmentId, hole).then(
      () => true,
      () => false,
    );
    return { whole, keep, end: noted ? end + RECORD_HEADER_BYTES : end, position: next };
  }

  const tail = scan.damage.at(-1);
  for (const span of scan.damage) if (span.to !== undefined) await inTheMiddle(span, span.to);
  if (tail !== undefined && tail.to === undefined) return atTheEnd(tail);
  const missing = next && between(later(scan.position, done), next);
  if (missing && missing.records > 0) {
    book.count(
      { ...missing, bytes: 0 },
      path,
      "it was cut short between two records, or files after it are missing",
    );
  }
  // Appended but never acknowledged: whoever appended it was told that it failed.
  if (scan.end < size) await cut();
  return closed(true);
}

function lostByHeaders({ headers }: DamagedSpan, from: Position): { records: number; documents: number } {
  const last = headers.reduce((position, header) => later(position, positionAfter(header)), from);
  return last.number > from.number ? between(from, last) : { records: 1, documents: 0 };
}

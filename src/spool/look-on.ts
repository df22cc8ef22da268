import { join } from "node:path";
import { errorCode } from "../output/files/error-code.js";
import { DAMAGED } from "./damage.js";
import { MARKER_BYTES, readDoneMarker } from "./done-marker.js";
import { fromStored, isIntact } from "./payload.js";
import { RECORD_HEADER_BYTES, type Entry } from "./record.js";
import { findSegmentId, scanSegment } from "./scan-segment.js";
import { decodeSegmentHeader, numberInName, SEGMENT_HEADER_BYTES } from "./segment-header.js";
import { readSpan, realFiles, type SpoolFile, type SpoolFiles } from "./spool-files.js";
import type { SpoolRecord } from "./spool.js";

/** What waits in a spool, as seen from outside. */
export interface SpoolView {
  readonly records: number;
  readonly documents: number;
  /** On disk, all files of the queue. */
  readonly bytes: number;
  /** When the oldest record was appended, ms since the epoch; undefined when nothing waits. */
  readonly oldestAt: number | undefined;
  /** Files of bytes that could not be read back. */
  readonly damaged: { readonly files: number; readonly bytes: number };
}

/** Something of the queue that cannot be read now. */
export interface Unreadable {
  readonly path: string;
  readonly bytes: number;
}

/**
 * What waits in the spool of a folder. Takes no lock and changes nothing, so that it can be asked while a service
 * works on it; payloads are not read.
 *
 * @returns undefined when the folder is not there.
 */
export async function readSpoolStatus(
  dir: string,
  files: SpoolFiles = realFiles,
): Promise<SpoolView | undefined> {
  const names = await files.list(dir).catch(undefinedWhenGone);
  if (names === undefined) return undefined;
  const waiting = {
    records: 0,
    documents: 0,
    bytes: MARKER_BYTES,
    oldestAt: undefined as number | undefined,
  };
  const damaged = { files: 0, bytes: 0 };
  for await (const { entries, size } of segmentsOf(files, dir, names)) {
    waiting.bytes += size;
    for (const entry of entries) {
      waiting.records += 1;
      waiting.documents += entry.documents;
      waiting.oldestAt ??= entry.appendedAt;
    }
  }
  for (const name of names.filter((each) => each.endsWith(DAMAGED))) {
    damaged.bytes += (await whileOpen(files, join(dir, name), (file) => file.size())) ?? 0;
    damaged.files += 1;
  }
  return { ...waiting, damaged };
}

/**
 * The records that wait, oldest first; removes nothing, and works beside a running service: what it stores or appends
 * meanwhile may be missing.
 *
 * @param onUnreadable told of bytes that are no record, and of records that are not as they were written.
 */
export async function* readSpoolRecords(
  dir: string,
  onUnreadable: (what: Unreadable) => void = () => undefined,
  files: SpoolFiles = realFiles,
): AsyncGenerator<SpoolRecord, void> {
  const names = (await files.list(dir).catch(undefinedWhenGone)) ?? [];
  for await (const { entries, file, path, damaged } of segmentsOf(files, dir, names)) {
    if (damaged > 0) onUnreadable({ path, bytes: damaged });
    for (const entry of entries) {
      const stored = await readSpan(file, entry.offset + RECORD_HEADER_BYTES, entry.storedLength);
      const payload = isIntact(entry, stored) ? await fromStored(entry, stored) : undefined;
      const { number, appendedAt, documents } = entry;
      if (payload === undefined) onUnreadable({ path, bytes: RECORD_HEADER_BYTES + entry.storedLength });
      else yield { number, appendedAt, documents, payload };
    }
  }
}

interface SegmentView {
  readonly path: string;
  readonly file: SpoolFile;
  /** Of the file. */
  readonly size: number;
  /** Of records that are still wanted. */
  readonly entries: readonly Entry[];
  /** Bytes between records, or before the end of a segment that is not the last, that are no record. */
  readonly damaged: number;
}

/** Each segment while its file is open. */
async function* segmentsOf(
  files: SpoolFiles,
  dir: string,
  all: readonly string[],
): AsyncGenerator<SegmentView, void> {
  const done = await readDoneMarker(files, dir);
  const names = all.filter((name) => numberInName(name) !== undefined).sort();
  for (const [index, name] of names.entries()) {
    const path = join(dir, name);
    // A service that deletes it now has stored what is in it.
    const file = await files.open(path, "read").catch(undefinedWhenGone);
    if (file === undefined) continue;
    try {
      const size = await file.size();
      const next = numberInName(names[index + 1] ?? "");
      const { entries, damage } = await scan(file, name, size, next);
      const wanted = entries.filter((entry) => entry.number > done.number);
      // The end of the last segment may be just being written.
      const spans = damage.filter((span) => next !== undefined || span.to !== undefined);
      const damaged = spans.reduce((sum, span) => sum + span.length, 0);
      yield { path, file, size, entries: wanted, damaged };
    } finally {
      await file.close();
    }
  }
}

async function scan(file: SpoolFile, name: string, size: number, next: number | undefined) {
  const first = numberInName(name) ?? 1;
  const header = decodeSegmentHeader(await readSpan(file, 0, SEGMENT_HEADER_BYTES));
  const segmentId = typeof header === "object" ? header.id : await findSegmentId(file, size);
  if (segmentId === undefined) return { entries: [], damage: [] };
  return scanSegment(file, {
    segmentId,
    from: SEGMENT_HEADER_BYTES,
    to: size,
    start: typeof header === "object" ? header.start : { number: first - 1, documents: 0 },
    limit: next ?? Number.MAX_SAFE_INTEGER,
    verify: false,
  });
}

async function whileOpen<T>(
  files: SpoolFiles,
  path: string,
  work: (file: SpoolFile) => Promise<T>,
): Promise<T | undefined> {
  const file = await files.open(path, "read").catch(undefinedWhenGone);
  return file && work(file).finally(() => file.close());
}

function undefinedWhenGone(error: unknown): undefined {
  if (errorCode(error) === "ENOENT") return undefined;
  throw error;
}

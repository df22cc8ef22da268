import { randomBytes } from "node:crypto";
import { errorCode } from "../output/files/error-code.js";
import type { StoredPayload } from "./payload.js";
import { positionAfter, encodeRecordHeader, RECORD_HEADER_BYTES, type Entry } from "./record.js";
import type { Queue } from "./queue.js";
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, segmentName } from "./segment-header.js";
import { Segment } from "./segment.js";
import { writeAll, type SpoolFile } from "./spool-files.js";

export interface NewRecord {
  readonly payload: StoredPayload;
  readonly documents: number;
}

/**
 * Writes records to the last segment with one write and one sync; resolves when they are durable. After an error none
 * of them counts as appended, and what the error may have left in the file comes before nothing that is acknowledged.
 *
 * Not to be called again before it has settled.
 */
export async function appendGroup(
  queue: Queue,
  group: readonly NewRecord[],
  segmentBytes: number,
  now: number,
): Promise<void> {
  const length = group.reduce((sum, { payload }) => sum + RECORD_HEADER_BYTES + payload.bytes.length, 0);
  const last = queue.active;
  if (last !== undefined && last.size > SEGMENT_HEADER_BYTES && last.size + length > segmentBytes) {
    await seal(queue, last);
  }
  const segment = (queue.active ??= await beginSegment(queue));
  const file = await segment.open();
  const { entries, bytes } = layOut(queue, segment, group, now);
  try {
    await writeAll(file, bytes, segment.size);
  } catch (error) {
    // The torn end goes before anything else is appended; where it cannot, nothing more is appended to this file.
    await file.truncate(segment.size).catch(() => seal(queue, segment));
    // A limit on the size of one file does not concern the next one.
    if (errorCode(error) === "EFBIG" && segment.size > SEGMENT_HEADER_BYTES) await seal(queue, segment);
    throw error;
  }
  try {
    await file.sync();
  } catch (error) {
    // The system may have dropped what it could not write and report success the next time: no more trust in the file.
    await file.truncate(segment.size).catch(() => undefined);
    await seal(queue, segment);
    throw error;
  }
  segment.add(entries);
  queue.end = segment.end;
}

/** Nothing more is appended to it. Its file stays open while somebody reads there. */
async function seal(queue: Queue, segment: Segment): Promise<void> {
  queue.active = undefined;
  if (segment.entries === undefined) await segment.release().catch(() => undefined);
}

/** Makes the next segment; it is durable, under its name, before any record is written to it. */
async function beginSegment(queue: Queue): Promise<Segment> {
  const { files, dir, segments, end } = queue;
  const first = end.number + 1;
  const header = { id: randomBytes(8), first, start: end };
  const segment = new Segment(files, dir, segmentName(first), header);
  const unused = segments.at(-1);
  if (unused?.path === segment.path) {
    // Begun before, but its first record never came to be durable.
    await unused.release();
    await (unused.keep ? queue.book.move(unused.path) : files.remove(unused.path));
    segments.pop();
  }
  const file = await createFile(queue, segment.path);
  try {
    await writeAll(file, encodeSegmentHeader(header), 0);
    await file.sync();
    await files.syncFolder(dir);
  } catch (error) {
    await file.close().catch(() => undefined);
    await files.remove(segment.path).catch(() => undefined);
    throw error;
  }
  segment.adopt(file);
  segments.push(segment);
  return segment;
}

async function createFile({ files, book }: Queue, path: string): Promise<SpoolFile> {
  try {
    return await files.open(path, "create");
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
    // Left by an attempt that failed, when removing it failed too; or put there by somebody.
    await book.move(path);
    return files.open(path, "create");
  }
}

function layOut(
  queue: Queue,
  segment: Segment,
  group: readonly NewRecord[],
  now: number,
): { entries: Entry[]; bytes: Buffer } {
  const entries: Entry[] = [];
  const parts: Uint8Array[] = [];
  let { number, documents: documentsBefore } = queue.end;
  let offset = segment.size;
  for (const { payload, documents } of group) {
    number += 1;
    const { codec, checksum, payloadLength } = payload;
    const storedLength = payload.bytes.length;
    const entry = {
      codec,
      number,
      appendedAt: now,
      documentsBefore,
      documents,
      storedLength,
      payloadLength,
      checksum,
      offset,
    };
    entries.push(entry);
    parts.push(encodeRecordHeader(entry, segment.header.id), payload.bytes);
    offset += RECORD_HEADER_BYTES + storedLength;
    documentsBefore = positionAfter(entry).documents;
  }
  return { entries, bytes: Buffer.concat(parts) };
}

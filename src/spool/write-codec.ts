import { toSafeDocument, type RecordText } from "../enrich/safe-document.js";
import type { DeadLetterSource } from "../enrich/types.js";
import type { DeadPart } from "../lib/dead-part.js";
import type { DeadReason } from "../lib/dead-reason.js";
import type { EventWrite, StoreWrite } from "../output/store.js";
import { createByteReader, createByteWriter, type ByteReader, type ByteWriter } from "./byte-cursor.js";

/** What the bytes hold is no list of writes that this version wrote. */
export class WriteCodecError extends Error {
  override readonly name = "WriteCodecError";
}

const VERSION = 1;
const KIND = { event: 0, deadLetter: 1 } as const;
/** Where the bytes are that an event came in: at the end of its document, as is usual, or written out. */
const RAW = { inDocument: 0, apart: 1 } as const;
const OPENING_BRACE = 0x7b;

type EventMembers = Pick<
  EventWrite,
  "id" | "time" | "alerts" | "ruleIds" | "suppressed" | "source" | "begun"
> & {
  readonly recordText?: RecordText;
  /** Only of an event whose `recordText` is not known. */
  readonly safe?: string;
};

interface DeadLetterMembers {
  readonly reason: DeadReason;
  readonly source: DeadLetterSource;
  readonly part?: DeadPart;
}

/** What the spool holds: a write that a store did not take yet. */
export type SpooledWrite = StoreWrite;

/** Everything that a later `store.write` of the same batch needs. */
export function encodeWrites(batch: readonly StoreWrite[]): Uint8Array {
  const writer = createByteWriter();
  writer.byte(VERSION);
  writer.length(batch.length);
  for (const write of batch) {
    if (write.kind === "event") encodeEvent(writer, write);
    else {
      writer.byte(KIND.deadLetter);
      const { reason, source, part } = write;
      const members: DeadLetterMembers = { reason, source, ...(part === undefined ? {} : { part }) };
      writer.text(JSON.stringify(members));
      writer.bytes(write.raw);
    }
  }
  return writer.finish();
}

/** @throws WriteCodecError */
export function decodeWrites(payload: Uint8Array): StoreWrite[] {
  const reader = createByteReader(payload, (message) => new WriteCodecError(message));
  const version = reader.byte();
  if (version !== VERSION) throw new WriteCodecError(`Writes of version ${version} cannot be read here.`);
  const count = reader.length();
  const writes: StoreWrite[] = [];
  for (let n = 0; n < count; n += 1) {
    const kind = reader.byte();
    if (kind === KIND.event) writes.push(decodeEvent(reader));
    else if (kind === KIND.deadLetter) {
      const members = parse(reader.text()) as DeadLetterMembers;
      writes.push({ kind: "dead_letter", ...members, raw: reader.bytes() });
    } else throw new WriteCodecError(`There is no write of kind ${kind}.`);
  }
  if (!reader.atEnd()) throw new WriteCodecError("Bytes are left behind the last write.");
  return writes;
}

function encodeEvent(writer: ByteWriter, write: EventWrite): void {
  const { id, time, alerts, ruleIds, suppressed, source, begun, recordText, raw } = write;
  const safe = recordText === undefined ? { safe: write.toSafeDocument() } : { recordText };
  const members: EventMembers = {
    id,
    time,
    alerts,
    ruleIds,
    suppressed,
    source,
    ...(begun === true ? { begun } : {}),
    ...safe,
  };
  writer.byte(KIND.event);
  writer.text(JSON.stringify(members));
  const document = writer.text(write.document);
  if (raw[0] === OPENING_BRACE && endsWith(document, raw.subarray(1))) {
    writer.byte(RAW.inDocument);
    writer.length(raw.length);
  } else {
    writer.byte(RAW.apart);
    writer.bytes(raw);
  }
}

function decodeEvent(reader: ByteReader): EventWrite {
  const { recordText, safe, ...members } = parse(reader.text()) as EventMembers;
  const documentBytes = reader.bytes();
  const document = Buffer.from(
    documentBytes.buffer,
    documentBytes.byteOffset,
    documentBytes.length,
  ).toString();
  const event = { kind: "event", ...members, document, raw: decodeRaw(reader, documentBytes) } as const;
  if (recordText === undefined) return { ...event, toSafeDocument: () => safe ?? document };
  return { ...event, recordText, toSafeDocument: () => toSafeDocument(document, recordText) };
}

function decodeRaw(reader: ByteReader, document: Uint8Array): Uint8Array {
  const where = reader.byte();
  if (where === RAW.apart) return reader.bytes();
  const length = reader.length();
  if (where !== RAW.inDocument || length < 1 || length > document.length) {
    throw new WriteCodecError("The bytes that an event came in are not where they should be.");
  }
  // A copy, since its first byte stands elsewhere in the document.
  const raw = Buffer.allocUnsafe(length);
  raw[0] = OPENING_BRACE;
  raw.set(document.subarray(document.length - length + 1), 1);
  return raw;
}

function endsWith(bytes: Buffer, end: Uint8Array): boolean {
  return bytes.length >= end.length && bytes.subarray(bytes.length - end.length).equals(end);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WriteCodecError("A write is no JSON.", { cause: error });
  }
}

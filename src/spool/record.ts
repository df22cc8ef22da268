import { crc32 } from "node:zlib";
import type { Position } from "./position.js";

/** How the bytes of a record are kept. A hole stands where damaged bytes were copied away. */
const CODECS = ["plain", "deflate", "hole"] as const;
export type Codec = (typeof CODECS)[number];

export interface RecordHeader {
  readonly codec: Codec;
  readonly number: number;
  /** ms since the epoch */
  readonly appendedAt: number;
  /** In all records before this one, since the spool was begun. */
  readonly documentsBefore: number;
  readonly documents: number;
  /** Bytes on disk after the header. */
  readonly storedLength: number;
  /** Bytes of the payload once it is inflated. */
  readonly payloadLength: number;
  /** Of the bytes on disk. */
  readonly checksum: number;
}

/** A record in a segment. */
export interface Entry extends RecordHeader {
  /** Of its header in the file. */
  readonly offset: number;
}

export const RECORD_HEADER_BYTES = 60;
/** Not UTF-8, so that no text holds it. */
export const RECORD_MAGIC = Buffer.from([0xf5, 0x54, 0x54, 0x52]);

/**
 * Invariant: a header counts only with the random id of its segment. So neither bytes of an older file that the disk
 * brings up again nor the payload of a record, which strangers write, can pass for a record.
 */
export function encodeRecordHeader(header: RecordHeader, segmentId: Uint8Array): Buffer {
  const bytes = Buffer.alloc(RECORD_HEADER_BYTES);
  bytes.set(RECORD_MAGIC, 0);
  bytes.writeUInt8(CODECS.indexOf(header.codec), 4);
  bytes.set(segmentId, 8);
  bytes.writeBigUInt64LE(BigInt(header.number), 16);
  bytes.writeBigUInt64LE(BigInt(header.appendedAt), 24);
  bytes.writeBigUInt64LE(BigInt(header.documentsBefore), 32);
  bytes.writeUInt32LE(header.documents, 40);
  bytes.writeUInt32LE(header.storedLength, 44);
  bytes.writeUInt32LE(header.payloadLength, 48);
  bytes.writeUInt32LE(header.checksum, 52);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 56)), 56);
  return bytes;
}

/** Undefined when there is no intact header of that segment. `segmentId` undefined: of any segment. */
export function decodeRecordHeader(
  bytes: Buffer,
  at: number,
  segmentId: Uint8Array | undefined,
): RecordHeader | undefined {
  if (at + RECORD_HEADER_BYTES > bytes.length) return undefined;
  const header = bytes.subarray(at, at + RECORD_HEADER_BYTES);
  if (!RECORD_MAGIC.equals(header.subarray(0, 4))) return undefined;
  if (crc32(header.subarray(0, 56)) !== header.readUInt32LE(56)) return undefined;
  if (segmentId !== undefined && !segmentIdOf(header).equals(segmentId)) return undefined;
  const codec = CODECS[header.readUInt8(4)];
  if (codec === undefined) return undefined;
  return {
    codec,
    number: Number(header.readBigUInt64LE(16)),
    appendedAt: Number(header.readBigUInt64LE(24)),
    documentsBefore: Number(header.readBigUInt64LE(32)),
    documents: header.readUInt32LE(40),
    storedLength: header.readUInt32LE(44),
    payloadLength: header.readUInt32LE(48),
    checksum: header.readUInt32LE(52),
  };
}

/** Of an intact record header that starts at `at`. */
export function segmentIdOf(bytes: Buffer, at = 0): Buffer {
  return bytes.subarray(at + 8, at + 16);
}

export function endOf(entry: Entry): number {
  return entry.offset + RECORD_HEADER_BYTES + entry.storedLength;
}

export function positionAfter(header: RecordHeader): Position {
  return { number: header.number, documents: header.documentsBefore + header.documents };
}

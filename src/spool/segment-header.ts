import { crc32 } from "node:zlib";
import type { Position } from "./position.js";

export interface SegmentHeader {
  /** Random; each record of the segment carries it. */
  readonly id: Uint8Array;
  /** Number of the first record. */
  readonly first: number;
  /** Where the segment goes on from: the last record before it. */
  readonly start: Position;
}

export const SEGMENT_HEADER_BYTES = 52;
const MAGIC = Buffer.from("TTSPOOL\n");
const VERSION = 1;

export function encodeSegmentHeader({ id, first, start }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  bytes.set(MAGIC, 0);
  bytes.writeUInt32LE(VERSION, 8);
  bytes.set(id, 16);
  bytes.writeBigUInt64LE(BigInt(first), 24);
  bytes.writeBigUInt64LE(BigInt(start.number), 32);
  bytes.writeBigUInt64LE(BigInt(start.documents), 40);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 48)), 48);
  return bytes;
}

/** `newer`: intact, but of a version that this one cannot read. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | "damaged" | "newer" {
  if (bytes.length < SEGMENT_HEADER_BYTES || !MAGIC.equals(bytes.subarray(0, 8))) return "damaged";
  if (crc32(bytes.subarray(0, 48)) !== bytes.readUInt32LE(48)) return "damaged";
  if (bytes.readUInt32LE(8) !== VERSION) return "newer";
  return {
    id: Uint8Array.from(bytes.subarray(16, 24)),
    first: Number(bytes.readBigUInt64LE(24)),
    start: { number: Number(bytes.readBigUInt64LE(32)), documents: Number(bytes.readBigUInt64LE(40)) },
  };
}

const NAME = /^(\d{16})\.log$/;

export function segmentName(first: number): string {
  return `${String(first).padStart(16, "0")}.log`;
}

/** Number of the first record by the file's name; undefined when it is no segment's name. */
export function numberInName(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

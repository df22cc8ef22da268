import * as zlib from "node:zlib";
import { Decompress, decompress } from "fzstd";
import { toZlibFault } from "../decode/gunzip.js";
import { malformed, tooLarge } from "./body-error.js";

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAX_BLOCK_BYTES = 128 * 1024;
/** What RFC 9659 lets a Content-Encoding need; a larger window would cost memory that no body of ours is worth. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;

type SyncDecoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** Node's own decoder, from Node 22.15 on; the types of Node 20 do not have it. */
const native = (zlib as { readonly zstdDecompressSync?: SyncDecoder }).zstdDecompressSync;

interface Frame {
  /** Undefined for a frame that carries no data. */
  readonly bytes: Uint8Array | undefined;
  readonly window: number;
  /** Undefined when the header does not say. */
  readonly contentSize: number | undefined;
  readonly end: number;
}

/** True while the first bytes can still be zstd: a mislabelled body is refused before the rest of it arrives. */
export function canBeZstd(bytes: Buffer): boolean {
  if (bytes.length < 4) return true;
  const magic = bytes.readUInt32LE(0);
  return magic === MAGIC || isSkippable(magic);
}

/**
 * Inflates zstd, several frames one after another too.
 *
 * @throws BodyError when corrupt, cut off, or more than `maxBytes` inflated.
 */
export function inflateZstd(bytes: Buffer, maxBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let left = maxBytes;
  for (let at = 0; at < bytes.length;) {
    const frame = readFrame(bytes, at);
    at = frame.end;
    if (frame.bytes === undefined) continue;
    if (frame.contentSize !== undefined && frame.contentSize > left) throw tooLarge(maxBytes);
    const part = inflateFrame(frame.bytes, frame, left, maxBytes);
    left -= part.length;
    parts.push(part);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

function inflateFrame(bytes: Uint8Array, frame: Frame, left: number, maxBytes: number): Uint8Array {
  try {
    if (native !== undefined) return native(bytes, { maxOutputLength: Math.max(1, left) });
    if (frame.contentSize !== undefined) return decompress(bytes, new Uint8Array(frame.contentSize));
  } catch (error) {
    const fault = toZlibFault(error);
    throw fault.tooLarge ? tooLarge(maxBytes) : malformed("zstd", fault.message);
  }
  return inflateStream(bytes, frame, left, maxBytes);
}

/** For a frame that does not tell its size: block by block, to stop at the cap. */
function inflateStream(bytes: Uint8Array, frame: Frame, left: number, maxBytes: number): Uint8Array {
  if (frame.window > MAX_WINDOW_BYTES) {
    throw malformed(
      "zstd",
      `it needs a window of ${frame.window} bytes, and at most ${MAX_WINDOW_BYTES} are given`,
    );
  }
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    new Decompress((part) => {
      total += part.length;
      if (total > left) throw tooLarge(maxBytes);
      parts.push(part);
    }).push(bytes, true);
  } catch (error) {
    if (total > left) throw tooLarge(maxBytes);
    throw malformed("zstd", toZlibFault(error).message);
  }
  return Buffer.concat(parts);
}

/** Walks one frame by the sizes in its headers, so that what is cut off or follows it is known before inflating. */
function readFrame(bytes: Buffer, start: number): Frame {
  if (start + 8 > bytes.length) throw cutOff();
  const magic = bytes.readUInt32LE(start);
  if (isSkippable(magic)) {
    const end = start + 8 + bytes.readUInt32LE(start + 4);
    if (end > bytes.length) throw cutOff();
    return { bytes: undefined, window: 0, contentSize: 0, end };
  }
  if (magic !== MAGIC)
    throw malformed("zstd", start === 0 ? "it does not begin as zstd" : "bytes follow its end");
  const flags = bytes[start + 4] as number;
  const single = (flags >> 5) & 1;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] as number;
  if (dictionaryBytes !== 0) throw malformed("zstd", "it needs a dictionary");
  const sizeBytes = [single, 2, 4, 8][flags >> 6] as number;
  const sizeAt = start + 6 - single;
  let at = sizeAt + sizeBytes;
  if (at > bytes.length) throw cutOff();
  const contentSize = sizeBytes === 0 ? undefined : readSize(bytes, sizeAt, sizeBytes);
  const descriptor = bytes[start + 5] as number;
  const base = 2 ** (10 + (descriptor >> 3));
  const window = single === 1 ? (contentSize ?? 0) : base + (base / 8) * (descriptor & 7);
  for (let last = 0; last === 0;) {
    if (at + 3 > bytes.length) throw cutOff();
    const header = bytes.readUIntLE(at, 3);
    last = header & 1;
    const size = header >> 3;
    if (size > MAX_BLOCK_BYTES) throw malformed("zstd", "a block is too large");
    // A run-length block has its one byte once, however long it is inflated.
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : size);
  }
  at += (flags >> 2) & 1 ? 4 : 0;
  if (at > bytes.length) throw cutOff();
  return { bytes: bytes.subarray(start, at), window, contentSize, end: at };
}

function readSize(bytes: Buffer, at: number, length: number): number {
  if (length === 8) return Number(bytes.readBigUInt64LE(at));
  return bytes.readUIntLE(at, length) + (length === 2 ? 256 : 0);
}

function isSkippable(magic: number): boolean {
  return magic >>> 4 === SKIPPABLE_MAGIC >>> 4;
}

function cutOff(): Error {
  return malformed("zstd", "it is cut off");
}

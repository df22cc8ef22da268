import { Decompress } from "fzstd";
import { toZlibFault } from "../decode/gunzip.js";
import { malformed, tooLarge } from "./body-error.js";

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAX_BLOCK_BYTES = 128 * 1024;
/** What RFC 9659 lets a Content-Encoding need; a larger window would cost memory that no body of ours is worth. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;
const LONGEST_HEADER = 18;

const EMPTY = new Uint8Array(0);

interface Frame {
  readonly inflater: Decompress;
  /** Undefined when the header does not say. */
  readonly contentSize: number | undefined;
  readonly checksum: boolean;
}

/** Inflates zstd as it arrives, one block (128 KiB at most) at a time; several frames one after another too. */
export class ZstdReader {
  private pending = Buffer.alloc(0);
  private ended = false;
  private frame: Frame | undefined;
  /** What follows: a frame, its blocks, the bytes of a checksum or of a frame without data. */
  private passing = 0;
  private out: Uint8Array = EMPTY;
  private total = 0;
  private frameTotal = 0;
  private begun = false;

  constructor(private readonly maxBytes: number) {}

  /** Bytes that wait to be inflated. */
  get waiting(): number {
    return this.pending.length;
  }

  push(chunk: Uint8Array): void {
    this.pending = this.pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.pending, chunk]);
  }

  end(): void {
    this.ended = true;
  }

  /**
   * Takes one step.
   *
   * @returns inflated bytes, which may be none; "more" when bytes are missing, "end" when all was inflated
   * @throws BodyError when it is corrupt, cut off, or more than `maxBytes` inflated
   */
  step(): Uint8Array | "more" | "end" {
    if (this.passing > 0) {
      const passed = Math.min(this.passing, this.pending.length);
      this.pending = this.pending.subarray(passed);
      this.passing -= passed;
      if (this.passing > 0) return this.missing();
    }
    return this.frame === undefined ? this.readHeader() : this.readBlock(this.frame);
  }

  private missing(): "more" {
    if (this.ended) throw malformed("zstd", "it is cut off");
    return "more";
  }

  private readHeader(): Uint8Array | "more" | "end" {
    const { pending } = this;
    if (pending.length === 0 && this.ended) return "end";
    if (pending.length < 4) return this.missing();
    const magic = pending.readUInt32LE(0);
    const skippable = magic >>> 4 === SKIPPABLE_MAGIC >>> 4;
    if (magic !== MAGIC && !skippable) {
      throw malformed("zstd", this.begun ? "bytes follow its end" : "it does not begin as zstd");
    }
    this.begun = true;
    if (skippable) {
      if (pending.length < 8) return this.missing();
      this.passing = 8 + pending.readUInt32LE(4);
      return EMPTY;
    }
    if (pending.length < LONGEST_HEADER && !this.ended) return "more";
    const { frame, length } = this.openFrame(pending);
    if (length > pending.length) return this.missing();
    this.frame = frame;
    this.frameTotal = 0;
    this.inflate(frame, length);
    return EMPTY;
  }

  private openFrame(bytes: Buffer): { readonly frame: Frame; readonly length: number } {
    const flags = bytes[4] ?? 0;
    const single = (flags >> 5) & 1;
    if ((flags & 3) !== 0) throw malformed("zstd", "it needs a dictionary");
    const sizeBytes = [single, 2, 4, 8][flags >> 6] ?? 0;
    const sizeAt = 6 - single;
    const length = sizeAt + sizeBytes;
    const contentSize = sizeBytes === 0 ? undefined : readSize(bytes, sizeAt, sizeBytes);
    const descriptor = bytes[5] ?? 0;
    const base = 2 ** (10 + (descriptor >> 3));
    const window = single === 1 ? (contentSize ?? 0) : base + (base / 8) * (descriptor & 7);
    if (contentSize !== undefined && this.total + contentSize > this.maxBytes) throw tooLarge(this.maxBytes);
    if (window > MAX_WINDOW_BYTES) {
      throw malformed(
        "zstd",
        `it needs a window of ${window} bytes, and at most ${MAX_WINDOW_BYTES} are given`,
      );
    }
    const inflater = new Decompress((part) => {
      this.out = part;
    });
    return { frame: { inflater, contentSize, checksum: ((flags >> 2) & 1) === 1 }, length };
  }

  private readBlock(frame: Frame): Uint8Array | "more" {
    if (this.pending.length < 3) return this.missing();
    const header = this.pending.readUIntLE(0, 3);
    const size = header >> 3;
    if (size > MAX_BLOCK_BYTES) throw malformed("zstd", "a block is too large");
    // A run-length block has its one byte once, however long it is inflated.
    const length = 3 + (((header >> 1) & 3) === 1 ? 1 : size);
    if (this.pending.length < length) return this.missing();
    this.out = EMPTY;
    this.inflate(frame, length);
    const { out } = this;
    this.total += out.length;
    this.frameTotal += out.length;
    if (this.total > this.maxBytes) throw tooLarge(this.maxBytes);
    if ((header & 1) === 1) {
      if (frame.contentSize !== undefined && frame.contentSize !== this.frameTotal) {
        throw malformed("zstd", "it inflates to another size than it says");
      }
      this.passing = frame.checksum ? 4 : 0;
      this.frame = undefined;
    }
    return out;
  }

  private inflate(frame: Frame, length: number): void {
    try {
      // In two: the library keeps an empty piece for each push that leaves nothing over, and lets go of them at one that does.
      frame.inflater.push(this.pending.subarray(0, length - 1), false);
      frame.inflater.push(this.pending.subarray(length - 1, length), false);
    } catch (error) {
      throw malformed("zstd", toZlibFault(error).message);
    }
    this.pending = this.pending.subarray(length);
  }
}

function readSize(bytes: Buffer, at: number, length: number): number {
  if (at + length > bytes.length) return 0;
  if (length === 8) return Number(bytes.readBigUInt64LE(at));
  return bytes.readUIntLE(at, length) + (length === 2 ? 256 : 0);
}

/** Appends to a buffer that grows. */
export interface ByteWriter {
  byte(value: number): void;
  /** 4 bytes. */
  length(value: number): void;
  /** Length and bytes. */
  bytes(value: Uint8Array): void;
  /** Length and UTF-8; answers with the bytes as they stand in the buffer, until the next call. */
  text(value: string): Buffer;
  finish(): Buffer;
}

export interface ByteReader {
  byte(): number;
  length(): number;
  /** A view, not a copy. */
  bytes(): Uint8Array;
  text(): string;
  atEnd(): boolean;
}

const FIRST_BYTES = 16 * 1024;

export function createByteWriter(): ByteWriter {
  let buffer = Buffer.allocUnsafe(FIRST_BYTES);
  let used = 0;

  function reserve(more: number): void {
    if (used + more <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(used + more, buffer.length * 2));
    buffer.copy(larger, 0, 0, used);
    buffer = larger;
  }

  function length(value: number): void {
    reserve(4);
    used = buffer.writeUInt32LE(value, used);
  }

  return {
    byte(value) {
      reserve(1);
      used = buffer.writeUInt8(value, used);
    },
    length,
    bytes(value) {
      length(value.length);
      reserve(value.length);
      buffer.set(value, used);
      used += value.length;
    },
    text(value) {
      // No character takes more than three bytes for each of its units.
      reserve(4 + 3 * value.length);
      const start = used + 4;
      const written = buffer.write(value, start);
      buffer.writeUInt32LE(written, used);
      used = start + written;
      return buffer.subarray(start, used);
    },
    finish: () => buffer.subarray(0, used),
  };
}

/** @param toError makes the error that is thrown when the bytes end too soon. */
export function createByteReader(source: Uint8Array, toError: (message: string) => Error): ByteReader {
  const buffer = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  let used = 0;

  function take(count: number): number {
    if (count > buffer.length - used) throw toError(`${count} bytes are missing at ${used}.`);
    const start = used;
    used += count;
    return start;
  }

  function bytes(): Buffer {
    const count = buffer.readUInt32LE(take(4));
    const start = take(count);
    return buffer.subarray(start, start + count);
  }

  return {
    byte: () => buffer.readUInt8(take(1)),
    length: () => buffer.readUInt32LE(take(4)),
    bytes,
    text: () => bytes().toString(),
    atEnd: () => used === buffer.length,
  };
}

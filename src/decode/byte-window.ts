const EMPTY = Buffer.alloc(0);
/** Past it a window is made as large as it can ever get: pages that nothing is written to cost nothing, copying does. */
const RESERVE_FROM_BYTES = 16 * 1024 * 1024;

/**
 * The part of a body that a reader has not worked off, in one stretch of memory. Offsets count from the body's first
 * byte. A reader that needs more than is there sets `keep` and yields undefined; whoever drives it calls `push`.
 */
export class ByteWindow {
  bytes: Buffer = EMPTY;
  /** Offset of `bytes[0]`. */
  base = 0;
  /** True when nothing follows `bytes`. */
  ended = false;
  /** The reader needs nothing before this offset. */
  keep = 0;
  private reserve: { readonly memory: Buffer; readonly base: number; filled: number } | undefined;

  /** @param maxBytes of the whole body */
  constructor(private readonly maxBytes: number) {}

  /** A body that is there already. */
  static whole(body: Uint8Array): ByteWindow {
    const window = new ByteWindow(body.length);
    window.push([body], true);
    return window;
  }

  /** Offset after the last byte. */
  get end(): number {
    return this.base + this.bytes.length;
  }

  /** Bytes that the reader holds on to: to read as many more each time keeps the work linear. */
  get held(): number {
    return this.end - this.keep;
  }

  slice(start: number, end: number): Buffer {
    return this.bytes.subarray(start - this.base, end - this.base);
  }

  /** Lets go of what is before `keep` and appends. Views handed out before stay as they are. */
  push(parts: readonly Uint8Array[], ended: boolean): void {
    this.ended = ended;
    const rest = this.bytes.subarray(this.keep - this.base);
    const added = parts.reduce((sum, part) => sum + part.length, 0);
    const only = parts[0];
    if (rest.length === 0 && parts.length === 1 && only !== undefined) {
      this.bytes = Buffer.from(only.buffer, only.byteOffset, only.byteLength);
    } else if (rest.length + added < RESERVE_FROM_BYTES) {
      this.bytes = Buffer.allocUnsafeSlow(rest.length + added);
      this.bytes.set(rest);
      fill(this.bytes, parts, rest.length);
    } else {
      this.bytes = this.append(rest, parts, added);
      this.base = this.keep;
      return;
    }
    this.reserve = undefined;
    this.base = this.keep;
  }

  private append(rest: Buffer, parts: readonly Uint8Array[], added: number): Buffer {
    let reserve = this.reserve;
    if (reserve === undefined || reserve.filled + added > reserve.memory.length) {
      const most = Math.max(rest.length + added, this.maxBytes - this.keep);
      reserve = { memory: Buffer.allocUnsafeSlow(most), base: this.keep, filled: rest.length };
      reserve.memory.set(rest);
      this.reserve = reserve;
    }
    fill(reserve.memory, parts, reserve.filled);
    reserve.filled += added;
    return reserve.memory.subarray(this.keep - reserve.base, reserve.filled);
  }
}

function fill(into: Buffer, parts: readonly Uint8Array[], start: number): void {
  let at = start;
  for (const part of parts) {
    into.set(part, at);
    at += part.length;
  }
}

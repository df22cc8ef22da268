/** Smaller parts are copied together: a client that sends single bytes must not cost an object for each. */
const SMALL_BYTES = 4 * 1024;
const TAIL_BYTES = 16 * 1024;

/** Bytes that wait to be taken, in order. */
export class ByteQueue {
  length = 0;
  private parts: Uint8Array[] = [];
  private tail: Buffer | undefined;
  private tailUsed = 0;

  push(part: Uint8Array): void {
    this.length += part.length;
    if (part.length >= SMALL_BYTES) {
      this.closeTail();
      this.parts.push(part);
      return;
    }
    if (this.tail === undefined || this.tailUsed + part.length > TAIL_BYTES) {
      this.closeTail();
      if (part.length === 0) return;
      this.tail = Buffer.allocUnsafeSlow(TAIL_BYTES);
    }
    this.tail.set(part, this.tailUsed);
    this.tailUsed += part.length;
  }

  /** Takes all there is. */
  take(): Uint8Array[] {
    this.closeTail();
    const { parts } = this;
    this.parts = [];
    this.length = 0;
    return parts;
  }

  private closeTail(): void {
    if (this.tail !== undefined) this.parts.push(this.tail.subarray(0, this.tailUsed));
    this.tail = undefined;
    this.tailUsed = 0;
  }
}

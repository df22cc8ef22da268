/**
 * How long a request is still held: without any progress, and once all of it was read, until it is answered. What the
 * client takes to send its body does not count.
 */
export class Hold {
  private spentMs = 0;
  private progressAt = performance.now();
  private lastMs = Infinity;

  constructor(private readonly holdMs: number) {}

  /** Milliseconds since the epoch: past it the request is refused whole. */
  deadline(): number {
    return Math.min(Date.now() + Math.max(0, this.holdMs - this.spentMs), this.lastMs);
  }

  /** Some of the request is stored: it is held anew. */
  progressed(): void {
    this.spentMs = 0;
    this.progressAt = performance.now();
  }

  /** The last byte was read: the client waits for nothing but the answer. */
  bodyRead(): void {
    if (this.lastMs === Infinity) this.lastMs = Date.now() + this.holdMs;
  }

  /** So long it waited until now. */
  spend(ms: number): void {
    this.spentMs += Math.min(ms, performance.now() - this.progressAt);
  }

  /** Waits, and counts the time. */
  async during<T>(work: Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work;
    } finally {
      this.spend(performance.now() - started);
    }
  }
}

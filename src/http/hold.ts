/** How long a request is still held. What the client takes to send its body does not count. */
export class Hold {
  private spentMs = 0;

  constructor(private readonly holdMs: number) {}

  /** Milliseconds since the epoch: past it the request is refused whole. */
  deadline(): number {
    return Date.now() + Math.max(0, this.holdMs - this.spentMs);
  }

  spend(ms: number): void {
    this.spentMs += ms;
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

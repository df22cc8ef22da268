import { silent, tooSlow } from "./body-error.js";

export interface PaceOptions {
  /** How long the client may send nothing, and how long it is watched before it is judged slow, ms. */
  readonly idleMs: number;
  /** 0 judges nobody slow. */
  readonly minBytesPerSecond: number;
  readonly fail: (error: Error) => void;
}

/** Watches how fast a body comes while it is read, not while it has to wait for us. */
export class Pace {
  private idle: NodeJS.Timeout | undefined;
  private period: NodeJS.Timeout | undefined;
  private bytes = 0;

  constructor(private readonly options: PaceOptions) {}

  came(bytes: number): void {
    this.bytes += bytes;
    this.idle?.refresh();
  }

  start(): void {
    if (this.idle !== undefined) return;
    const { idleMs, minBytesPerSecond, fail } = this.options;
    this.bytes = 0;
    this.idle = setTimeout(() => fail(silent(idleMs)), idleMs);
    this.period = setInterval(() => {
      if (this.bytes < (minBytesPerSecond * idleMs) / 1000) fail(tooSlow(minBytesPerSecond));
      this.bytes = 0;
    }, idleMs);
  }

  stop(): void {
    clearTimeout(this.idle);
    clearInterval(this.period);
    this.idle = undefined;
    this.period = undefined;
  }
}

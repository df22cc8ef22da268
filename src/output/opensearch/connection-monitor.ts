import { StoreUnavailableError } from "../store.js";
import type { Clock } from "../../lib/clock.js";
import { backoffMs } from "./backoff.js";

export interface ConnectionMonitor {
  /** The first try; resolves also when the store is away, and then keeps trying. Rejects on what waiting cannot mend. */
  start(): Promise<void>;
  /** @throws StoreUnavailableError when it is not connected by the deadline (ms since the epoch). */
  whenReady(deadline: number): Promise<void>;
  /** Undefined when connected, else a sentence why not. */
  trouble(): string | undefined;
  close(): void;
}

/**
 * Connects once, in the background for as long as it takes, then looks every few seconds whether the store answers.
 *
 * @param connect does what is needed before the first write.
 * @param ping rejects while the store does not answer.
 * @param hopeless tells an error that waiting does not mend.
 */
export function createConnectionMonitor(options: {
  readonly connect: () => Promise<void>;
  readonly ping: () => Promise<void>;
  readonly hopeless: (error: unknown) => boolean;
  readonly onTrouble: (message: string) => void;
  readonly onMended: () => void;
  readonly clock: Clock;
  readonly everyMs?: number;
}): ConnectionMonitor {
  const every = options.everyMs ?? 5_000;
  const waiting = new Set<() => void>();
  let connected = false;
  let closed = false;
  let trouble: string | undefined = "not connected yet";
  let announced: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function attempt(): Promise<Error | undefined> {
    try {
      await (connected ? options.ping() : options.connect());
      connected = true;
      trouble = undefined;
      if (announced !== undefined) options.onMended();
      announced = undefined;
      for (const wake of waiting) wake();
      return undefined;
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      trouble = failure.message;
      if (announced === undefined) options.onTrouble(trouble);
      announced = trouble;
      return failure;
    }
  }

  function later(failures: number): void {
    if (closed) return;
    timer = setTimeout(
      () =>
        void attempt().then((error) => {
          later(error === undefined ? 0 : failures + 1);
        }),
      failures === 0 ? every : backoffMs(failures),
    );
    // A monitor alone is no reason to stay up.
    timer.unref();
  }

  return {
    async start() {
      const error = await attempt();
      if (error !== undefined && options.hopeless(error)) throw error;
      later(error === undefined ? 0 : 1);
    },
    whenReady(deadline) {
      if (connected) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const wake = () => {
          waiting.delete(wake);
          clearTimeout(giveUp);
          resolve();
        };
        const giveUp = setTimeout(
          () => {
            waiting.delete(wake);
            reject(new StoreUnavailableError(trouble ?? "not connected yet"));
          },
          Math.max(0, deadline - options.clock()),
        );
        waiting.add(wake);
      });
    },
    trouble: () => trouble,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** Wakes those who wait for something to change, and who look for themselves what it was. */
export interface Bell {
  ring(): void;
  /** Resolves when the bell rings, at the latest after `ms`. */
  wait(ms: number): Promise<void>;
}

export function createBell(): Bell {
  let sleepers = new Set<() => void>();
  return {
    ring() {
      const all = sleepers;
      sleepers = new Set();
      for (const wake of all) wake();
    },
    wait: (ms) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          sleepers.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        sleepers.add(wake);
      }),
  };
}

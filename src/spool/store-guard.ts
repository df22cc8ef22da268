import { steadyClock } from "../lib/clock.js";
import type { Store } from "../output/store.js";

/**
 * A circuit breaker before the store: once a write has failed for as long as one write is tried, and no other has
 * succeeded meanwhile, the store counts as away, so that not every request has to find that out for itself.
 */
export interface StoreGuard {
  /** Undefined when a write has a chance, else a sentence why not. */
  trouble(): string | undefined;
  /**
   * While there is trouble: true for one caller at a time, who then tells how it went; later and later after failures.
   * Also while the store says that it is away: it may mean one index, and a write to another shows that it is not.
   */
  mayProbe(): boolean;
  /** Call it when a write begins. */
  begin(): Attempt;
  /** Failures in a row without a success between them. */
  readonly failures: number;
}

export interface Attempt {
  succeeded(): void;
  failed(message: string): void;
  /** It came to nothing that would tell of the store. */
  gaveUp(): void;
  /** Whether the store has taken any write since this one began. */
  storeTook(): boolean;
}

const FIRST_PROBE_MS = 500;
const MAX_PROBE_MS = 15_000;

export function createStoreGuard(store: Pick<Store, "status">): StoreGuard {
  let successes = 0;
  let failures = 0;
  let shut: string | undefined;
  let sawAway = false;
  let probing = false;
  let nextProbe = 0;

  function open(): void {
    failures = 0;
    shut = undefined;
    probing = false;
  }

  /** A store that its monitor saw away and sees back is worth a try at once; not more, since it may answer and take nothing. */
  function lookAtMonitor(): ReturnType<Store["status"]> {
    const status = store.status();
    if (!status.ready) sawAway = shut !== undefined;
    else if (sawAway) {
      sawAway = false;
      nextProbe = 0;
    }
    return status;
  }

  return {
    trouble() {
      const { ready, message } = lookAtMonitor();
      return ready ? shut : message;
    },
    mayProbe() {
      lookAtMonitor();
      if (probing || steadyClock() < nextProbe) return false;
      probing = true;
      return true;
    },
    begin() {
      const before = successes;
      return {
        succeeded() {
          successes++;
          open();
        },
        gaveUp() {
          probing = false;
        },
        failed(message) {
          const probed = probing;
          probing = false;
          if (successes > before) return;
          // Of many writes that fail at once the first tells, and then each probe.
          if (shut === undefined || probed) failures++;
          // What the monitor knows needs no guard: the store is back as soon as the monitor says so.
          if (store.status().ready) shut = message;
          const ceiling = Math.min(MAX_PROBE_MS, FIRST_PROBE_MS * 2 ** Math.min(failures - 1, 10));
          nextProbe = steadyClock() + ceiling / 2 + (Math.random() * ceiling) / 2;
        },
        storeTook: () => successes > before,
      };
    },
    get failures() {
      return failures;
    },
  };
}

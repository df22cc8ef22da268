import type { Clock } from "../lib/clock.js";
import { createFailureLimit } from "./failure-limit.js";

/** One line of the audit log. Never a secret, a document or the text of a note. */
export interface AuditEntry {
  readonly action: "reload" | "triage" | "authenticate";
  readonly outcome: "done" | "failed" | "refused";
  readonly actor?: { readonly mode: string; readonly id: string };
  readonly address: string;
  readonly route: string;
  /** What was acted upon: the id of an alert. */
  readonly target?: string;
  /** Why it was refused or failed: a code. */
  readonly reason?: string;
  /** How often, where not each has a line. */
  readonly count?: number;
}

export interface Audit {
  /** Each has a line. */
  acted(entry: AuditEntry): void;
  /** Of what was refused: each has a line as well, up to 30 a minute from one address; the others are counted. */
  attempted(entry: AuditEntry, addressKey: string): void;
  /** Of each address the first in a minute has a line, the others are counted in one. */
  counted(entry: AuditEntry, addressKey: string): void;
  /** Tells what was counted and not told yet. */
  flush(): void;
  close(): void;
}

interface Tally {
  /** ms since the epoch: when the address's minute is over. */
  readonly until: number;
  readonly first: AuditEntry;
  more: number;
}

const MINUTE_MS = 60_000;
/** Whoever knocks without end must not fill the log. */
const ATTEMPTS_PER_MINUTE = 30;
/** Beyond it further addresses share one line. */
const MAX_ADDRESSES = 1_000;

export function createAudit(write: (entry: AuditEntry) => void, clock: Clock): Audit {
  const tallies = new Map<string, Tally>();
  const attempts = createFailureLimit(ATTEMPTS_PER_MINUTE, clock, MAX_ADDRESSES);
  const sweep = setInterval(() => tell(false), MINUTE_MS / 4);
  sweep.unref();

  function tell(all: boolean): void {
    const now = clock();
    for (const [key, { until, first, more }] of tallies) {
      if (!all && until > now) continue;
      tallies.delete(key);
      // Reasons and routes may differ: only what all have in common stays.
      if (more > 0)
        write({
          action: first.action,
          outcome: first.outcome,
          address: first.address,
          route: "any",
          count: more,
        });
    }
  }

  function counted(entry: AuditEntry, addressKey: string): void {
    tell(false);
    const known = tallies.get(addressKey);
    if (known !== undefined) known.more++;
    else if (tallies.size < MAX_ADDRESSES) {
      tallies.set(addressKey, { until: clock() + MINUTE_MS, first: entry, more: 0 });
      write(entry);
    } else {
      const others = tallies.get("others");
      if (others !== undefined) others.more++;
      else {
        const first = { ...entry, address: "others" };
        tallies.set("others", { until: clock() + MINUTE_MS, first, more: 1 });
      }
    }
  }

  return {
    acted: write,
    counted,
    attempted(entry, addressKey) {
      if (attempts.take(addressKey) === 0) write(entry);
      else counted(entry, addressKey);
    },
    flush: () => tell(true),
    close() {
      clearInterval(sweep);
      tell(true);
    },
  };
}

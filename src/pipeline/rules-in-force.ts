import type { Clock } from "../lib/clock.js";
import type { Diagnostic } from "../lib/diagnostics.js";
import type { RuleException } from "../rules/exceptions/exception.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import { loadRuleState, type RuleSources, type RuleState } from "./rule-state.js";

/** Holds the rules in force, and replaces them whole. */
export interface RulesInForce {
  current(): RuleState;
  /** How many exceptions apply now, and how many no longer do. */
  exceptionCounts(): ExceptionCounts;
  /** Reads everything again, one reload after the other; calls that come while one waits share it. Never rejects. */
  reload(): Promise<ReloadResult>;
}

export interface ExceptionCounts {
  readonly active: number;
  readonly expired: number;
}

export interface ReloadResult {
  /** False when the set is bad: the rules in force stay. */
  readonly ok: boolean;
  /** Errors that the set in force does not have: what made the set bad. */
  readonly newErrors: readonly Diagnostic[];
  /** Ids of rules that were in force before and are not now: removed, disabled, or meant for other logs by a slip. */
  readonly removed: readonly string[];
}

export interface RulesInForceOptions {
  readonly sources: RuleSources;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

export async function createRulesInForce(options: RulesInForceOptions): Promise<RulesInForce> {
  const { sources, log, metrics, clock } = options;
  let state = await loadRuleState(sources);
  announce(state);
  let last: Promise<unknown> = Promise.resolve();
  let waiting: Promise<ReloadResult> | undefined;

  function announce({ loaded, lists, exceptions }: RuleState): void {
    metrics.rules(loaded.rules.length, errorsOf(loaded.diagnostics).length);
    metrics.lists(lists.size);
    metrics.reloaded(clock());
    for (const exception of exceptions.filter(({ expires }) => isPast(expires, clock()))) {
      log.warn("An exception has expired: what it took away raises alerts again.", told(exception));
    }
  }

  async function reload(): Promise<ReloadResult> {
    let next: RuleState;
    try {
      next = await loadRuleState(sources);
    } catch (error) {
      metrics.reload(false);
      log.error("The rules could not be read again; the rules in force stay.", { error: String(error) });
      return { ok: false, newErrors: [toDiagnostic(error)], removed: [] };
    }
    const known = new Set(errorsOf(state.loaded.diagnostics).map(toKey));
    const newErrors = errorsOf(next.loaded.diagnostics).filter((error) => !known.has(toKey(error)));
    const ok = newErrors.length === 0;
    metrics.reload(ok);
    let removed: readonly string[] = [];
    if (ok) {
      removed = [...state.byId.keys()].filter((id) => !next.byId.has(id));
      state = next;
      announce(state);
      const { rules, ruleset } = state.loaded;
      log.info("The rules were read again.", { rules: rules.length, ruleset });
      if (removed.length > 0) log.warn("Rules are no longer in force.", { removed });
    } else {
      log.error(
        "The rules were read again, with errors that were not there before; the rules in force stay.",
        {
          diagnostics: newErrors,
        },
      );
    }
    return { ok, newErrors, removed };
  }

  return {
    current: () => state,
    exceptionCounts() {
      const expired = state.exceptions.filter(({ expires }) => isPast(expires, clock())).length;
      return { active: state.exceptions.length - expired, expired };
    },
    reload() {
      // One after the other: two at once could leave the older rules in force.
      waiting ??= last.then(() => {
        // From here on it reads: who asks now may have changed a file that was read already.
        waiting = undefined;
        const running = reload();
        last = running;
        return running;
      });
      return waiting;
    },
  };
}

/** Whether an exception no longer applies; `now` in ms since the epoch. */
export function isPast(expires: number | undefined, now: number): boolean {
  return expires !== undefined && expires <= now;
}

export function errorsOf(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === "error");
}

/** Without the position: a known fault that moved within its file is no new one. */
function toKey({ file, code, message }: Diagnostic): string {
  return JSON.stringify([file, code, message]);
}

function told({ id, owner, expires, path }: RuleException): Record<string, string> {
  return { exception: id, owner, expired: new Date(expires ?? 0).toISOString(), file: path };
}

function toDiagnostic(error: unknown): Diagnostic {
  const message = error instanceof Error ? error.message : String(error);
  return { code: "unreadable-file", severity: "error", file: "rules", line: 0, column: 0, message };
}

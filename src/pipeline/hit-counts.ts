import type { EventWrite } from "../output/store.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { RuleState } from "./rule-state.js";

/** Counts what rules did, for metrics: told once per request, never per event. */
export interface HitCounts {
  /** An event that was newly stored. */
  add(write: EventWrite): void;
  /** Tells what is new, with the failures of the rules that the request was evaluated with. */
  report({ engine }: RuleState): void;
}

export function createHitCounts(
  metrics: Pick<Metrics, "ruleHits" | "suppressedHits" | "ruleErrors">,
): HitCounts {
  const hits = new Map<string, number>();
  /** Exception id → rule id → hits. */
  const suppressed = new Map<string, Map<string, number>>();
  /** An engine counts from its compilation on; one that was replaced still finishes its requests. */
  const told = new WeakMap<object, Map<string, number>>();
  return {
    add({ ruleIds, suppressed: suppressedHits }) {
      for (const id of ruleIds) increase(hits, id);
      for (const { rule_id, exception_id } of suppressedHits) {
        const byRule = suppressed.get(exception_id) ?? new Map<string, number>();
        suppressed.set(exception_id, byRule);
        increase(byRule, rule_id);
      }
    },
    report({ engine }) {
      for (const [ruleId, events] of hits) metrics.ruleHits(ruleId, events);
      hits.clear();
      for (const [exceptionId, byRule] of suppressed) {
        for (const [ruleId, events] of byRule) metrics.suppressedHits(ruleId, exceptionId, events);
      }
      suppressed.clear();
      const before = told.get(engine) ?? new Map<string, number>();
      told.set(engine, before);
      for (const [ruleId, events] of engine.errors) {
        const known = before.get(ruleId) ?? 0;
        if (events > known) metrics.ruleErrors(ruleId, events - known);
        before.set(ruleId, events);
      }
    },
  };
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

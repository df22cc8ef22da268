import { toDedupKey } from "../enrich/dedup.js";
import { toActor } from "../event/actor.js";
import { toAccount } from "../event/ecs.js";
import type { JsonObject } from "../lib/json.js";
import type { Severity } from "../lib/severity.js";
import { compileRules } from "../match/engine.js";
import { createExplainer, type ExplainNode } from "../match/explain.js";
import type { Rule } from "../rules/ir.js";
import type { RuleState } from "./rule-state.js";

/** Why a rule matches a record, or does not, and what would become of the match. */
export interface EventExplanation {
  readonly matches: boolean;
  readonly condition: ExplainNode;
  /** What the hit would tell; undefined when the rule does not match. */
  readonly hit: ExplainedHit | undefined;
}

export interface ExplainedHit {
  readonly title: string;
  readonly severity: Severity;
  readonly risk_score: number;
  /** Undefined for a rule that raises no alert on one event. */
  readonly dedup_key: string | undefined;
  /** Every exception whose scope and condition fit, in order of id. */
  readonly exceptions: readonly { readonly id: string; readonly expired: boolean }[];
}

/**
 * Explains one rule for as many records as there are; all is compiled once.
 *
 * The function that it gives takes now, ms since the epoch, for exceptions that expire.
 */
export function createEventExplainer(
  rule: Rule,
  { lists, exceptions }: Pick<RuleState, "lists" | "exceptions">,
): (record: JsonObject, now: number) => EventExplanation {
  const explain = createExplainer(lists);
  const engine = compileRules([rule], { lists });
  // An exception is asked for by itself, at a time when it has not expired: each one that fits is of interest.
  const asked = exceptions.map((exception) => ({
    exception,
    engine: compileRules([rule], { lists, exceptions: [exception] }),
  }));
  return (record, now) => {
    const condition = explain(rule.program.condition, record);
    const [match] = engine.evaluate(record, now);
    if (match === undefined) return { matches: false, condition, hit: undefined };
    const { title, severity, riskScore, groupValues } = match;
    const alerts = rule.createAlert && rule.stateful === undefined;
    const fitting = asked.filter(
      (each) => each.engine.evaluate(record, -Infinity)[0]?.suppressedBy !== undefined,
    );
    return {
      matches: true,
      condition,
      hit: {
        title,
        severity,
        risk_score: riskScore,
        dedup_key: alerts ? toDedupKey(groupValues ?? [toAccount(record), toActor(record)]) : undefined,
        exceptions: fitting.map(({ exception: { id, expires } }) => ({
          id,
          expired: expires !== undefined && now >= expires,
        })),
      },
    };
  };
}

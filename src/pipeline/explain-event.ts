import { toDedupKey } from "../enrich/dedup.js";
import { toActor } from "../event/actor.js";
import { toAccount } from "../event/ecs.js";
import type { JsonObject } from "../lib/json.js";
import type { Severity } from "../lib/severity.js";
import { compileRules } from "../match/engine.js";
import { explain, type ExplainNode } from "../match/explain.js";
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

/** @param now ms since the epoch, for exceptions that expire */
export function explainEvent(
  rule: Rule,
  record: JsonObject,
  { lists, exceptions }: Pick<RuleState, "lists" | "exceptions">,
  now: number,
): EventExplanation {
  const condition = explain(rule, record, lists);
  const [match] = compileRules([rule], { lists }).evaluate(record, now);
  if (match === undefined) return { matches: false, condition, hit: undefined };
  const { title, severity, riskScore, groupValues } = match;
  const alerts = rule.createAlert && rule.stateful === undefined;
  // An exception is asked for by itself, at a time when it has not expired: each one that fits is of interest.
  const fitting = exceptions.filter((exception) => {
    const engine = compileRules([rule], { lists, exceptions: [exception] });
    return engine.evaluate(record, -Infinity)[0]?.suppressedBy !== undefined;
  });
  return {
    matches: true,
    condition,
    hit: {
      title,
      severity,
      risk_score: riskScore,
      dedup_key: alerts ? toDedupKey(groupValues ?? [toAccount(record), toActor(record)]) : undefined,
      exceptions: fitting.map(({ id, expires }) => ({
        id,
        expired: expires !== undefined && now >= expires,
      })),
    },
  };
}

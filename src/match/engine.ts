import type { JsonObject } from "../lib/json.js";
import type { Rule, RuleMatch } from "../rules/ir.js";
import { compileCandidateIndex } from "./candidate-index.js";
import { compileExpression, compileField } from "./compile-expression.js";
import { compileTitle } from "./compile-title.js";

export interface Engine {
  /** In the order given to `compileRules`. */
  readonly rules: readonly Rule[];
  /** Rule id → number of records on which the rule failed; such a rule counts as not matching that record. */
  readonly errors: ReadonlyMap<string, number>;
  /** Every rule that holds for the record, in the order of `rules`. Synchronous and pure but for `errors`; never throws. */
  evaluate(record: JsonObject): RuleMatch[];
}

/** Compiles rules once, to match many records. */
export function compileRules(rules: readonly Rule[]): Engine {
  const compiled = rules.map(compileRule);
  const candidates = compileCandidateIndex(rules.map((rule) => rule.program.condition));
  const errors = new Map<string, number>();
  const everyRule = compiled.map((_, position) => position);

  /** A record so broken that the index cannot read it meets every rule, so that each rule's failure is counted. */
  const findCandidates = (record: JsonObject): readonly number[] => {
    try {
      return candidates(record);
    } catch {
      return everyRule;
    }
  };

  return {
    rules,
    errors,
    evaluate(record) {
      const matches: RuleMatch[] = [];
      for (const position of findCandidates(record)) {
        const rule = compiled[position] as CompiledRule;
        try {
          if (rule.holds(record)) matches.push(rule.toMatch(record));
        } catch {
          errors.set(rule.id, (errors.get(rule.id) ?? 0) + 1);
        }
      }
      return matches;
    },
  };
}

interface CompiledRule {
  readonly id: string;
  readonly holds: (record: JsonObject) => boolean;
  readonly toMatch: (record: JsonObject) => RuleMatch;
}

function compileRule(rule: Rule): CompiledRule {
  const toTitle = compileTitle(rule.program.title);
  const groupReaders = rule.program.groupBy.map(compileField);
  const { severity, riskScore } = rule;
  return {
    id: rule.id,
    holds: compileExpression(rule.program.condition),
    toMatch: (record) => ({
      rule,
      title: toTitle(record),
      severity,
      riskScore,
      groupValues: groupReaders.length === 0 ? undefined : groupReaders.map((read) => read(record) ?? null),
    }),
  };
}

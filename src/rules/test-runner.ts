import type { JsonObject } from "../lib/json.js";
import type { Rule, RuleMatch, RuleTest } from "./ir.js";

/** Whatever tells which rules hold for a record: the engine, or anything that stands in for it. */
export interface RuleEvaluator {
  evaluate(record: JsonObject): readonly Pick<RuleMatch, "rule">[];
}

export interface RuleTestResult {
  readonly rule: Rule;
  readonly test: RuleTest;
  readonly ruleId: string;
  readonly file: string;
  readonly name: string;
  readonly expected: boolean;
  readonly actual: boolean;
  readonly passed: boolean;
}

/** Runs the tests of all rules, in order of rules and tests; a test looks at its own rule only. */
export function runRuleTests(rules: readonly Rule[], evaluator: RuleEvaluator): RuleTestResult[] {
  return rules.flatMap((rule) =>
    rule.tests.map((test) => {
      const { name, expected, log } = test;
      const actual = evaluator.evaluate(log).some((match) => match.rule.id === rule.id);
      return {
        rule,
        test,
        ruleId: rule.id,
        file: rule.file,
        name,
        expected,
        actual,
        passed: actual === expected,
      };
    }),
  );
}

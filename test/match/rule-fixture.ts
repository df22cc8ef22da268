import type { Expression } from "../../src/rules/expression.js";
import type { Rule } from "../../src/rules/ir.js";
import { finishRule } from "../../src/rules/finish-rule.js";

/** A rule around a condition, everything else at its default. */
export function ruleOf(id: string, condition: Expression, program: Partial<Rule["program"]> = {}): Rule {
  return finishRule({
    id,
    name: id,
    kind: "panther",
    file: `${id}.yml`,
    severity: "medium",
    riskScore: 47,
    description: undefined,
    runbook: undefined,
    references: [],
    authors: [],
    falsePositives: [],
    tags: [],
    attack: [],
    logTypes: ["AWS.CloudTrail"],
    summaryAttributes: [],
    groupBy: (program.groupBy ?? []).map((field) => field.text),
    dedupPeriodMinutes: 60,
    stateful: undefined,
    createAlert: true,
    tests: [],
    program: {
      condition,
      title: [{ kind: "text", text: id }],
      groupBy: [],
      severities: [],
      context: [],
      ...program,
    },
  });
}

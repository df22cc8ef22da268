import type { JsonObject, JsonValue } from "../lib/json.js";
import type { Expression } from "../rules/expression.js";
import type { Rule, RuleMatch } from "../rules/ir.js";
import type { ScopePredicate } from "./compile-expression.js";
import { compileField } from "./compile-field.js";
import type { Suppression } from "./compile-suppression.js";
import { compileTitle } from "./compile-title.js";

export interface CompiledRule {
  readonly id: string;
  readonly holds: ScopePredicate;
  /** Of a record for which the rule holds; `now` in ms since the epoch. */
  readonly toMatch: (record: JsonObject, now: number) => RuleMatch;
}

/** Compiles a rule and what its matches tell. */
export function compileRule(
  rule: Rule,
  compile: (expression: Expression) => ScopePredicate,
  suppression: Suppression | undefined,
): CompiledRule {
  const { program } = rule;
  const toTitle = compileTitle(program.title);
  const groupReaders = program.groupBy.map(compileField);
  const contextReaders = program.context.map(({ name, field }) => ({ name, read: compileField(field) }));
  const severities = program.severities.map(({ condition, severity, riskScore }) => ({
    holds: compile(condition),
    severity,
    riskScore,
  }));
  return {
    id: rule.id,
    holds: compile(program.condition),
    toMatch(record, now) {
      const graded = severities.find(({ holds }) => holds(record)) ?? rule;
      return {
        rule,
        title: toTitle(record),
        severity: graded.severity,
        riskScore: graded.riskScore,
        groupValues: groupReaders.length === 0 ? undefined : groupReaders.map((read) => read(record) ?? null),
        context: contextReaders.length === 0 ? undefined : toContext(contextReaders, record),
        suppressedBy: suppression?.(record, now),
      };
    },
  };
}

function toContext(
  readers: readonly { readonly name: string; readonly read: ReturnType<typeof compileField> }[],
  record: JsonObject,
): JsonObject | undefined {
  const members: [string, JsonValue][] = [];
  for (const { name, read } of readers) {
    const value = read(record);
    if (value !== undefined) members.push([name, value]);
  }
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

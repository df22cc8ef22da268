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
  /**
   * Of a record for which the rule holds; `now` in ms since the epoch. Never throws: a part that fails costs itself
   * alone, and `onFailure` is called for it.
   */
  readonly toMatch: (record: JsonObject, now: number, onFailure: () => void) => RuleMatch;
}

/** Compiles a rule and what its matches tell. */
export function compileRule(
  rule: Rule,
  compile: (expression: Expression) => ScopePredicate,
  suppression: Suppression | undefined,
): CompiledRule {
  const { program } = rule;
  const title = compileTitle(program.title);
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
    toMatch(record, now, onFailure) {
      const attempt = <T, F>(part: (record: JsonObject) => T, otherwise: F): T | F => {
        try {
          return part(record);
        } catch {
          onFailure();
          return otherwise;
        }
      };
      const graded = severities.find(({ holds }) => attempt(holds, false)) ?? rule;
      return {
        rule,
        title: attempt(title, rule.name),
        severity: graded.severity,
        riskScore: graded.riskScore,
        groupValues:
          groupReaders.length === 0 ? undefined : groupReaders.map((read) => attempt(read, null) ?? null),
        context: toContext(contextReaders.map(({ name, read }) => [name, attempt(read, undefined)])),
        suppressedBy: suppression?.(record, now, onFailure),
      };
    },
  };
}

function toContext(members: readonly (readonly [string, JsonValue | undefined])[]): JsonObject | undefined {
  const present = members.filter((member): member is [string, JsonValue] => member[1] !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present);
}

import type { JsonObject } from "../lib/json.js";
import type { ExceptionScope, RuleException } from "../rules/exceptions/exception.js";
import type { Rule } from "../rules/ir.js";
import { compileExpression } from "./compile-expression.js";
import type { Lists } from "./value-tests.js";

/**
 * Gives the exception that holds for a record at a time (ms since the epoch): the first by id of several. One that
 * fails suppresses nothing; `onFailure` is called for it.
 */
export type Suppression = (record: JsonObject, now: number, onFailure: () => void) => string | undefined;

/** Compiles the exceptions once and gives, for each rule, those in whose scope it is; undefined when there are none. */
export function compileSuppressions(
  exceptions: readonly RuleException[],
  lists: Lists,
): (rule: Rule) => Suppression | undefined {
  const compiled = [...exceptions]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, scope, expires, condition }) => ({
      id,
      scope,
      expires: expires ?? Infinity,
      holds: compileExpression(condition, lists),
    }));
  return (rule) => {
    const inScope = compiled.filter(({ scope }) => isInScope(rule, scope));
    if (inScope.length === 0) return undefined;
    return (record, now, onFailure) => {
      for (const { id, expires, holds } of inScope) {
        try {
          if (now < expires && holds(record)) return id;
        } catch {
          onFailure();
        }
      }
      return undefined;
    };
  };
}

function isInScope(rule: Rule, scope: ExceptionScope): boolean {
  switch (scope.kind) {
    case "all":
      return true;
    case "rules":
      return scope.ids.includes(rule.id);
    case "tags":
      return scope.tags.some((tag) => rule.tags.includes(tag));
  }
}

import { isJsonObject, type JsonObject, type JsonValue } from "../lib/json.js";
import type { Severity } from "../lib/severity.js";
import type { RuleException } from "../rules/exceptions/exception.js";
import type { Expression } from "../rules/expression.js";
import type { Rule } from "../rules/ir.js";
import type { NamedList } from "../rules/lists/named-list.js";
import { comparesFields } from "./reference/compare-fields.js";
import { find } from "./reference/find.js";
import { passes, passesAsText } from "./reference/passes.js";

type Lists = ReadonlyMap<string, NamedList>;

/**
 * The meaning of a condition, written to be read rather than to be fast: walks the tree for each record and shares no
 * code with the engine. Tests prove the two equal.
 */
export function referenceMatches(
  rules: readonly Rule[],
  record: JsonObject,
  lists: Lists = new Map(),
): Rule[] {
  return rules.filter((rule) => referenceHolds(rule.program.condition, record, lists));
}

/** Severity and score of a rule that holds for the record. */
export function referenceSeverity(
  rule: Rule,
  record: JsonObject,
  lists: Lists = new Map(),
): { readonly severity: Severity; readonly riskScore: number } {
  const first = rule.program.severities.find(({ condition }) => referenceHolds(condition, record, lists));
  const { severity, riskScore } = first ?? rule;
  return { severity, riskScore };
}

/** Id of the exception that applies to a rule's hit on the record at a time, in ms since the epoch. */
export function referenceSuppression(
  exceptions: readonly RuleException[],
  rule: Rule,
  record: JsonObject,
  now: number,
  lists: Lists = new Map(),
): string | undefined {
  const ids = exceptions
    .filter(({ expires }) => expires === undefined || expires > now)
    .filter(
      ({ scope }) =>
        scope.kind === "all" ||
        (scope.kind === "rules" && scope.ids.includes(rule.id)) ||
        (scope.kind === "tags" && rule.tags.some((tag) => scope.tags.includes(tag))),
    )
    .filter(({ condition }) => referenceHolds(condition, record, lists))
    .map(({ id }) => id);
  return ids.sort()[0];
}

/** Whether an expression holds for a record, or inside `elements` for a list element. */
export function referenceHolds(expression: Expression, value: JsonValue, lists: Lists): boolean {
  const holds = (term: Expression): boolean => referenceHolds(term, value, lists);
  switch (expression.kind) {
    case "all":
      return expression.terms.every(holds);
    case "any":
      return expression.terms.some(holds);
    case "not":
      return !holds(expression.term);
    case "only_one":
      return expression.terms.filter(holds).length === 1;
    case "constant":
      return expression.value;
    case "predicate":
      return passes(expression.test, expression.reading, find(value, expression.field), lists);
    case "compare_fields":
      return comparesFields(expression, find(value, expression.left), find(value, expression.right));
    case "elements": {
      const elements = find(value, expression.field);
      if (!Array.isArray(elements)) return expression.quantifier === "none";
      const count = (elements as JsonValue[]).filter((element) =>
        referenceHolds(expression.term, element, lists),
      ).length;
      if (expression.quantifier === "any") return count > 0;
      if (expression.quantifier === "all") return count === elements.length;
      if (expression.quantifier === "none") return count === 0;
      return count === 1;
    }
    case "anywhere":
      return leaves(value).some((leaf) => leaf !== null && passesAsText(expression.test, leaf, lists));
  }
}

function leaves(value: JsonValue): readonly (string | number | boolean | null)[] {
  if (Array.isArray(value)) return (value as JsonValue[]).flatMap(leaves);
  if (isJsonObject(value)) return Object.values(value).flatMap(leaves);
  return [value as string | number | boolean | null];
}

import { isJsonObject, type JsonObject, type JsonScalar, type JsonValue } from "../lib/json.js";
import type { Expression, ValueTest } from "../rules/expression.js";
import type { FieldReference } from "../rules/field.js";
import type { Rule } from "../rules/ir.js";

/**
 * The meaning of a condition, written to be read rather than to be fast: walks the tree for each record and shares no
 * code with the engine. Tests prove the two equal.
 */
export function referenceMatches(rules: readonly Rule[], record: JsonObject): Rule[] {
  return rules.filter((rule) => holds(rule.program.condition, record));
}

function holds(expression: Expression, value: JsonValue): boolean {
  switch (expression.kind) {
    case "all":
      return expression.terms.every((term) => holds(term, value));
    case "any":
      return expression.terms.some((term) => holds(term, value));
    case "not":
      return !holds(expression.term, value);
    case "only_one":
      return expression.terms.filter((term) => holds(term, value)).length === 1;
    case "constant":
      return expression.value;
    case "predicate":
      return passes(expression.test, find(value, expression.field));
    case "elements": {
      const elements = find(value, expression.field);
      if (!Array.isArray(elements)) return expression.quantifier === "none";
      const count = (elements as JsonValue[]).filter((element) => holds(expression.term, element)).length;
      if (expression.quantifier === "any") return count > 0;
      if (expression.quantifier === "all") return count === elements.length;
      if (expression.quantifier === "none") return count === 0;
      return count === 1;
    }
  }
}

function passes(test: ValueTest, value: JsonValue | undefined): boolean {
  switch (test.kind) {
    case "exists":
      return value !== undefined;
    case "null":
      return value === undefined || value === null;
    case "empty":
      return value === undefined || ["null", '""', "[]", "{}"].includes(JSON.stringify(value));
    case "equals":
      return same(value, test.value, test.ignoreCase);
    case "in":
      return test.values.some((wanted) => same(value, wanted, test.ignoreCase));
    case "contains":
      if (Array.isArray(value)) {
        return (value as JsonValue[]).some((element) => same(element, test.value, test.ignoreCase));
      }
      return typeof test.value === "string" && within(value, test.value, test.ignoreCase, () => true);
    case "starts_with":
      return within(value, test.value, test.ignoreCase, (at) => at === 0);
    case "ends_with": {
      const length = test.ignoreCase ? test.value.toLowerCase().length : test.value.length;
      return within(value, test.value, test.ignoreCase, (at, textLength) => at + length === textLength);
    }
  }
}

function same(value: JsonValue | undefined, wanted: JsonScalar, ignoreCase: boolean): boolean {
  if (ignoreCase && typeof value === "string" && typeof wanted === "string") {
    return value.toLowerCase() === wanted.toLowerCase();
  }
  return value === wanted;
}

/** Whether the part stands in the text at a position that is accepted. */
function within(
  value: JsonValue | undefined,
  part: string,
  ignoreCase: boolean,
  accept: (at: number, textLength: number) => boolean,
): boolean {
  if (typeof value !== "string") return false;
  const text = ignoreCase ? value.toLowerCase() : value;
  const wanted = ignoreCase ? part.toLowerCase() : part;
  for (let at = 0; at + wanted.length <= text.length; at++) {
    if (text.slice(at, at + wanted.length) === wanted && accept(at, text.length)) return true;
  }
  return false;
}

function find(value: JsonValue, field: FieldReference): JsonValue | undefined {
  let places: JsonValue[] = [value];
  let many = false;
  for (const [position, step] of field.steps.entries()) {
    const next: JsonValue[] = [];
    for (const place of places) {
      if (step.kind === "key" && isJsonObject(place) && Object.keys(place).includes(step.name)) {
        next.push(place[step.name] as JsonValue);
      } else if (step.kind === "index" && Array.isArray(place) && step.index in place) {
        next.push((place as JsonValue[])[step.index] as JsonValue);
      } else if (step.kind === "every" && Array.isArray(place)) {
        next.push(...(place as JsonValue[]));
      }
    }
    if (step.kind === "every" && !many) {
      if (!Array.isArray(places[0])) return undefined;
      many = true;
    }
    if (!many && next.length === 0) return undefined;
    places = next;
    if (position === field.steps.length - 1) break;
  }
  return many ? places : places[0];
}

import type { Expression, ValueTest, ValueTestKind } from "../rules/expression.js";
import type { FieldReference } from "../rules/field.js";
import { compileRegex } from "./compile-regex.js";

/** Terms in the order in which they are best tried: what is quick and tells much before what takes long. */
export function cheapestFirst(terms: readonly Expression[]): readonly Expression[] {
  return terms
    .map((term) => ({ term, cost: costOf(term) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ term }) => term);
}

/** In rough nanoseconds. */
function costOf(expression: Expression): number {
  switch (expression.kind) {
    case "constant":
      return 0;
    case "predicate":
      return costOfTest(expression.test) + costOfField(expression.field);
    case "compare_fields":
      return 100 + costOfField(expression.left) + costOfField(expression.right);
    case "not":
      // The positive ones, which hold for few events, come first.
      return costOf(expression.term) + 20;
    case "all":
      return Math.min(...expression.terms.map(costOf)) + 5;
    case "any":
    case "only_one":
      return expression.terms.reduce((sum, term) => sum + costOf(term), 5);
    case "elements":
      return 200 + 2 * costOf(expression.term);
    case "anywhere":
      return 10_000 + costOfTest(expression.test);
  }
}

function costOfField(field: FieldReference): number {
  switch (field.kind) {
    case "path":
      return 10 * field.steps.length;
    case "loose":
      return 12 * field.names.length;
    case "derived":
      return 200;
    case "call":
      return 300;
  }
}

function costOfTest(test: ValueTest): number {
  if (test.kind === "cidr") return COSTS.cidr + test.ranges.length;
  if (test.kind === "regex" && compileRegex(test).isSimple) return COSTS.contains;
  return COSTS[test.kind];
}

const COSTS = {
  equals: 10,
  in: 20,
  exists: 30,
  present: 30,
  null: 30,
  empty: 30,
  starts_with: 20,
  ends_with: 25,
  contains: 50,
  wildcard: 80,
  compare: 40,
  cidr: 200,
  ip: 200,
  in_list: 200,
  time_part: 300,
  regex: 1000,
} satisfies Record<ValueTestKind, number>;

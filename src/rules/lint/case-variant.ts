import type { Expression } from "../expression.js";

/** Values of two expressions that differ in nothing but case, where case counts: what was meant, most likely. */
export function findCaseVariant(one: Expression, other: Expression): readonly [string, string] | undefined {
  const spellings = new Map(valuesOf(other).map((value) => [value.toLowerCase(), value]));
  for (const value of valuesOf(one)) {
    const spelling = spellings.get(value.toLowerCase());
    if (spelling !== undefined && spelling !== value) return [value, spelling];
  }
  return undefined;
}

function valuesOf(expression: Expression): readonly string[] {
  if (expression.kind === "any") return expression.terms.flatMap(valuesOf);
  if (expression.kind !== "predicate") return [];
  const { test } = expression;
  if (test.kind === "in" && !test.ignoreCase) return test.values.filter((value) => typeof value === "string");
  const single = test.kind === "equals" && !test.ignoreCase && typeof test.value === "string";
  return single ? [test.value] : [];
}

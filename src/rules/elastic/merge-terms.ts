import type { JsonScalar } from "../../lib/json.js";
import type { Expression, PredicateExpression } from "../expression.js";

/** Joins terms, neighbouring groups of the same kind made one; a lone term stands for itself. */
export function joinTerms(kind: "all" | "any", terms: readonly Expression[]): Expression {
  const flat = terms.flatMap((term) => (term.kind === kind ? term.terms : [term]));
  const joined = kind === "any" ? mergeEquals(flat) : flat;
  return joined.length === 1 && joined[0] !== undefined ? joined[0] : { kind, terms: joined };
}

/** What one field must equal becomes one `in`, where the first of it stood: one look-up for thousands of values. */
function mergeEquals(terms: readonly Expression[]): readonly Expression[] {
  const merged: (Expression | Group)[] = [];
  const groups = new Map<string, Group>();
  for (const term of terms) {
    const values = valuesOf(term);
    if (values === undefined) {
      merged.push(term);
      continue;
    }
    const predicate = term as PredicateExpression;
    const key = JSON.stringify([predicate.field, predicate.reading]);
    let group = groups.get(key);
    if (group === undefined) {
      group = { predicate, values: new Set() };
      groups.set(key, group);
      merged.push(group);
    }
    for (const value of values) group.values.add(value);
  }
  return merged.map((item) => {
    if ("kind" in item) return item;
    const values = [...item.values];
    if (values.length === 1) return item.predicate;
    return { ...item.predicate, test: { kind: "in", values, ignoreCase: false } };
  });
}

interface Group {
  readonly predicate: PredicateExpression;
  readonly values: Set<JsonScalar>;
}

function valuesOf(term: Expression): readonly JsonScalar[] | undefined {
  if (term.kind !== "predicate") return undefined;
  const { test } = term;
  if (test.kind === "equals" && !test.ignoreCase) return [test.value];
  return test.kind === "in" && !test.ignoreCase ? test.values : undefined;
}

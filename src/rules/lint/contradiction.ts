import type { Expression, PredicateExpression, ValueTest } from "../expression.js";
import {
  holdsFor,
  isScalarField,
  keyOfField,
  narrower,
  possibleValues,
  type CompileTest,
  type Facts,
  type FieldValues,
} from "./possible-values.js";

/** Two expressions that cannot both hold for a record. */
export interface Contradiction {
  readonly term: Expression;
  readonly other: Expression;
}

/** What is known of fields where all terms hold, beside what is known already; or why they never all do. */
export function combine(
  terms: readonly Expression[],
  known: Facts,
  compile: CompileTest,
): Facts | Contradiction {
  const opposed = findOpposed(terms) ?? findPair(terms);
  if (opposed !== undefined) return opposed;
  let facts = terms.map(possibleValues).reduce(narrower, known);
  for (const [key, start] of facts) {
    let left: FieldValues = start;
    const outer = known.get(key)?.because;
    for (const term of outer === undefined ? terms : [outer, ...terms]) {
      if (term === left.because) continue;
      const values = left.values.filter((value) => holdsFor(term, key, value, compile) !== false);
      if (values.length === 0) return { term, other: left.because };
      if (values.length < left.values.length) left = { values, because: term };
    }
    if (left !== start) facts = new Map([...facts, [key, left]]);
  }
  return facts;
}

/** Something and its opposite. */
export function findOpposed(terms: readonly Expression[]): Contradiction | undefined {
  const plain = new Map(terms.map((term) => [JSON.stringify(term), term]));
  for (const term of terms) {
    const other = term.kind === "not" ? plain.get(JSON.stringify(term.term)) : undefined;
    if (other !== undefined) return { term, other };
  }
  return undefined;
}

/** Two tests of one value, each of which leaves it many values, but none in common. */
function findPair(terms: readonly Expression[]): Contradiction | undefined {
  const seen = new Map<string, PredicateExpression[]>();
  for (const term of terms) {
    if (term.kind !== "predicate") continue;
    if (term.reading !== "exact" && !isScalarField(term.field)) continue;
    const key = `${term.reading} ${term.test.kind} ${keyOfField(term.field)}`;
    const others = seen.get(key) ?? [];
    const other = others.find((one) => exclude(one.test, term.test));
    if (other !== undefined) return { term, other };
    seen.set(key, [...others, term]);
  }
  return undefined;
}

function exclude(one: ValueTest, other: ValueTest): boolean {
  if (one.kind === "starts_with" && other.kind === "starts_with") {
    const [a, b] = foldBoth(one, other);
    return !a.startsWith(b) && !b.startsWith(a);
  }
  if (one.kind === "ends_with" && other.kind === "ends_with") {
    const [a, b] = foldBoth(one, other);
    return !a.endsWith(b) && !b.endsWith(a);
  }
  if (one.kind !== "compare" || other.kind !== "compare") return false;
  return beyond(one, other) || beyond(other, one);
}

function foldBoth(
  one: { readonly value: string; readonly ignoreCase: boolean },
  other: { readonly value: string; readonly ignoreCase: boolean },
): readonly [string, string] {
  if (!one.ignoreCase && !other.ignoreCase) return [one.value, other.value];
  return [one.value.toLowerCase(), other.value.toLowerCase()];
}

type Compare = Extract<ValueTest, { kind: "compare" }>;

/** Whether the lower bound of one is above the upper bound of the other. */
function beyond(lower: Compare, upper: Compare): boolean {
  if (!lower.operator.startsWith("gt") || !upper.operator.startsWith("lt")) return false;
  if (typeof lower.value !== typeof upper.value) return false;
  const both = lower.operator === "gte" && upper.operator === "lte";
  return both ? lower.value > upper.value : lower.value >= upper.value;
}

import type { JsonScalar } from "../../lib/json.js";
import type { Expression, ValueTest } from "../expression.js";
import type { LooseReference } from "../field.js";
import { problem, type ModifierProblem } from "./modifier.js";
import { toRegexTest } from "./regex.js";
import { toTextTest } from "./text-test.js";
import type { SigmaValue } from "./value.js";

/** A dotted name of a rule, as a reference to where it stands in a record. */
export function toReference(text: string): LooseReference {
  return { kind: "loose", text, names: text.split(".") };
}

/** A value as a test that others may join, or as an expression of its own. */
type Term =
  | { readonly kind: "test"; readonly test: ValueTest }
  | { readonly kind: "whole"; readonly whole: Expression };

export interface ItemValues {
  /** None for keywords. */
  readonly field: LooseReference | undefined;
  /** Whether all values must be there, not one. */
  readonly all: boolean;
  readonly negated: boolean;
  /** Keywords are looked for in texts, unless a modifier says where in them. */
  readonly affixed: boolean;
}

/** The expression of a field, or of keywords, with its values as the modifiers left them. */
export function toItemExpression(
  item: ItemValues,
  values: readonly SigmaValue[],
): Expression | ModifierProblem {
  const terms: Expression[] = [];
  for (const group of item.all ? values.map((value) => [value]) : [values]) {
    const term = toAnyOf(item, group);
    if (term.kind === "problem") return term;
    terms.push(term);
  }
  const joined = join("all", terms);
  return item.negated ? { kind: "not", term: joined } : joined;
}

function toAnyOf(item: ItemValues, values: readonly SigmaValue[]): Expression | ModifierProblem {
  const tests: ValueTest[] = [];
  const wholes: Expression[] = [];
  for (const value of flatten(values)) {
    const term = toTerm(item, value);
    if (term.kind === "problem") return term;
    if (term.kind === "test") tests.push(term.test);
    else wholes.push(term.whole);
  }
  const { field } = item;
  const predicates = joinTests(tests).map<Expression>((test) =>
    field === undefined
      ? { kind: "anywhere", test }
      : { kind: "predicate", field, test, reading: "any_text" },
  );
  return join("any", [...predicates, ...wholes]);
}

function flatten(values: readonly SigmaValue[]): readonly SigmaValue[] {
  return values.flatMap((value) => (value.kind === "one_of" ? flatten(value.values) : value));
}

function toTerm({ field, affixed }: ItemValues, value: SigmaValue): Term | ModifierProblem {
  switch (value.kind) {
    case "string":
      return toTest(toTextTest(value, field === undefined && !affixed));
    case "regex":
      return toTest(toRegexTest(value));
    case "number":
    case "boolean":
      // In the text of a whole record a number is text.
      return toTest(
        field === undefined
          ? { kind: "contains", value: String(value.value), ignoreCase: true }
          : { kind: "equals", value: value.value, ignoreCase: true },
      );
    case "test":
      return toTest(value.test);
    case "time": {
      const { part, operator, value: number } = value;
      return toTest({ kind: "time_part", part, operator, value: number });
    }
    case "list":
      return toTest({ kind: "in_list", list: value.name, ignoreCase: value.ignoreCase });
    case "null":
      return field === undefined
        ? problem("null belongs to a field, and keywords have none.", undefined, "bad-value")
        : toTest({ kind: "null" });
    case "exists":
      return field === undefined ? noField() : { kind: "whole", whole: toExists(field, value.wanted) };
    case "field": {
      if (field === undefined) return noField();
      const { operator, ignoreCase } = value;
      const right = toReference(value.name);
      const compared = { kind: "compare_fields", operator, left: field, right, ignoreCase } as const;
      return { kind: "whole", whole: { ...compared, reading: "any_text" } };
    }
    case "one_of":
      return problem("Its values cannot be told apart.");
  }
}

function toTest(test: ValueTest | ModifierProblem): Term | ModifierProblem {
  return test.kind === "problem" ? test : { kind: "test", test };
}

function noField(): ModifierProblem {
  return problem("This modifier wants a field.");
}

/** Read exactly: a field that holds an empty list is there all the same. */
function toExists(field: LooseReference, wanted: boolean): Expression {
  const exists: Expression = { kind: "predicate", field, test: { kind: "exists" }, reading: "exact" };
  return wanted ? exists : { kind: "not", term: exists };
}

/** Plain values that are compared alike become one test, and so do ranges. */
function joinTests(tests: readonly ValueTest[]): readonly ValueTest[] {
  const equal = new Map<boolean, JsonScalar[]>();
  const ranges: string[] = [];
  const others: ValueTest[] = [];
  for (const test of tests) {
    if (test.kind === "equals") {
      const values = equal.get(test.ignoreCase);
      if (values === undefined) equal.set(test.ignoreCase, [test.value]);
      else values.push(test.value);
    } else if (test.kind === "cidr") ranges.push(...test.ranges);
    else others.push(test);
  }
  const joined = [...equal].map<ValueTest>(([ignoreCase, values]) => {
    const [only = null] = values;
    return values.length === 1
      ? { kind: "equals", value: only, ignoreCase }
      : { kind: "in", values, ignoreCase };
  });
  return [...joined, ...(ranges.length > 0 ? [{ kind: "cidr" as const, ranges }] : []), ...others];
}

/** One term needs nothing around it. */
export function join(kind: "all" | "any", terms: readonly Expression[]): Expression {
  const [only] = terms;
  return only !== undefined && terms.length === 1 ? only : { kind, terms };
}

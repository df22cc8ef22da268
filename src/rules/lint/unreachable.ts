import type { Expression } from "../expression.js";
import { combine, findOpposed, type Contradiction } from "./contradiction.js";
import { holdsFor, type CompileTest, type Facts } from "./possible-values.js";
import { every, exactlyOne, negate, some, type Verdict } from "./three-valued.js";

/** A part of a condition that does nothing. */
export type Finding =
  /** `term` never holds, since `other` leaves no record for it; with no `other` by itself. */
  | {
      readonly kind: "never";
      readonly term: Expression;
      readonly other: Expression | undefined;
      /** Stands under a `not`, which therefore excludes nothing. */
      readonly negated: boolean;
    }
  /** `term` need not be looked at, since `other` beside it always holds. */
  | { readonly kind: "shadowed"; readonly term: Expression; readonly other: Expression };

/**
 * Whether an expression holds for every record, or for none; undefined when it depends or when nobody knows.
 * Fields that CloudTrail's reference has as one scalar are taken to be that.
 */
export function constantOf(expression: Expression, compile: CompileTest): Verdict {
  const inner = (term: Expression): Verdict => constantOf(term, compile);
  switch (expression.kind) {
    case "constant":
      return expression.value;
    case "not":
      return negate(inner(expression.term));
    case "all": {
      const verdict = every(expression.terms.map(inner));
      if (verdict !== undefined) return verdict;
      return isContradiction(combine(flatten(expression.terms), new Map(), compile)) ? false : undefined;
    }
    case "any":
      return some(expression.terms.map(inner)) ?? (findOpposed(expression.terms) ? true : undefined);
    case "only_one":
      return exactlyOne(expression.terms.map(inner));
    case "elements":
      if (inner(expression.term) !== false) return undefined;
      if (expression.quantifier === "none") return true;
      return expression.quantifier === "all" ? undefined : false;
    case "predicate":
      return expression.test.kind === "in" && expression.test.values.length === 0 ? false : undefined;
    case "compare_fields":
    case "anywhere":
      return undefined;
  }
}

/**
 * Parts of a condition that can never hold, or that nothing depends on. No false alarms: what is found is so for every
 * record, given that fields which CloudTrail's reference has as one scalar are that.
 *
 * @param known what is so wherever the condition is looked at.
 */
export function findUnreachable(
  condition: Expression,
  compile: CompileTest,
  known: Facts = new Map(),
): readonly Finding[] {
  const findings: Finding[] = [];
  visit({ compile, findings }, condition, known, false);
  return findings;
}

/** What is known of fields where a condition holds; nothing when it never does. */
export function factsOf(condition: Expression, compile: CompileTest): Facts {
  const combined = combine(flatten([condition]), new Map(), compile);
  return isContradiction(combined) ? new Map() : combined;
}

/** With more terms, each is looked at beside what is known of all of them from outside. */
const MAX_TERMS = 200;

interface Search {
  readonly compile: CompileTest;
  readonly findings: Finding[];
}

function visit(search: Search, expression: Expression, facts: Facts, negated: boolean): void {
  const { compile, findings } = search;
  const excluded = excludedBy(expression, facts, compile);
  if (excluded !== undefined) {
    findings.push({ kind: "never", term: expression, other: excluded, negated });
    return;
  }
  switch (expression.kind) {
    case "all": {
      const terms = flatten(expression.terms);
      const combined = combine(terms, facts, compile);
      if (isContradiction(combined)) findings.push({ kind: "never", ...combined, negated });
      else for (const term of terms) visit(search, term, besides(term, terms, facts, compile), negated);
      return;
    }
    case "any": {
      const always = expression.terms.findIndex((term) => constantOf(term, compile) === true);
      const other = expression.terms[always];
      if (other !== undefined) {
        const rest = expression.terms.filter((_, position) => position !== always);
        findings.push(...rest.map((term) => ({ kind: "shadowed", term, other }) as const));
      } else for (const term of expression.terms) visit(search, term, facts, negated);
      return;
    }
    case "only_one":
      for (const term of expression.terms) visit(search, term, facts, negated);
      return;
    case "not":
      visit(search, expression.term, facts, !negated);
      return;
    case "elements":
      // Fields start at the element: what is known of the record's says nothing here.
      visit(search, expression.term, new Map(), negated);
      return;
    case "predicate":
      if (constantOf(expression, compile) === false)
        findings.push({ kind: "never", term: expression, other: undefined, negated });
      return;
    case "constant":
    case "compare_fields":
    case "anywhere":
  }
}

/** What the other terms say of fields: what a term itself says must not be held against the parts of it. */
function besides(term: Expression, terms: readonly Expression[], facts: Facts, compile: CompileTest): Facts {
  // A test has no parts, and agrees with the others: they were combined before.
  if (!("terms" in term) && !("term" in term)) return facts;
  const others = terms.length > MAX_TERMS ? [] : terms.filter((other) => other !== term);
  const combined = combine(others, facts, compile);
  return isContradiction(combined) ? facts : combined;
}

/** The expression that leaves a field no value for which `expression` could hold. */
function excludedBy(expression: Expression, facts: Facts, compile: CompileTest): Expression | undefined {
  if (expression.kind === "constant") return undefined;
  for (const [key, { values, because }] of facts) {
    if (because === expression) continue;
    if (values.every((value) => holdsFor(expression, key, value, compile) === false)) return because;
  }
  return undefined;
}

/** `all` in `all` is one. */
function flatten(terms: readonly Expression[]): readonly Expression[] {
  return terms.flatMap((term) => (term.kind === "all" ? flatten(term.terms) : [term]));
}

function isContradiction(found: Facts | Contradiction): found is Contradiction {
  return "term" in found;
}

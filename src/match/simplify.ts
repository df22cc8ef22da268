import type { Expression } from "../rules/expression.js";

const TRUE: Expression = { kind: "constant", value: true };
const FALSE: Expression = { kind: "constant", value: false };

/** Whether an expression holds, when that is known of it; undefined when it is not. */
export type Known = (expression: Expression) => boolean | undefined;

/** The rest of an expression once some predicates are decided; parts that stay are the same objects as before. */
export function simplify(expression: Expression, known: Known): Expression {
  const decided = known(expression);
  if (decided !== undefined) return decided ? TRUE : FALSE;
  switch (expression.kind) {
    case "all":
      return joinTerms(expression, known, true);
    case "any":
      return joinTerms(expression, known, false);
    case "not": {
      const term = simplify(expression.term, known);
      if (term.kind === "constant") return term.value ? FALSE : TRUE;
      return term === expression.term ? expression : { kind: "not", term };
    }
    case "only_one":
      return simplifyOnlyOne(expression, known);
    default:
      return expression;
  }
}

/** `neutral` terms say nothing: true in `all`, false in `any`; one of the other kind decides. */
function joinTerms(
  expression: Extract<Expression, { kind: "all" | "any" }>,
  known: Known,
  neutral: boolean,
): Expression {
  const rest: Expression[] = [];
  let changed = false;
  for (const term of expression.terms) {
    const simple = simplify(term, known);
    changed ||= simple !== term;
    if (simple.kind !== "constant") rest.push(simple);
    else if (simple.value !== neutral) return simple;
  }
  const [only] = rest;
  if (only === undefined) return neutral ? TRUE : FALSE;
  if (rest.length === 1) return only;
  return changed || rest.length < expression.terms.length
    ? { kind: expression.kind, terms: rest }
    : expression;
}

function simplifyOnlyOne(expression: Extract<Expression, { kind: "only_one" }>, known: Known): Expression {
  const terms = expression.terms.map((term) => simplify(term, known));
  const rest = terms.filter((term) => term.kind !== "constant");
  const holding = terms.filter((term) => term.kind === "constant" && term.value).length;
  if (holding > 1) return FALSE;
  if (holding === 1) return rest.length === 0 ? TRUE : { kind: "not", term: { kind: "any", terms: rest } };
  const [only] = rest;
  if (only === undefined) return FALSE;
  if (rest.length === 1) return only;
  return terms.every((term, i) => term === expression.terms[i])
    ? expression
    : { kind: "only_one", terms: rest };
}

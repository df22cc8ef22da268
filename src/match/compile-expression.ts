import { isJsonArray, type JsonValue } from "../lib/json.js";
import type { Expression, ExpressionKind, Quantifier } from "../rules/expression.js";
import { compileCompareFields } from "./compile-compare-fields.js";
import { compileField } from "./compile-field.js";
import { compileReading } from "./compile-reading.js";
import type { ScalarPredicate } from "./compiled-test.js";
import { compileValueTest, type Lists } from "./value-tests.js";

/** Of a record, or inside `elements` of a list element. */
export type ScopePredicate = (scope: JsonValue) => boolean;

/** Compiles an expression once; the closures it gives allocate little. */
export function compileExpression(expression: Expression, lists: Lists): ScopePredicate {
  // The key and the argument are of the same kind, which an indexed access cannot say.
  const compile = EXPRESSIONS[expression.kind] as (expression: Expression, lists: Lists) => ScopePredicate;
  return compile(expression, lists);
}

const EXPRESSIONS = {
  all: ({ terms }, lists) => compileAll(terms.map((term) => compileExpression(term, lists))),
  any: ({ terms }, lists) => compileAny(terms.map((term) => compileExpression(term, lists))),
  not: ({ term }, lists) => {
    const holds = compileExpression(term, lists);
    return (scope) => !holds(scope);
  },
  only_one: ({ terms }, lists) => {
    const predicates = terms.map((term) => compileExpression(term, lists));
    return (scope) => {
      let count = 0;
      for (const holds of predicates) if (holds(scope) && ++count > 1) return false;
      return count === 1;
    };
  },
  constant:
    ({ value }) =>
    () =>
      value,
  predicate: ({ field, test, reading }, lists) => {
    const read = compileField(field);
    const holds = compileReading(test, reading, lists);
    return (scope) => holds(read(scope));
  },
  compare_fields: (expression) => compileCompareFields(expression),
  elements: ({ quantifier, field, term }, lists) => {
    const read = compileField(field);
    const holds = compileExpression(term, lists);
    const decide = QUANTIFIERS[quantifier];
    return (scope) => {
      const value = read(scope);
      if (!isJsonArray(value)) return quantifier === "none";
      return decide(value, holds);
    };
  },
  anywhere: ({ test }, lists) => {
    const { byText } = compileValueTest(test, lists);
    return (scope) => someScalar(scope, byText);
  },
} satisfies {
  readonly [K in ExpressionKind]: (
    expression: Extract<Expression, { kind: K }>,
    lists: Lists,
  ) => ScopePredicate;
};

const QUANTIFIERS = {
  any: (elements, holds) => elements.some(holds),
  all: (elements, holds) => elements.every(holds),
  none: (elements, holds) => !elements.some(holds),
  only_one: (elements, holds) => {
    let count = 0;
    for (const element of elements) if (holds(element) && ++count > 1) return false;
    return count === 1;
  },
} satisfies Record<Quantifier, (elements: readonly JsonValue[], holds: ScopePredicate) => boolean>;

function compileAll(predicates: readonly ScopePredicate[]): ScopePredicate {
  if (predicates.length === 1 && predicates[0] !== undefined) return predicates[0];
  return (scope) => {
    for (const holds of predicates) if (!holds(scope)) return false;
    return true;
  };
}

function compileAny(predicates: readonly ScopePredicate[]): ScopePredicate {
  if (predicates.length === 1 && predicates[0] !== undefined) return predicates[0];
  return (scope) => {
    for (const holds of predicates) if (holds(scope)) return true;
    return false;
  };
}

/** Strings, numbers and booleans at any depth. */
function someScalar(value: JsonValue, holds: ScalarPredicate): boolean {
  if (value === null) return false;
  if (typeof value !== "object") return holds(value);
  if (isJsonArray(value)) {
    for (const element of value) if (someScalar(element, holds)) return true;
    return false;
  }
  for (const key of Object.keys(value)) if (someScalar(value[key] as JsonValue, holds)) return true;
  return false;
}

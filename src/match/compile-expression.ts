import { isJsonArray, isJsonObject, own, type JsonValue } from "../lib/json.js";
import type { Expression, ExpressionKind, Quantifier } from "../rules/expression.js";
import type { FieldReference } from "../rules/field.js";
import { resolveField } from "../rules/resolve-field.js";
import { compileValueTest } from "./value-tests.js";

/** Of a record, or inside `elements` of a list element. */
export type ScopePredicate = (scope: JsonValue) => boolean;

/** Compiles an expression once; the closures it gives allocate nothing but the arrays of `every` paths. */
export function compileExpression(expression: Expression): ScopePredicate {
  // The key and the argument are of the same kind, which an indexed access cannot say.
  return (EXPRESSIONS[expression.kind] as (expression: Expression) => ScopePredicate)(expression);
}

const EXPRESSIONS = {
  all: ({ terms }) => compileAll(terms.map(compileExpression)),
  any: ({ terms }) => compileAny(terms.map(compileExpression)),
  not: ({ term }) => {
    const holds = compileExpression(term);
    return (scope) => !holds(scope);
  },
  only_one: ({ terms }) => {
    const predicates = terms.map(compileExpression);
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
  predicate: ({ field, test }) => {
    const read = compileField(field);
    const holds = compileValueTest(test);
    return (scope) => holds(read(scope));
  },
  elements: ({ quantifier, field, term }) => {
    const read = compileField(field);
    const holds = compileExpression(term);
    const decide = QUANTIFIERS[quantifier];
    return (scope) => {
      const value = read(scope);
      if (!isJsonArray(value)) return quantifier === "none";
      return decide(value, holds);
    };
  },
} satisfies {
  readonly [K in ExpressionKind]: (expression: Extract<Expression, { kind: K }>) => ScopePredicate;
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

/** Most fields are plain keys, one or two deep: those skip the walk over steps. */
export function compileField(field: FieldReference): (scope: JsonValue) => JsonValue | undefined {
  const [first, second] = field.steps;
  if (field.steps.length === 1 && first?.kind === "key") {
    return (scope) => (isJsonObject(scope) ? own(scope, first.name) : undefined);
  }
  if (field.steps.length === 2 && first?.kind === "key" && second?.kind === "key") {
    return (scope) => {
      const value = isJsonObject(scope) ? own(scope, first.name) : undefined;
      return isJsonObject(value) ? own(value, second.name) : undefined;
    };
  }
  return (scope) => resolveField(scope, field);
}

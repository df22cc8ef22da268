import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";
import type { Expression, ExpressionKind, Quantifier } from "../rules/expression.js";
import { isJsonArray, resolveField, type FieldReference } from "../rules/field.js";
import { compileValueTest } from "./value-tests.js";

export type RecordPredicate = (record: JsonObject) => boolean;

/** Compiles an expression once; the closures it gives allocate nothing but the arrays of `every` paths. */
export function compileExpression(expression: Expression): RecordPredicate {
  // The key and the argument are of the same kind, which an indexed access cannot say.
  return (EXPRESSIONS[expression.kind] as (expression: Expression) => RecordPredicate)(expression);
}

const EXPRESSIONS = {
  all: ({ terms }) => compileAll(terms.map(compileExpression)),
  any: ({ terms }) => compileAny(terms.map(compileExpression)),
  not: ({ term }) => {
    const holds = compileExpression(term);
    return (record) => !holds(record);
  },
  only_one: ({ terms }) => {
    const predicates = terms.map(compileExpression);
    return (record) => {
      let count = 0;
      for (const holds of predicates) if (holds(record) && ++count > 1) return false;
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
    return (record) => holds(read(record));
  },
  elements: ({ quantifier, field, term }) => {
    const read = compileField(field);
    const holds = compileExpression(term);
    const decide = QUANTIFIERS[quantifier];
    return (record) => {
      const value = read(record);
      if (!isJsonArray(value)) return quantifier === "none";
      return decide(value, (element) => holds(isJsonObject(element) ? element : NO_FIELDS));
    };
  },
} satisfies {
  readonly [K in ExpressionKind]: (expression: Extract<Expression, { kind: K }>) => RecordPredicate;
};

type ElementPredicate = (element: JsonValue) => boolean;

const QUANTIFIERS = {
  any: (elements, holds) => elements.some(holds),
  all: (elements, holds) => elements.every(holds),
  none: (elements, holds) => !elements.some(holds),
  only_one: (elements, holds) => {
    let count = 0;
    for (const element of elements) if (holds(element) && ++count > 1) return false;
    return count === 1;
  },
} satisfies Record<Quantifier, (elements: readonly JsonValue[], holds: ElementPredicate) => boolean>;

const NO_FIELDS: JsonObject = Object.freeze({});

function compileAll(predicates: readonly RecordPredicate[]): RecordPredicate {
  if (predicates.length === 1 && predicates[0] !== undefined) return predicates[0];
  return (record) => {
    for (const holds of predicates) if (!holds(record)) return false;
    return true;
  };
}

function compileAny(predicates: readonly RecordPredicate[]): RecordPredicate {
  if (predicates.length === 1 && predicates[0] !== undefined) return predicates[0];
  return (record) => {
    for (const holds of predicates) if (holds(record)) return true;
    return false;
  };
}

/** Most fields are plain keys, one or two deep: those skip the walk over steps. */
export function compileField(field: FieldReference): (record: JsonObject) => JsonValue | undefined {
  const [first, second] = field.steps;
  if (field.steps.length === 1 && first?.kind === "key") return (record) => own(record, first.name);
  if (field.steps.length === 2 && first?.kind === "key" && second?.kind === "key") {
    return (record) => {
      const value = own(record, first.name);
      return isJsonObject(value) ? own(value, second.name) : undefined;
    };
  }
  return (record) => resolveField(record, field);
}

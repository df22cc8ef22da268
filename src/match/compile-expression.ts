import { isJsonArray, type JsonValue } from "../lib/json.js";
import type { Expression, ExpressionKind, PredicateExpression, Quantifier } from "../rules/expression.js";
import { cheapestFirst } from "./cost.js";
import { compileCompareFields } from "./compile-compare-fields.js";
import { compileField, type FieldReader } from "./compile-field.js";
import { readCompiled } from "./compile-reading.js";
import type { ScalarPredicate } from "./compiled-test.js";
import type { RecordSlots } from "./record-slots.js";
import { compileValueTest, type Lists } from "./value-tests.js";

/** Of a record, or inside `elements` of a list element. */
export type ScopePredicate = (scope: JsonValue) => boolean;
export type Compile = (expression: Expression) => ScopePredicate;

/** Compiles an expression once; the closures it gives allocate little. */
export function compileExpression(expression: Expression, lists: Lists): ScopePredicate {
  return compileExpressions(lists)(expression);
}

/**
 * Compiles each expression that it is given, and each inside it, once.
 * @param slots for conditions of whole records, all looked at between one `begin` and the next.
 */
export function compileExpressions(lists: Lists, slots?: RecordSlots): Compile {
  const compiled = new WeakMap<Expression, ScopePredicate>();
  const compile = (expression: Expression): ScopePredicate => {
    const held = compiled.get(expression);
    if (held !== undefined) return held;
    // The key and the argument are of the same kind, which an indexed access cannot say.
    const compileKind = EXPRESSIONS[expression.kind] as CompileKind<Expression>;
    const holds = compileKind(expression, { compile, lists, slots });
    compiled.set(expression, holds);
    return holds;
  };
  return compile;
}

interface Context {
  readonly compile: Compile;
  readonly lists: Lists;
  readonly slots: RecordSlots | undefined;
}

type CompileKind<E extends Expression> = (expression: E, context: Context) => ScopePredicate;

const EXPRESSIONS = {
  all: (expression, { compile }) => compileAll(cheapestFirst(flatten(expression)).map(compile)),
  any: (expression, { compile }) => compileAny(cheapestFirst(flatten(expression)).map(compile)),
  not: ({ term }, { compile }) => {
    const holds = compile(term);
    return (scope) => !holds(scope);
  },
  only_one: ({ terms }, { compile }) => {
    const predicates = terms.map(compile);
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
  predicate: (expression, { lists, slots }) => {
    if (slots === undefined) return compilePredicate(expression, lists, compileField(expression.field));
    const { field, test, reading } = expression;
    return slots.share(JSON.stringify([{ ...field, text: "" }, test, reading]), () => {
      const slot = slots.slotOf(field);
      return compilePredicate(expression, lists, slot.read, slot.lower);
    });
  },
  compare_fields: (expression) => compileCompareFields(expression),
  elements: ({ quantifier, field, term }, { lists }) => {
    const read = compileField(field);
    // Slots are of the record, not of an element.
    const holds = compileExpression(term, lists);
    const decide = QUANTIFIERS[quantifier];
    return (scope) => {
      const value = read(scope);
      if (!isJsonArray(value)) return quantifier === "none";
      return decide(value, holds);
    };
  },
  anywhere: ({ test }, { lists }) => {
    const { byText } = compileValueTest(test, lists);
    return (scope) => someScalar(scope, byText);
  },
} satisfies { readonly [K in ExpressionKind]: CompileKind<Extract<Expression, { kind: K }>> };

function compilePredicate(
  { test, reading }: PredicateExpression,
  lists: Lists,
  read: FieldReader,
  lower?: (text: string) => string,
): ScopePredicate {
  const compiled = compileValueTest(test, lists);
  const holds = readCompiled(compiled, test.kind, reading);
  const { ofLower } = compiled;
  if (ofLower === undefined || lower === undefined) return (scope) => holds(read(scope));
  // A text is read the same way by all.
  return (scope) => {
    const value = read(scope);
    return typeof value === "string" ? ofLower(lower(value), value) : holds(value);
  };
}

/** Terms of terms of the same kind are its own. */
function flatten({ kind, terms }: Extract<Expression, { kind: "all" | "any" }>): readonly Expression[] {
  return terms.flatMap((term) => (term.kind === kind ? flatten(term) : [term]));
}

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

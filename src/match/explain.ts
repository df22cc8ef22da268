import { isJsonArray, type JsonObject, type JsonValue } from "../lib/json.js";
import type { Expression, ExpressionKind } from "../rules/expression.js";
import type { FieldReference } from "../rules/field.js";
import type { Rule } from "../rules/ir.js";
import { toNotation } from "../rules/notation.js";
import { compileExpressions, type Compile } from "./compile-expression.js";
import { compileField } from "./compile-field.js";
import type { Lists } from "./value-tests.js";

/** What one part of a condition came to for one record. Every part is looked at, whether or not it still matters. */
export interface ExplainNode {
  readonly kind: ExpressionKind;
  readonly held: boolean;
  /** The part in words: a test as `toNotation` has it, for the others how they join what is below. */
  readonly text: string;
  /** Values that were looked at: of the fields of a test, or the first that passed anywhere in the record. */
  readonly seen: readonly SeenValue[];
  readonly terms: readonly ExplainNode[];
  /** Position in its list, for what was looked at in a list element. */
  readonly element?: number;
  /** List elements that are not among `terms`. */
  readonly omitted?: number;
  /** Why it could not be evaluated; the engine takes the rule as not matching then. */
  readonly error?: string;
}

export interface SeenValue {
  readonly field: string;
  /** Undefined when the record has no such value. */
  readonly value: JsonValue | undefined;
}

/** List elements that are explained; those for which the term holds come first. */
const MAX_ELEMENTS = 10;
const MAX_VALUES = 20;

/** Explains why a rule's condition holds for a record, or does not. Its verdict is the engine's. */
export function explain(rule: Rule, record: JsonObject, lists: Lists): ExplainNode {
  return explainExpression(rule.program.condition, record, lists);
}

/** Explains any condition, of an exception or a dynamic severity for example. */
export function explainExpression(expression: Expression, scope: JsonValue, lists: Lists): ExplainNode {
  return explainWith(expression, scope, compileExpressions(lists));
}

/** For many records: what was compiled for one is used for the next. */
export function createExplainer(lists: Lists): (expression: Expression, scope: JsonValue) => ExplainNode {
  const compile = compileExpressions(lists);
  return (expression, scope) => explainWith(expression, scope, compile);
}

function explainWith(expression: Expression, scope: JsonValue, compile: Compile): ExplainNode {
  const below = (terms: readonly Expression[]): readonly ExplainNode[] =>
    terms.map((term) => explainWith(term, scope, compile));
  switch (expression.kind) {
    case "all": {
      const terms = below(expression.terms);
      return join(expression, "all of", terms, terms.every(isHeld));
    }
    case "any": {
      const terms = below(expression.terms);
      return join(expression, "any of", terms, terms.some(isHeld));
    }
    case "only_one": {
      const terms = below(expression.terms);
      return join(expression, "exactly one of", terms, terms.filter(isHeld).length === 1);
    }
    case "not": {
      const terms = below([expression.term]);
      return join(expression, "not", terms, !terms.some(isHeld));
    }
    case "elements":
      return explainElements(expression, scope, compile);
    case "anywhere":
      return explainLeaf(expression, scope, compile, findAnywhere(expression, scope, compile));
    case "predicate":
      return explainLeaf(expression, scope, compile, [see(expression.field, scope)]);
    case "compare_fields":
      return explainLeaf(expression, scope, compile, [
        see(expression.left, scope),
        see(expression.right, scope),
      ]);
    case "constant":
      return explainLeaf(expression, scope, compile, []);
  }
}

const isHeld = ({ held }: ExplainNode): boolean => held;

function join({ kind }: Expression, text: string, terms: readonly ExplainNode[], held: boolean): ExplainNode {
  return { kind, held, text, seen: [], terms };
}

function explainLeaf(
  expression: Expression,
  scope: JsonValue,
  compile: Compile,
  seen: readonly SeenValue[],
): ExplainNode {
  const leaf = {
    kind: expression.kind,
    text: toNotation(expression, { maxValues: MAX_VALUES }),
    seen,
    terms: [],
  };
  try {
    return { ...leaf, held: compile(expression)(scope) };
  } catch (error) {
    return { ...leaf, held: false, error: error instanceof Error ? error.message : String(error) };
  }
}

function see(field: FieldReference, scope: JsonValue): SeenValue {
  return { field: field.text, value: compileField(field)(scope) };
}

function explainElements(
  expression: Extract<Expression, { kind: "elements" }>,
  scope: JsonValue,
  compile: Compile,
): ExplainNode {
  const list = see(expression.field, scope);
  const text = toNotation({ ...expression, term: { kind: "all", terms: [] } }).replace(/ \(true\)$/, "");
  const { held } = explainLeaf(expression, scope, compile, []);
  if (!isJsonArray(list.value)) return { kind: "elements", held, text, seen: [list], terms: [] };
  const holds = compile(expression.term);
  const elements = list.value.map((value, position) => ({ value, position, passes: holds(value) }));
  const shown = [...elements]
    .sort((a, b) => Number(b.passes) - Number(a.passes))
    .slice(0, MAX_ELEMENTS)
    .sort((a, b) => a.position - b.position);
  const terms = shown.map(({ value, position }) => ({
    ...explainWith(expression.term, value, compile),
    element: position,
  }));
  const omitted = elements.length - shown.length;
  return { kind: "elements", held, text, seen: [], terms, ...(omitted > 0 ? { omitted } : {}) };
}

/** The first scalar that passes, and where it stands. */
function findAnywhere(
  expression: Extract<Expression, { kind: "anywhere" }>,
  scope: JsonValue,
  compile: Compile,
): readonly SeenValue[] {
  const holds = compile(expression);
  const find = (value: JsonValue, path: string): SeenValue | undefined => {
    if (!holds(value)) return undefined;
    if (typeof value !== "object" || value === null) return { field: path, value };
    const members: readonly (readonly [string, JsonValue])[] = isJsonArray(value)
      ? value.map((inner, position) => [`${path}[${position}]`, inner])
      : Object.entries(value).map(([key, inner]) => [path === "" ? key : `${path}.${key}`, inner]);
    for (const [inner, member] of members) {
      const found = find(member, inner);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = find(scope, "");
  return found === undefined ? [] : [found];
}

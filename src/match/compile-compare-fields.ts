import { toCanonicalJson } from "../event/canonical.js";
import { isJsonArray, type JsonScalar, type JsonValue } from "../lib/json.js";
import type { CompareFieldsExpression, FieldOperator, Reading } from "../rules/expression.js";
import { toCompactJson } from "./compact-json.js";
import { compileField } from "./compile-field.js";
import { toNumber } from "../lib/numeric-text.js";
import { ORDER_OPERATORS } from "./value-tests.js";

/** Compiles a comparison of two values of one scope. */
export function compileCompareFields(expression: CompareFieldsExpression): (scope: JsonValue) => boolean {
  const { operator, ignoreCase, reading } = expression;
  const left = compileField(expression.left);
  const right = compileField(expression.right);
  const compare = READINGS[reading](operator, ignoreCase);
  return (scope) => {
    const a = left(scope);
    if (a === undefined || a === null) return false;
    const b = right(scope);
    return b !== undefined && b !== null && compare(a, b);
  };
}

type Compare = (a: JsonValue, b: JsonValue) => boolean;

const READINGS = {
  exact: (operator, ignoreCase) => (a, b) =>
    EXACTLY[operator](toFolded(a, ignoreCase), toFolded(b, ignoreCase)),
  any_text: (operator, ignoreCase) => somePair(operator, ignoreCase, true),
  any_scalar: (operator, ignoreCase) => somePair(operator, ignoreCase, false),
} satisfies Record<Reading, (operator: FieldOperator, ignoreCase: boolean) => Compare>;

const ofStrings =
  (holds: (a: string, b: string) => boolean): Compare =>
  (a, b) =>
    typeof a === "string" && typeof b === "string" && holds(a, b);

const inOrder =
  (holds: (a: string | number, b: string | number) => boolean): Compare =>
  (a, b) =>
    (typeof a === "number" && typeof b === "number") || (typeof a === "string" && typeof b === "string")
      ? holds(a, b)
      : false;

const EXACTLY = {
  equals: isSame,
  contains: (a, b) =>
    isJsonArray(a)
      ? a.some((element) => isSame(element, b))
      : ofStrings((text, part) => text.includes(part))(a, b),
  starts_with: ofStrings((text, part) => text.startsWith(part)),
  ends_with: ofStrings((text, part) => text.endsWith(part)),
  lt: inOrder(ORDER_OPERATORS.lt),
  lte: inOrder(ORDER_OPERATORS.lte),
  gt: inOrder(ORDER_OPERATORS.gt),
  gte: inOrder(ORDER_OPERATORS.gte),
} satisfies Record<FieldOperator, Compare>;

/** Scalars in type and value, lists and objects by what they hold, whatever the order of keys. */
function isSame(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  return toCanonicalJson(a) === toCanonicalJson(b);
}

/** Strings, and the strings that are elements, in lower case when case does not count. */
function toFolded(value: JsonValue, ignoreCase: boolean): JsonValue {
  if (!ignoreCase) return value;
  if (typeof value === "string") return value.toLowerCase();
  return isJsonArray(value) ? value.map((element) => toFolded(element, true)) : value;
}

function somePair(operator: FieldOperator, ignoreCase: boolean, objectsHaveText: boolean): Compare {
  const holds = BY_TEXT[operator];
  return (a, b) => {
    const lefts = toScalars(a, ignoreCase, objectsHaveText);
    const rights = toScalars(b, ignoreCase, objectsHaveText);
    return lefts.some((left) => rights.some((right) => holds(left, right)));
  };
}

type Comparable = Exclude<JsonScalar, null>;
type CompareScalars = (a: Comparable, b: Comparable) => boolean;

const byNumber =
  (holds: (a: string | number, b: string | number) => boolean): CompareScalars =>
  (a, b) => {
    const left = toNumeric(a);
    const right = toNumeric(b);
    if (!Number.isNaN(left) && !Number.isNaN(right)) return holds(left, right);
    return typeof a === "string" && typeof b === "string" && holds(a, b);
  };

const BY_TEXT = {
  equals: (a, b) =>
    String(a) === String(b) ||
    ((typeof a === "number" || typeof b === "number") && toNumeric(a) === toNumeric(b)),
  contains: (a, b) => String(a).includes(String(b)),
  starts_with: (a, b) => String(a).startsWith(String(b)),
  ends_with: (a, b) => String(a).endsWith(String(b)),
  lt: byNumber(ORDER_OPERATORS.lt),
  lte: byNumber(ORDER_OPERATORS.lte),
  gt: byNumber(ORDER_OPERATORS.gt),
  gte: byNumber(ORDER_OPERATORS.gte),
} satisfies Record<FieldOperator, CompareScalars>;

function toNumeric(value: Comparable): number {
  return typeof value === "string" ? toNumber(value) : typeof value === "number" ? value : NaN;
}

/** The scalars that a value is read as; nulls have no text. */
function toScalars(value: JsonValue, ignoreCase: boolean, objectsHaveText: boolean): readonly Comparable[] {
  const scalars: Comparable[] = [];
  const add = (scalar: Comparable): void => {
    scalars.push(ignoreCase && typeof scalar === "string" ? scalar.toLowerCase() : scalar);
  };
  /** False when there was an object. */
  const walk = (inner: JsonValue): boolean => {
    if (isJsonArray(inner)) return inner.map(walk).every(Boolean);
    if (typeof inner === "object") return inner === null;
    add(inner);
    return true;
  };
  if (walk(value) || !objectsHaveText) return scalars;
  const text = toCompactJson(value);
  return [ignoreCase ? text.toLowerCase() : text];
}

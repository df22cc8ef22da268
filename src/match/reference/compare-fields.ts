import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type JsonScalar, type JsonValue } from "../../lib/json.js";
import type { CompareFieldsExpression } from "../../rules/expression.js";
import { isNumeric } from "./passes.js";

/** Whether the comparison holds for two values, undefined where missing. */
export function comparesFields(
  expression: CompareFieldsExpression,
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): boolean {
  if (left === undefined || left === null || right === undefined || right === null) return false;
  const { reading, operator } = expression;
  const a = expression.ignoreCase ? fold(left) : left;
  const b = expression.ignoreCase ? fold(right) : right;
  if (reading === "exact") return exactly(operator, a, b);
  const lefts = scalars(left, reading === "any_text").map((one) => (expression.ignoreCase ? fold(one) : one));
  const rights = scalars(right, reading === "any_text").map((one) =>
    expression.ignoreCase ? fold(one) : one,
  );
  return lefts.some((one) =>
    rights.some((other) => byText(operator, one as JsonScalar, other as JsonScalar)),
  );
}

/** Strings in lower case, in arrays too. */
function fold(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as JsonValue[]).map(fold);
  return typeof value === "string" ? value.toLowerCase() : value;
}

function scalars(value: JsonValue, objectsHaveText: boolean): readonly JsonValue[] {
  const flat = Array.isArray(value) ? (value.flat(Infinity) as JsonValue[]) : [value];
  if (objectsHaveText && flat.some(isJsonObject)) return [JSON.stringify(value)];
  return flat.filter((one) => one !== null && !isJsonObject(one));
}

function exactly(operator: CompareFieldsExpression["operator"], a: JsonValue, b: JsonValue): boolean {
  switch (operator) {
    case "equals":
      return same(a, b);
    case "contains":
      if (Array.isArray(a)) return (a as JsonValue[]).some((element) => same(element, b));
      return typeof a === "string" && typeof b === "string" && a.includes(b);
    case "starts_with":
    case "ends_with":
      return typeof a === "string" && typeof b === "string" && byText(operator, a, b);
    default:
      return (
        ((typeof a === "number" && typeof b === "number") ||
          (typeof a === "string" && typeof b === "string")) &&
        ordered(operator, a, b)
      );
  }
}

/** By way of JSON, which has one zero only. */
function same(a: JsonValue, b: JsonValue): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
}

function byText(operator: CompareFieldsExpression["operator"], a: JsonScalar, b: JsonScalar): boolean {
  const [left, right] = [String(a), String(b)];
  const numbers = numeric(a) && numeric(b);
  switch (operator) {
    case "equals":
      if (numbers && (typeof a === "number" || typeof b === "number")) return Number(a) === Number(b);
      return left === right;
    case "contains":
      return left.includes(right);
    case "starts_with":
      return left.slice(0, right.length) === right;
    case "ends_with":
      return right === "" || left.slice(-right.length) === right;
    default:
      if (numbers) return ordered(operator, Number(a), Number(b));
      return typeof a === "string" && typeof b === "string" && ordered(operator, a, b);
  }
}

function numeric(value: JsonScalar): boolean {
  return typeof value === "number" || (typeof value === "string" && isNumeric(value));
}

function ordered<T extends string | number>(operator: "lt" | "lte" | "gt" | "gte", a: T, b: T): boolean {
  if (operator === "lt") return a < b;
  if (operator === "lte") return a <= b;
  return operator === "gt" ? a > b : a >= b;
}

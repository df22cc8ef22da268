import { isJsonObject, type JsonScalar, type JsonValue } from "../../lib/json.js";
import { compileLinearRegex } from "../../lib/linear-regex.js";
import type { Reading, ValueTest } from "../../rules/expression.js";
import type { NamedList } from "../../rules/lists/named-list.js";
import { isAddress, isInRange } from "./address.js";
import { isLike } from "./is-like.js";
import { sameByText, sameExactly } from "./same.js";
import { timePart } from "./time-part.js";

type Lists = ReadonlyMap<string, NamedList>;
type TextTest = Exclude<
  ValueTest,
  { kind: "exists" | "present" | "null" | "empty" | "equals" | "in" | "compare" | "time_part" }
>;

/** Whether a value, undefined when missing, passes a test. */
export function passes(
  test: ValueTest,
  reading: Reading,
  value: JsonValue | undefined,
  lists: Lists,
): boolean {
  if (reading === "exact")
    return value === undefined ? passesMissing(test) : passesExactly(test, value, lists);
  const read = reading === "any_text" ? asTexts(value) : asScalars(value);
  if (read.length === 0) return passesMissing(test);
  return read.some((one) =>
    isJsonObject(one)
      ? test.kind === "exists" || test.kind === "present"
      : passesAsText(test, one as JsonScalar, lists),
  );
}

function asTexts(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  if (holdsObject(value)) return [JSON.stringify(value)];
  return Array.isArray(value) ? (value.flat(Infinity) as JsonValue[]) : [value];
}

function holdsObject(value: JsonValue): boolean {
  return Array.isArray(value) ? (value as JsonValue[]).some(holdsObject) : isJsonObject(value);
}

function asScalars(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value.flat(Infinity) as JsonValue[]).filter((one) => one !== null) : [value];
}

function passesMissing(test: ValueTest): boolean {
  return test.kind === "null" || test.kind === "empty";
}

function passesExactly(test: ValueTest, value: JsonValue, lists: Lists): boolean {
  switch (test.kind) {
    case "exists":
      return true;
    case "present":
      return value !== null;
    case "null":
      return value === null;
    case "empty":
      return ["null", '""', "[]", "{}"].includes(JSON.stringify(value));
    case "equals":
      return sameExactly(value, test.value, test.ignoreCase);
    case "in":
      return test.values.some((wanted) => sameExactly(value, wanted, test.ignoreCase));
    case "contains":
      if (Array.isArray(value)) {
        return (value as JsonValue[]).some((element) => sameExactly(element, test.value, test.ignoreCase));
      }
      return typeof test.value === "string" && typeof value === "string" && passesText(test, value, lists);
    case "compare":
      return (
        typeof value === typeof test.value && inOrder(test.operator, value as never, test.value as never)
      );
    case "time_part":
      return timePart(test, value);
    default:
      return typeof value === "string" && passesText(test, value, lists);
  }
}

/** A scalar by its text. */
export function passesAsText(test: ValueTest, value: JsonScalar, lists: Lists): boolean {
  switch (test.kind) {
    case "exists":
      return true;
    case "present":
      return value !== null;
    case "null":
      return value === null;
    case "empty":
      return value === null || value === "";
    case "equals":
      return sameByText(value, test.value, test.ignoreCase);
    case "in":
      return test.values.some((wanted) => sameByText(value, wanted, test.ignoreCase));
    case "compare":
      if (typeof test.value === "string") {
        return typeof value === "string" && inOrder(test.operator, value, test.value);
      }
      if (typeof value === "string" && !isNumeric(value)) return false;
      return (
        typeof value !== "boolean" && value !== null && inOrder(test.operator, Number(value), test.value)
      );
    case "time_part":
      return timePart(test, value);
    default:
      if (value === null) return false;
      if (test.kind === "in_list" && inValues(test, value, lists)) return true;
      return passesText(test, String(value), lists);
  }
}

/** The decimal notation of a number, and nothing else that Number() takes. */
export function isNumeric(text: string): boolean {
  return text !== "" && /^[\d.eE+-]+$/.test(text) && !Number.isNaN(Number(text));
}

function inOrder<T extends number | string>(operator: "lt" | "lte" | "gt" | "gte", a: T, b: T): boolean {
  if (operator === "lt") return a < b;
  if (operator === "lte") return !(a > b);
  if (operator === "gt") return a > b;
  return !(a < b);
}

function passesText(test: TextTest, value: string, lists: Lists): boolean {
  const fold = (text: string): string =>
    "ignoreCase" in test && test.ignoreCase ? text.toLowerCase() : text;
  switch (test.kind) {
    case "contains":
      return test.value !== null && positions(fold(value), fold(String(test.value))).length > 0;
    case "starts_with":
      return positions(fold(value), fold(test.value)).includes(0);
    case "ends_with":
      return positions(fold(value), fold(test.value)).includes(fold(value).length - fold(test.value).length);
    case "wildcard":
      return isLike(value, test.pattern, test.ignoreCase);
    case "regex":
      return compileLinearRegex(test.pattern, test).test(value);
    case "cidr":
      return test.ranges.some((range) => isInRange(value, range));
    case "ip":
      return isAddress(value, test.family);
    case "in_list": {
      const list = lists.get(test.list);
      if (list === undefined) return false;
      return (
        inValues(test, value, lists) ||
        list.patterns.some((pattern) => isLike(value, pattern, test.ignoreCase)) ||
        list.ranges.some((range) => isInRange(value, range))
      );
    }
  }
}

function inValues(test: Extract<ValueTest, { kind: "in_list" }>, value: JsonScalar, lists: Lists): boolean {
  const values = lists.get(test.list)?.values ?? [];
  return values.some((wanted) =>
    typeof value === "string"
      ? sameExactly(value, wanted, test.ignoreCase)
      : sameByText(value, wanted, test.ignoreCase),
  );
}

/** Where the part stands in the text. */
function positions(text: string, part: string): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at + part.length <= text.length; at++) {
    if (text.slice(at, at + part.length) === part) found.push(at);
  }
  return found;
}

import { isJsonArray, isJsonObject, type JsonScalar, type JsonValue } from "../lib/json.js";
import { compileIpRanges, parseIpAddress } from "../lib/ip-range.js";
import type { OrderOperator, ValueTest, ValueTestKind } from "../rules/expression.js";
import type { NamedList } from "../rules/lists/named-list.js";
import { compileEqualsByText, compileEqualsExactly } from "./compile-equals.js";
import { compileInList } from "./compile-in-list.js";
import { compileIpFamily } from "./compile-ip-family.js";
import { compileRegex } from "./compile-regex.js";
import { compileTimePart } from "./compile-time-part.js";
import { compileWildcard } from "./compile-wildcard.js";
import { ofAny, ofPart, ofText, type CompiledTest } from "./compiled-test.js";
import { toNumber } from "../lib/numeric-text.js";

export type Lists = ReadonlyMap<string, NamedList>;

/** Compiles a test of one value. */
export function compileValueTest(test: ValueTest, lists: Lists): CompiledTest {
  // The key and the argument are of the same kind, which an indexed access cannot say.
  return (VALUE_TESTS[test.kind] as (test: ValueTest, lists: Lists) => CompiledTest)(test, lists);
}

const VALUE_TESTS = {
  exists: () => ofAny(() => true),
  present: () => ofAny((value) => value !== null),
  null: () => ({ ...ofAny((value) => value === null), whenMissing: true }),
  empty: () => ({ ...ofAny(isEmpty), whenMissing: true }),
  equals: ({ value, ignoreCase }) => ({
    exact: compileEqualsExactly([value], ignoreCase),
    byText: compileEqualsByText([value], ignoreCase),
    whenMissing: false,
  }),
  in: ({ values, ignoreCase }) => ({
    exact: compileEqualsExactly(values, ignoreCase),
    byText: compileEqualsByText(values, ignoreCase),
    whenMissing: false,
  }),
  contains: ({ value: part, ignoreCase }) => {
    if (part === null) return { ...ofText(() => false), exact: compileContains(part, ignoreCase) };
    const isPart = ofPart(String(part), ignoreCase, (text, p) => text.includes(p));
    if (typeof part === "string") return { ...isPart, exact: compileContains(part, ignoreCase) };
    return { ...ofText(isPart.byText), exact: compileContains(part, ignoreCase) };
  },
  starts_with: ({ value, ignoreCase }) => ofPart(value, ignoreCase, (text, part) => text.startsWith(part)),
  ends_with: ({ value, ignoreCase }) => ofPart(value, ignoreCase, (text, part) => text.endsWith(part)),
  wildcard: ({ pattern, ignoreCase }) => ofText(compileWildcard(pattern, ignoreCase)),
  regex: (test) => compileRegex(test).test,
  cidr: ({ ranges }) => {
    const inRanges = compileIpRanges(ranges);
    return ofText((text) => {
      const address = parseIpAddress(text);
      return address !== undefined && inRanges(address);
    });
  },
  ip: ({ family }) => ofText(compileIpFamily(family)),
  compare: ({ operator, value: wanted }) => {
    const decide = ORDER_OPERATORS[operator];
    if (typeof wanted === "string") {
      const holds = (value: JsonValue): boolean => typeof value === "string" && decide(value, wanted);
      return ofAny(holds);
    }
    const holds = (value: JsonValue): boolean => typeof value === "number" && decide(value, wanted);
    return {
      exact: holds,
      byText: (value) => (typeof value === "string" ? decide(toNumber(value), wanted) : holds(value)),
      whenMissing: false,
    };
  },
  time_part: (test) => ofAny(compileTimePart(test)),
  in_list: ({ list, ignoreCase }, lists) => compileInList(lists.get(list), ignoreCase),
} satisfies {
  readonly [K in ValueTestKind]: (test: Extract<ValueTest, { kind: K }>, lists: Lists) => CompiledTest;
};

/** NaN is in no order. */
export const ORDER_OPERATORS = {
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
} satisfies Record<OrderOperator, (a: number | string, b: number | string) => boolean>;

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === "") return true;
  if (isJsonArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

/** In a string a part of it, in an array an element. */
function compileContains(part: JsonScalar, ignoreCase: boolean): (value: JsonValue) => boolean {
  const isElement = compileEqualsExactly([part], ignoreCase);
  const isPart =
    typeof part === "string" ? ofPart(part, ignoreCase, (text, p) => text.includes(p)).byText : () => false;
  return (value) => (typeof value === "string" ? isPart(value) : isJsonArray(value) && value.some(isElement));
}

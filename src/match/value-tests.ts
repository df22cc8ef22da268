import { isJsonArray, isJsonObject, type JsonScalar, type JsonValue } from "../lib/json.js";
import type { ValueTest, ValueTestKind } from "../rules/expression.js";

/** Undefined stands for a missing value. */
export type ValuePredicate = (value: JsonValue | undefined) => boolean;

/** Compiles a test of one value. */
export function compileValueTest(test: ValueTest): ValuePredicate {
  // The key and the argument are of the same kind, which an indexed access cannot say.
  return (VALUE_TESTS[test.kind] as (test: ValueTest) => ValuePredicate)(test);
}

const VALUE_TESTS = {
  exists: () => (value) => value !== undefined,
  null: () => (value) => value === undefined || value === null,
  empty: () => isEmpty,
  equals: ({ value: wanted, ignoreCase }) => compileEquals(wanted, ignoreCase),
  in: ({ values, ignoreCase }) => {
    if (!ignoreCase) {
      const wanted = new Set<unknown>(values);
      return (value) => wanted.has(value);
    }
    const tests = values.map((value) => compileEquals(value, true));
    return (value) => tests.some((holds) => holds(value));
  },
  contains: ({ value: part, ignoreCase }) => {
    const isElement = compileEquals(part, ignoreCase);
    const isPart =
      typeof part === "string" ? compileText(part, ignoreCase, (text, p) => text.includes(p)) : never;
    return (value) => (isJsonArray(value) ? value.some(isElement) : isPart(value));
  },
  starts_with: ({ value: part, ignoreCase }) =>
    compileText(part, ignoreCase, (text, p) => text.startsWith(p)),
  ends_with: ({ value: part, ignoreCase }) => compileText(part, ignoreCase, (text, p) => text.endsWith(p)),
} satisfies { readonly [K in ValueTestKind]: (test: Extract<ValueTest, { kind: K }>) => ValuePredicate };

const never: ValuePredicate = () => false;

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (isJsonArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function compileEquals(wanted: JsonScalar, ignoreCase: boolean): ValuePredicate {
  if (ignoreCase && typeof wanted === "string")
    return compileText(wanted, true, (text, other) => text === other);
  return (value) => value === wanted;
}

function compileText(
  part: string,
  ignoreCase: boolean,
  holds: (text: string, part: string) => boolean,
): ValuePredicate {
  if (!ignoreCase) return (value) => typeof value === "string" && holds(value, part);
  const lower = part.toLowerCase();
  return (value) => typeof value === "string" && holds(value.toLowerCase(), lower);
}

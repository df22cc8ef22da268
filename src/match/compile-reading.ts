import { isJsonArray, type JsonValue } from "../lib/json.js";
import type { Reading, ValueTest, ValueTestKind } from "../rules/expression.js";
import { toCompactJson } from "./compact-json.js";
import type { CompiledTest } from "./compiled-test.js";
import { compileValueTest, type Lists } from "./value-tests.js";

/** Undefined stands for a missing value. */
export type ValuePredicate = (value: JsonValue | undefined) => boolean;

/** Compiles a test of one value that is read in the given way. */
export function compileReading(test: ValueTest, reading: Reading, lists: Lists): ValuePredicate {
  return readCompiled(compileValueTest(test, lists), test.kind, reading);
}

/** Makes a compiled test one of a value that is read in the given way. */
export function readCompiled(test: CompiledTest, kind: ValueTestKind, reading: Reading): ValuePredicate {
  // Objects that are read as scalars pass these two and nothing else.
  const passesObjects = kind === "exists" || kind === "present";
  return READINGS[reading](test, passesObjects);
}

const READINGS = {
  exact:
    ({ exact, whenMissing }) =>
    (value) =>
      value === undefined ? whenMissing : exact(value),
  any_text: ({ byText, whenMissing }) => {
    return (value) => {
      if (value === undefined) return whenMissing;
      if (typeof value !== "object" || value === null) return byText(value);
      if (!isJsonArray(value) || holdsObject(value)) return byText(toCompactJson(value));
      return holdsScalar(value) ? someScalar(value, byText) : whenMissing;
    };
  },
  any_scalar: ({ byText, whenMissing }, passesObjects) => {
    const some = (elements: readonly JsonValue[]): boolean | undefined => {
      let present = false;
      for (const element of elements) {
        if (element === null) continue;
        if (isJsonArray(element)) {
          const found = some(element);
          if (found === true) return true;
          present ||= found === false;
        } else {
          if (typeof element === "object" ? passesObjects : byText(element)) return true;
          present = true;
        }
      }
      return present ? false : undefined;
    };
    return (value) => {
      if (value === undefined) return whenMissing;
      if (typeof value !== "object" || value === null) return byText(value);
      return isJsonArray(value) ? (some(value) ?? whenMissing) : passesObjects;
    };
  },
} satisfies Record<Reading, (test: CompiledTest, passesObjects: boolean) => ValuePredicate>;

function holdsObject(elements: readonly JsonValue[]): boolean {
  for (const element of elements) {
    if (typeof element !== "object" || element === null) continue;
    if (!isJsonArray(element) || holdsObject(element)) return true;
  }
  return false;
}

function holdsScalar(elements: readonly JsonValue[]): boolean {
  return elements.some((element) => !isJsonArray(element) || holdsScalar(element));
}

/** In arrays without objects. */
function someScalar(elements: readonly JsonValue[], holds: CompiledTest["byText"]): boolean {
  for (const element of elements) {
    if (
      isJsonArray(element) ? someScalar(element, holds) : holds(element as string | number | boolean | null)
    )
      return true;
  }
  return false;
}

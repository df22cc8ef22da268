import type { JsonObject } from "../../lib/json.js";
import type { Expression } from "../expression.js";
import type { RuleException } from "./exception.js";

export interface ExceptionTestResult {
  readonly exceptionId: string;
  readonly path: string;
  readonly name: string;
  readonly expected: boolean;
  readonly actual: boolean;
  readonly passed: boolean;
}

/**
 * Runs the tests of exceptions, in order: whether the condition holds for the test's event. Scope and expiry are left
 * out of it: a test shows what the condition means.
 *
 * @param compile the engine's, or anything that stands in for it
 */
export function runExceptionTests(
  exceptions: readonly RuleException[],
  compile: (condition: Expression) => (record: JsonObject) => boolean,
): ExceptionTestResult[] {
  return exceptions.flatMap(({ id, path, condition, tests }) => {
    if (tests.length === 0) return [];
    const holds = compile(condition);
    return tests.map(({ name, expected, log }) => {
      const actual = holds(log);
      return { exceptionId: id, path, name, expected, actual, passed: actual === expected };
    });
  });
}

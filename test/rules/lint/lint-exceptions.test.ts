import { compileReading } from "../../../src/match/compile-reading.js";
import type { RuleException } from "../../../src/rules/exceptions/exception.js";
import type { Expression } from "../../../src/rules/expression.js";
import { topLevelField } from "../../../src/rules/field.js";
import { lintExceptions } from "../../../src/rules/lint/lint-exceptions.js";

const eq = (field: string, value: string): Expression => ({
  kind: "predicate",
  field: topLevelField(field),
  test: { kind: "equals", value, ignoreCase: false },
  reading: "exact",
});
const exception = (condition: Expression, tests: RuleException["tests"] = []): RuleException => ({
  id: "ours",
  scope: { kind: "all" },
  condition,
  owner: "us",
  reason: "expected",
  expires: undefined,
  tests,
  path: "exceptions.yml",
  hash: "",
});
const TESTED: RuleException["tests"] = [{ name: "t", expected: true, log: {} }];
const lint = (one: RuleException) =>
  lintExceptions([one], (test, reading) => compileReading(test, reading, new Map())).map(
    ({ file, severity, code, message }) => `${file} ${severity} ${code} ${message}`,
  );

describe("exceptions", () => {
  it("are looked at as rules are: fields, conditions, tests", () => {
    expect(lint(exception(eq("eventname", "a"), TESTED))).toEqual([
      "exceptions.yml warning unknown-field ours: CloudTrail records have no field eventname.",
    ]);
    const never: Expression = { kind: "all", terms: [eq("eventName", "a"), eq("eventName", "b")] };
    expect(lint(exception(never, TESTED))).toEqual([
      expect.stringMatching(/^exceptions\.yml warning always-false ours: The exception can never apply: /),
    ]);
    expect(lint(exception(eq("eventName", "a")))).toEqual([
      "exceptions.yml info no-tests ours: The exception has no tests.",
    ]);
  });

  it("may be for every event", () => {
    expect(lint(exception({ kind: "constant", value: true }, TESTED))).toEqual([]);
  });
});

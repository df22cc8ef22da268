import fc from "fast-check";
import { isJsonObject, type JsonScalar } from "../../../src/lib/json.js";
import { compileCondition } from "../../../src/match/compile-condition.js";
import { compileReading } from "../../../src/match/compile-reading.js";
import type { Expression, Reading, ValueTest } from "../../../src/rules/expression.js";
import { topLevelField } from "../../../src/rules/field.js";
import { compileOnce, type CompileTest } from "../../../src/rules/lint/possible-values.js";
import { constantOf, factsOf, findUnreachable, type Finding } from "../../../src/rules/lint/unreachable.js";
import { toNotation } from "../../../src/rules/notation.js";
import { arbitraryRecord } from "../../match/arbitrary-records.js";
import { arbitraryExpression } from "../../match/arbitrary-rules.js";

const compile: CompileTest = compileOnce((test, reading) => compileReading(test, reading, new Map()));
const is = (name: string, test: ValueTest, reading: Reading = "exact"): Expression => ({
  kind: "predicate",
  field: topLevelField(name),
  test,
  reading,
});
const eq = (name: string, value: JsonScalar, ignoreCase = false): Expression =>
  is(name, { kind: "equals", value, ignoreCase }, ignoreCase ? "any_text" : "exact");
const among = (name: string, ...values: string[]): Expression =>
  is(name, { kind: "in", values, ignoreCase: false });
const contains = (name: string, value: string, ignoreCase = false): Expression =>
  is(name, { kind: "contains", value, ignoreCase }, ignoreCase ? "any_text" : "exact");
const all = (...terms: Expression[]): Expression => ({ kind: "all", terms });
const any = (...terms: Expression[]): Expression => ({ kind: "any", terms });
const not = (term: Expression): Expression => ({ kind: "not", term });
const TRUE: Expression = { kind: "constant", value: true };
const FALSE: Expression = { kind: "constant", value: false };

const told = (condition: Expression): string[] =>
  findUnreachable(condition, compile).map((finding) => {
    const other = finding.other === undefined ? "" : ` beside ${toNotation(finding.other)}`;
    return `${finding.kind} ${toNotation(finding.term)}${other}`;
  });

describe("parts of a condition that can never hold", () => {
  it.each<[string, Expression, string]>([
    [
      "two values at once",
      all(eq("eventName", "a"), eq("eventName", "b")),
      'never eventName eq "b" beside eventName eq "a"',
    ],
    [
      "sets with nothing in common",
      all(among("eventName", "a", "b"), among("eventName", "c", "d")),
      'never eventName in ["c", "d"] beside eventName in ["a", "b"]',
    ],
    [
      "three sets of which no value is in all",
      all(among("eventName", "a", "b"), among("eventName", "b", "c"), among("eventName", "a", "c")),
      'never eventName in ["a", "c"] beside eventName in ["b", "c"]',
    ],
    [
      "a case variant, read exactly",
      all(eq("eventName", "createUser"), eq("eventName", "CreateUser")),
      'never eventName eq "CreateUser" beside eventName eq "createUser"',
    ],
    [
      "a text that is not in the value",
      all(eq("eventName", "StopLogging", true), contains("eventName", "trail", true)),
      'never eventName contains~ "trail" beside eventName eq~ "StopLogging"',
    ],
    [
      "a value of a field that is missing",
      all(not(is("errorCode", { kind: "exists" })), eq("errorCode", "AccessDenied")),
      'never errorCode eq "AccessDenied" beside not errorCode exists',
    ],
    [
      "one branch of several",
      all(among("eventName", "a", "b"), any(eq("eventName", "c"), eq("awsRegion", "x"))),
      'never eventName eq "c" beside eventName in ["a", "b"]',
    ],
    [
      "an exclusion of what is not there",
      all(eq("eventName", "a"), not(eq("eventName", "b"))),
      'never eventName eq "b" beside eventName eq "a"',
    ],
    [
      "something and its opposite",
      all(contains("a", "x"), not(contains("a", "x"))),
      'never not a contains "x" beside a contains "x"',
    ],
    [
      "two beginnings",
      all(
        is("eventName", { kind: "starts_with", value: "Get", ignoreCase: false }),
        is("eventName", { kind: "starts_with", value: "List", ignoreCase: false }),
      ),
      'never eventName starts_with "List" beside eventName starts_with "Get"',
    ],
    [
      "bounds that cross",
      all(
        is("a", { kind: "compare", operator: "gt", value: 5 }),
        is("a", { kind: "compare", operator: "lte", value: 5 }),
      ),
      "never a lte 5 beside a gt 5",
    ],
    ["a set of nothing", any(among("a"), eq("b", 1)), "never a in []"],
    ["a branch beside what always holds", any(TRUE, eq("a", 1)), "shadowed a eq 1 beside true"],
    [
      "a branch beside something or its opposite",
      any(any(eq("a", 1), not(eq("a", 1))), eq("b", 1)),
      "shadowed b eq 1 beside a eq 1 or not a eq 1",
    ],
  ])("finds %s", (_, condition, finding) => {
    expect(told(condition)).toEqual([finding]);
  });

  it.each<[string, Expression]>([
    ["the same value twice", all(eq("eventName", "a"), among("eventName", "a", "b"))],
    [
      "case variants, where case does not count",
      all(eq("eventName", "stoplogging", true), eq("eventName", "StopLogging", true)),
    ],
    [
      "two values of what may be a list",
      all(eq("requestParameters", "a", true), eq("requestParameters", "b", true)),
    ],
    ["alternatives", any(eq("eventName", "a"), eq("eventName", "b"))],
    [
      "alternatives, one of which a sibling takes away",
      all(among("eventName", "a", "b"), not(eq("eventName", "a"))),
    ],
    ["different fields", all(eq("eventName", "a"), eq("eventSource", "b"))],
    [
      "beginnings of one another",
      all(
        is("eventName", { kind: "starts_with", value: "Get", ignoreCase: false }),
        is("eventName", { kind: "starts_with", value: "get", ignoreCase: true }),
      ),
    ],
    [
      "true as text and as such, which Sigma takes for the same",
      all(eq("readOnly", "true", true), eq("readOnly", true, true)),
    ],
    ["numbers as text", all(eq("apiVersion", "1.0", true), eq("apiVersion", 1, true))],
    ["what somebody switched off", any(FALSE, eq("a", 1))],
    [
      "a value that is in a list",
      all(eq("eventName", "a"), is("eventName", { kind: "in_list", list: "l", ignoreCase: true })),
    ],
  ])("says nothing of %s", (_, condition) => {
    expect(told(condition)).toEqual([]);
  });

  it("knows what always and what never holds", () => {
    expect(constantOf(all(), compile)).toBe(true);
    expect(constantOf(any(eq("a", 1), not(eq("a", 1))), compile)).toBe(true);
    expect(constantOf(not(all(eq("a", 1), eq("a", 2))), compile)).toBe(true);
    expect(constantOf(all(TRUE, eq("a", 1), all(eq("b", 1), eq("a", 2))), compile)).toBe(false);
    expect(constantOf(any(), compile)).toBe(false);
    expect(constantOf(any(FALSE, eq("a", 1)), compile)).toBeUndefined();
  });

  it("looks at a severity beside the rule's condition", () => {
    const known = factsOf(all(eq("eventName", "a")), compile);
    expect(findUnreachable(eq("eventName", "b"), compile, known)).toHaveLength(1);
    expect(findUnreachable(eq("eventName", "a"), compile, known)).toEqual([]);
  });

  it("bears 5,000 alternatives", () => {
    const values = Array.from({ length: 5_000 }, (_, i) => `v${i}`);
    const many = any(...values.map((value) => eq("eventName", value)));
    expect(told(all(many, many, among("eventName", ...values)))).toEqual([]);
  });
});

/** The condition with every finding's term never holding. */
function without(condition: Expression, findings: readonly Finding[]): Expression {
  const gone = new Set<Expression>(findings.map(({ term }) => term));
  const strip = (expression: Expression): Expression => {
    if (gone.has(expression)) return FALSE;
    if ("terms" in expression) return { ...expression, terms: expression.terms.map(strip) };
    return "term" in expression ? { ...expression, term: strip(expression.term) } : expression;
  };
  return strip(condition);
}

describe("over any conditions and records", () => {
  // The reference has these as one scalar each.
  const record = arbitraryRecord.map((one) => {
    const scalars = ["eventName", "eventSource"].map((key) => [key, one[key]] as const);
    const odd = scalars.filter(([, value]) => Array.isArray(value) || isJsonObject(value));
    return { ...one, ...Object.fromEntries(odd.map(([key]) => [key, "a"])) };
  });
  const expression = fc.oneof(
    fc.array(arbitraryExpression, { minLength: 2, maxLength: 5 }).map((terms) => all(...terms)),
    arbitraryExpression,
  );

  it("a part that is said to be unreachable can go, and nothing changes", () => {
    let found = 0;
    fc.assert(
      fc.property(expression, fc.array(record, { minLength: 5, maxLength: 10 }), (condition, records) => {
        const findings = findUnreachable(condition, compile);
        found += findings.length;
        const before = compileCondition(condition);
        const after = compileCondition(without(condition, findings));
        for (const one of records) expect(after(one)).toBe(before(one));
      }),
      { numRuns: 1_000 },
    );
    expect(found).toBeGreaterThan(40);
  }, 60_000);

  it("what is said to hold always or never does so", () => {
    let constant = 0;
    fc.assert(
      fc.property(expression, fc.array(record, { minLength: 5, maxLength: 10 }), (condition, records) => {
        const verdict = constantOf(condition, compile);
        if (verdict === undefined) return;
        constant++;
        for (const one of records) expect(compileCondition(condition)(one)).toBe(verdict);
      }),
      { numRuns: 1_000 },
    );
    expect(constant).toBeGreaterThan(40);
  }, 60_000);
});

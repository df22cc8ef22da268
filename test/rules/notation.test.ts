import type { Expression, ValueTest } from "../../src/rules/expression.js";
import { topLevelField } from "../../src/rules/field.js";
import { toNotation } from "../../src/rules/notation.js";

const f = topLevelField("f");
const is = (test: ValueTest): Expression => ({ kind: "predicate", field: f, test, reading: "exact" });
const A = is({ kind: "equals", value: "a", ignoreCase: false });
const B = is({ kind: "exists" });
const all = (...terms: Expression[]): Expression => ({ kind: "all", terms });
const any = (...terms: Expression[]): Expression => ({ kind: "any", terms });
const not = (term: Expression): Expression => ({ kind: "not", term });

describe("the notation of expressions", () => {
  it.each<[Expression, string]>([
    [is({ kind: "equals", value: 'a "b"', ignoreCase: false }), 'f eq "a \\"b\\""'],
    [is({ kind: "equals", value: true, ignoreCase: true }), "f eq~ true"],
    [is({ kind: "in", values: ["a", 1, null], ignoreCase: false }), 'f in ["a", 1, null]'],
    [is({ kind: "contains", value: "x", ignoreCase: true }), 'f contains~ "x"'],
    [is({ kind: "starts_with", value: "x", ignoreCase: false }), 'f starts_with "x"'],
    [is({ kind: "ends_with", value: "x", ignoreCase: true }), 'f ends_with~ "x"'],
    [
      is({
        kind: "wildcard",
        pattern: [
          { kind: "text", text: "a*" },
          { kind: "any" },
          { kind: "text", text: "b" },
          { kind: "one" },
        ],
        ignoreCase: false,
      }),
      String.raw`f like "a\\**b?"`,
    ],
    [
      is({ kind: "regex", pattern: "^a/b", ignoreCase: true, multiline: true, dotAll: false }),
      "f matches /^a/b/im",
    ],
    [is({ kind: "cidr", ranges: ["10.0.0.0/8"] }), 'f in_range ["10.0.0.0/8"]'],
    [is({ kind: "ip", family: "public" }), "f is a public IP address"],
    [is({ kind: "compare", operator: "gte", value: 5 }), "f gte 5"],
    [is({ kind: "time_part", part: "hour", operator: "lt", value: 6 }), "hour of f lt 6"],
    [is({ kind: "in_list", list: "ours", ignoreCase: true }), 'f in_list~ "ours"'],
    [is({ kind: "exists" }), "f exists"],
    [is({ kind: "present" }), "f is present"],
    [is({ kind: "null" }), "f is null"],
    [is({ kind: "empty" }), "f is empty"],
    [
      { kind: "anywhere", test: { kind: "contains", value: "x", ignoreCase: false } },
      'anywhere contains "x"',
    ],
    [
      {
        kind: "compare_fields",
        operator: "equals",
        left: f,
        right: topLevelField("g"),
        ignoreCase: true,
        reading: "exact",
      },
      "f eq~ g",
    ],
    [{ kind: "elements", quantifier: "none", field: f, term: A }, 'no element of f (f eq "a")'],
    [{ kind: "constant", value: false }, "false"],
    [all(), "true"],
    [any(), "false"],
  ])("%j", (expression, text) => {
    expect(toNotation(expression)).toBe(text);
  });

  it("has parentheses where it would read otherwise, and nowhere else", () => {
    expect(toNotation(all(A, any(B, not(A)), not(B)))).toBe(
      'f eq "a" and (f exists or not f eq "a") and not f exists',
    );
    expect(toNotation(not(all(any(A, B))))).toBe('not (f eq "a" or f exists)');
    expect(toNotation(any(all(A), all(A, B)))).toBe('f eq "a" or (f eq "a" and f exists)');
    expect(toNotation({ kind: "only_one", terms: [A, all(A, B)] })).toBe(
      'exactly one of (f eq "a", f eq "a" and f exists)',
    );
  });

  it("counts what it leaves out of long lists", () => {
    const long = is({ kind: "in", values: ["a", "b", "c", "d"], ignoreCase: false });
    expect(toNotation(not(long), { maxValues: 2 })).toBe('not f in ["a", "b", … 2 more]');
  });
});

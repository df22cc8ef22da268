import { parseCondition } from "../../../src/rules/sigma/parse-condition.js";
import { tokenizeCondition } from "../../../src/rules/sigma/condition-tokens.js";
import { holds, load, loadRule, problems, withDetection } from "./make.js";

/** Selections a, b, c, sel_1, sel_2, _hidden: each holds where the record has a field of its name. */
const NAMES = ["a", "b", "c", "sel_1", "sel_2", "_hidden"];
const selections = NAMES.map((name) => `  ${name}: {${name}: 1}`).join("\n");
/** Columns of a condition are counted from the beginning of its text. */
const withCondition = (condition: string) => withDetection(`${selections}\n  condition: ${condition}`);
const ruleOf = (condition: string) => load(withCondition(condition)).rules[0];

describe("conditions", () => {
  it.each<[string, string[], boolean]>([
    // condition, fields of the record, whether it holds
    ["a", ["a"], true],
    ["a and b", ["a"], false],
    ["a and b", ["a", "b"], true],
    ["a or b", ["b"], true],
    ["not a", [], true],
    ["not not a", ["a"], true],
    // and binds tighter than or, not tighter than and
    ["a or b and c", ["a"], true],
    ["(a or b) and c", ["a"], false],
    ["a and b or c", ["c"], true],
    ["not a and b", ["b"], true],
    ["not a and b", ["a", "b"], false],
    ["not (a and b)", ["a"], true],
    ["not a or b", ["a", "b"], true],
    ["a AND NOT b OR c", ["a"], true],
    ["1 of sel_*", ["sel_2"], true],
    ["1 of sel_*", ["a"], false],
    ["any of sel_*", ["sel_1"], true],
    ["all of sel_*", ["sel_1"], false],
    ["all of sel_*", ["sel_1", "sel_2"], true],
    ["1 of *_2", ["sel_2"], true],
    ["1 of s*l*2", ["sel_2"], true],
    ["1 of sel_1", ["sel_1"], true],
    ["not 1 of sel_*", ["a"], true],
    ["a and not 1 of sel_*", ["a", "sel_1"], false],
    ["1 of them", ["c"], true],
    ["1 of them", ["_hidden"], false],
    ["all of them", ["a", "b", "c", "sel_1", "sel_2"], true],
    ["1 of _*", ["_hidden"], true],
    ["_hidden", ["_hidden"], true],
    ["[a and b, c]", ["c"], true],
    ["[a and b, c]", ["a"], false],
    ["a\n    or b", ["b"], true],
    ["( ( a ) )", ["a"], true],
  ])("%j with %j: %s", (condition, fields, expected) => {
    const rule = ruleOf(condition)!;
    expect(holds(rule, Object.fromEntries(fields.map((name) => [name, 1])))).toBe(expected);
  });

  it("read words that begin like and, or and not as names", () => {
    const rule = loadRule(
      withDetection("  notepad: {a: 1}\n  order: {b: 1}\n  condition: notepad and not order"),
    );
    expect(holds(rule, { a: 1 })).toBe(true);
  });

  it.each<[string, string, RegExp]>([
    // condition, position in it and code, what is said
    ["a and xyz", "7 unknown-selection", /no selection xyz/],
    ["a and sel_3", "7 unknown-selection", /Did you mean sel_1/],
    ["1 of filter_*", "6 unknown-selection", /named like filter_\*/],
    ["1 of s*2*2", "6 unknown-selection", /named like/],
    ["a or 1 of *hidden", "11 unknown-selection", /named like/],
    ["a b", "3 bad-condition", /`and` or `or` is missing/],
    ["a adn b", "3 bad-condition", /Before "adn", `and` or `or` is missing\. Did you mean and\?/],
    ["a andd b", "3 bad-condition", /Did you mean and\?/],
    ["1 of nothing_*", "6 unknown-selection", /Selections here are a, /],
    ["a and", "6 bad-condition", /ends where/],
    ["and a", "1 bad-condition", /wanted here/],
    ["(a or b", "1 bad-condition", /not closed.*Close it with `\)`/],
    ["a or b)", "7 bad-condition", /not opened/],
    ["sel_*", "1 bad-condition", /1 of sel_\*/],
    ["2 of sel_*", "1 bad-condition", /`1 of`, `any of` or `all of`/],
    ["1 of", "5 bad-condition", /them/],
    ["a & b", "3 bad-condition", /missing/],
    ["''", "2 bad-condition", /empty/],
    ["'a and xyz'", "8 unknown-selection", /xyz/],
  ])("%j is wrong at %s", (condition, place, said) => {
    const { rules, diagnostics } = load(withCondition(condition));
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    const line = 7 + NAMES.length;
    const before = "  condition: ".length;
    expect(errors.map((d) => `${d.column - before} ${d.code}`)).toEqual([place]);
    expect(errors.map((d) => d.line)).toEqual([line]);
    expect(`${errors[0]?.message} ${errors[0]?.hint ?? ""}`).toMatch(said);
    expect(rules).toEqual([]);
  });

  it("end in no pipe: the rule is refused once, by its id, with a hint at correlations", () => {
    for (const condition of ["a | count() > 10", "a | near b", "a | count(xyz) by b|c > 3"]) {
      const { rules, diagnostics } = load(
        withDetection(`  a: {b|nothing: x}\n  timeframe: 5m\n  condition: ${condition}`),
      );
      expect(rules).toEqual([]);
      expect(diagnostics).toHaveLength(1);
      expect(diagnostics[0]).toMatchObject({
        code: "pipe-aggregation",
        severity: "error",
        line: 9,
        column: 16,
      });
      expect(diagnostics[0]?.message).toMatch(/^11111111-/);
      expect(diagnostics[0]?.hint).toMatch(/correlation/);
    }
  });

  it("may be missing, of another type, or an empty list: refused", () => {
    expect(problems(withDetection("  a: {b: 1}"))).toEqual(["6:1 error missing-key"]);
    expect(problems(withDetection("  a: {b: 1}\n  condition: 5"))).toEqual(["8:14 error wrong-type"]);
    expect(problems(withDetection("  a: {b: 1}\n  condition: []"))).toEqual(["8:14 error bad-condition"]);
    expect(problems(withDetection("  condition: a"))).toEqual(["6:1 error missing-key"]);
  });

  it("leave no selection unused without a warning", () => {
    expect(problems(withDetection("  a: {b: 1}\n  c: {d: 1}\n  condition: a"))).toEqual([
      "8:3 warning unused-selection",
    ]);
    expect(load(withDetection("  a: {b: 1}\n  c: {d: 1}\n  condition: a")).rules).toHaveLength(1);
  });

  it("may not be nested without end, and may be as long as they like", () => {
    const codes = (condition: string) => load(withCondition(condition)).diagnostics.map(({ code }) => code);
    expect(codes(`${"(".repeat(20_000)}a${")".repeat(20_000)}`)).toContain("too-deep");
    expect(codes(`${"not ".repeat(20_000)}a`)).toContain("too-deep");
    expect(codes(Array<string>(2_000).fill("a").join(" or "))).not.toContain("too-deep");
  });

  it("are parsed to a tree", () => {
    expect(parseCondition("a and not 1 of b*")).toEqual({
      kind: "and",
      terms: [
        { kind: "name", name: "a", at: 0 },
        { kind: "not", term: { kind: "of", quantifier: "any", pattern: "b*", at: 15 } },
      ],
    });
    expect(tokenizeCondition(" a-b (c*)").map(({ kind, text, at }) => [kind, text, at])).toEqual([
      ["name", "a-b", 1],
      ["(", "(", 5],
      ["pattern", "c*", 6],
      [")", ")", 8],
    ]);
  });
});

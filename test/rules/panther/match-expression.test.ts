import type { JsonObject, JsonValue } from "../../../src/lib/json.js";
import { CONDITIONS } from "../../../src/rules/panther/conditions.js";
import { complaints, HEAD, listsOf, matches, withDetection } from "./parse.js";

describe("match expressions", () => {
  it("must all hold at the top", () => {
    const yaml = "  - {Key: a, Condition: Equals, Value: 1}\n  - {Key: b, Condition: Equals, Value: x}\n";
    expect(matches(yaml, { a: 1, b: "x" })).toBe(true);
    expect(matches(yaml, { a: 1 })).toBe(false);
  });

  it.each<[string, number[]]>([
    ["All", [2]],
    ["Any", [1, 2]],
    ["OnlyOne", [1]],
    ["None", [0]],
  ])("%s of two holds when so many do", (combinator, wanted) => {
    const yaml = `  - ${combinator}:
      - {Key: a, Condition: Equals, Value: true}
      - {Key: b, Condition: Equals, Value: true}\n`;
    const records: JsonObject[] = [{}, { a: true }, { a: true, b: true }];
    expect(records.map((record) => matches(yaml, record))).toEqual([0, 1, 2].map((n) => wanted.includes(n)));
    expect(matches(yaml, { b: true })).toBe(wanted.includes(1));
  });

  const IPS: JsonValue[] = ["8.8.8.8", "10.1.2.3", "2001:4860::1", "fe80::1", "ec2.amazonaws.com", 8];
  const TEXTS: JsonValue[] = ["Abc", "abc", "b", 7, ["b", "Abc"]];
  /** Condition and operand; the values put to it; whether it holds for each, and for a missing key. */
  const CASES: [string, JsonValue[], boolean[]][] = [
    ["Equals, Value: Abc", TEXTS, [true, false, false, false, false, false]],
    ["DoesNotEqual, Value: Abc", TEXTS, [false, true, true, true, true, true]],
    ["IEquals, Value: aBC", TEXTS, [true, true, false, false, false, false]],
    ["IDoesNotEqual, Value: aBC", TEXTS, [false, false, true, true, true, true]],
    ["Equals, Value: 7", TEXTS, [false, false, false, true, false, false]],
    ["Equals, Value: true", [true, "true", 1], [true, false, false, false]],
    ["IsIn, Values: [x, Abc, 7]", TEXTS, [true, false, false, true, false, false]],
    ["IsNotIn, Values: [x, Abc, 7]", TEXTS, [false, true, true, false, true, true]],
    ["Contains, Value: b", TEXTS, [true, true, true, false, true, false]],
    ["DoesNotContain, Value: b", TEXTS, [false, false, false, true, false, true]],
    ["Contains, Value: 7", [[7], ["7"], "7"], [true, false, false, false]],
    ["IContains, Value: B", TEXTS, [true, true, true, false, true, false]],
    ["IDoesNotContain, Value: aB", TEXTS, [false, false, true, true, true, true]],
    ["StartsWith, Value: Ab", TEXTS, [true, false, false, false, false, false]],
    ["DoesNotStartWith, Value: Ab", TEXTS, [false, true, true, true, true, true]],
    ["IStartsWith, Value: aB", TEXTS, [true, true, false, false, false, false]],
    ["IDoesNotStartWith, Value: aB", TEXTS, [false, false, true, true, true, true]],
    ["EndsWith, Value: bc", TEXTS, [true, true, false, false, false, false]],
    ["DoesNotEndWith, Value: bc", TEXTS, [false, false, true, true, true, true]],
    ["IEndsWith, Value: BC", TEXTS, [true, true, false, false, false, false]],
    ["IDoesNotEndWith, Value: BC", TEXTS, [false, false, true, true, true, true]],
    ["IsGreaterThan, Value: 5", [4, 5, 5.5, "6", null], [false, false, true, false, false, false]],
    ["IsGreaterThanOrEqual, Value: 5", [4, 5, 6, "6"], [false, true, true, false, false]],
    ["IsGreaterThanOrEquals, Value: 5", [4, 5, 6, "6"], [false, true, true, false, false]],
    ["IsLessThan, Value: 5", [4, 5, 6, "4"], [true, false, false, false, false]],
    ["IsLessThanOrEqual, Value: 5", [4, 5, 6, "4"], [true, true, false, false, false]],
    ["IsLessThanOrEquals, Value: 5", [4, 5, 6, "4"], [true, true, false, false, false]],
    ["IsGreaterThan, Value: '2024-01'", ["2024-02", "2023-12", 3000], [true, false, false, false]],
    ["Exists", ["x", null, "", []], [true, true, true, true, false]],
    ["DoesNotExist", ["x", null, "", []], [false, false, false, false, true]],
    ["IsNull", ["x", null, "", []], [false, true, false, false, true]],
    ["IsNotNull", ["x", null, "", []], [true, false, true, true, false]],
    ["IsNullOrEmpty", ["x", null, "", [], {}, 0], [false, true, true, true, true, false, true]],
    ["IsNotNullOrEmpty", ["x", null, "", [], {}, 0], [true, false, false, false, false, true, false]],
    ["IsIPAddress", IPS, [true, true, true, true, false, false, false]],
    ["IsIPv4Address", IPS, [true, true, false, false, false, false, false]],
    ["IsIPv6Address", IPS, [false, false, true, true, false, false, false]],
    ["IsIPAddressPublic", IPS, [true, false, true, false, false, false, false]],
    ["IsIPAddressPrivate", IPS, [false, true, false, true, false, false, false]],
    ["IsIPAddressInCIDR, Value: 10.0.0.0/8", IPS, [false, true, false, false, false, false, false]],
    [
      "IsIPAddressInCIDR, Values: [8.8.8.8, 'fe80::/10']",
      IPS,
      [true, false, false, true, false, false, false],
    ],
    ["IsIPAddressNotInCIDR, Value: 10.0.0.0/8", IPS, [true, false, true, true, true, true, true]],
    ["IsInList, List: known", ["Abc", "abc", "7", 7, "10.1.1.1"], [true, false, true, false, true, false]],
    ["IsNotInList, List: known", ["Abc", "abc", "7", 7, "10.1.1.1"], [false, true, false, true, false, true]],
    ["IIsInList, List: known", ["Abc", "abc", 8, "11.1.1.1"], [true, true, false, false, false]],
    ["IIsNotInList, List: known", ["Abc", "abc", 8, "11.1.1.1"], [false, false, true, true, true]],
  ];
  const LISTS = listsOf({ known: { values: ["Abc", "7"], ranges: ["10.0.0.0/8"] } });

  it.each(CASES)("%s", (condition, values, wanted) => {
    const yaml = `  - {KeyPath: a.b, Condition: ${condition}}\n`;
    const records: JsonObject[] = [...values.map((b) => ({ a: { b } })), { a: {} }];
    expect(records.map((record) => matches(yaml, record, LISTS))).toEqual(wanted);
  });

  it("are all tried above", () => {
    const tried = CASES.map(([condition]) => condition.split(",")[0]!);
    expect([...new Set(tried)].sort()).toEqual([...CONDITIONS.keys()].sort());
  });

  it.each<[string, JsonObject, boolean]>([
    ["Equals", { a: "x", b: { c: "x" } }, true],
    ["Equals", { a: "x", b: { c: "X" } }, false],
    ["Equals", { a: 1, b: { c: "1" } }, false],
    ["Equals", {}, false],
    ["DoesNotEqual", { a: "x", b: { c: "y" } }, true],
    ["DoesNotEqual", { a: "x", b: { c: "x" } }, false],
    ["DoesNotEqual", { a: "x" }, true],
    ["IEquals", { a: "x", b: { c: "X" } }, true],
    ["Contains", { a: "xyz", b: { c: "y" } }, true],
    ["Contains", { a: ["x", "y"], b: { c: "y" } }, true],
    ["IContains", { a: "xyz", b: { c: "Y" } }, true],
    ["DoesNotContain", { a: "xyz", b: { c: "y" } }, false],
    ["StartsWith", { a: "xyz", b: { c: "xy" } }, true],
    ["IEndsWith", { a: "xyz", b: { c: "YZ" } }, true],
    ["IsGreaterThan", { a: 2, b: { c: 1 } }, true],
    ["IsGreaterThan", { a: 1, b: { c: 2 } }, false],
    ["IsLessThanOrEquals", { a: 1, b: { c: 1 } }, true],
    ["IsLessThan", { a: 1 }, false],
  ])("%s of two keys in %j: %s", (condition, record, wanted) => {
    const yaml = `  - {Condition: ${condition}, Values: [{Key: a}, {KeyPath: b.c}]}\n`;
    expect(matches(yaml, record)).toBe(wanted);
  });

  it("are always true or always false where they say so", () => {
    expect(matches("  - Condition: AlwaysTrue\n", {})).toBe(true);
    expect(matches("  - Condition: AlwaysFalse\n", {})).toBe(false);
  });

  it("look into lists", () => {
    const yaml = (condition: string) => `  - KeyPath: items
    Condition: ${condition}
    Expressions:
      - {Key: port, Condition: Equals, Value: 22}
      - {Key: open, Condition: Equals, Value: true}\n`;
    const hit = { port: 22, open: true };
    const near = { port: 22, open: false };
    const on = (condition: string) =>
      [[hit, near], [hit, hit], [near]].map((items) => matches(yaml(condition), { items }));
    expect(on("AnyElement")).toEqual([true, true, false]);
    expect(on("AllElements")).toEqual([false, true, false]);
    expect(on("NoElement")).toEqual([false, false, true]);
    expect(on("OnlyOneElement")).toEqual([true, false, false]);
  });

  it("look at elements that are no objects", () => {
    const yaml = `  - KeyPath: ranges
    Condition: AnyElement
    Expressions:
      - {DeepKey: [], Condition: StartsWith, Value: "0.0.0.0/"}\n`;
    expect(matches(yaml, { ranges: ["10.0.0.0/8", "0.0.0.0/0"] })).toBe(true);
    expect(matches(yaml, { ranges: ["10.0.0.0/8"] })).toBe(false);
  });

  it("nest as they like", () => {
    const yaml = `  - None:
      - All:
          - {Key: a, Condition: Exists}
          - OnlyOne:
              - {Key: b, Condition: Exists}
              - Any:
                  - {Key: c, Condition: Exists}
                  - {Key: list, Condition: NoElement, Expressions: [{None: [{Key: d, Condition: Exists}]}]}\n`;
    // A list whose elements all have d, and no list at all, hold for NoElement.
    expect(matches(yaml, { a: 1 })).toBe(false);
    expect(matches(yaml, { a: 1, b: 1 })).toBe(true);
    expect(matches(yaml, { a: 1, b: 1, list: [{ d: 1 }, {}] })).toBe(false);
    expect(matches(yaml, { b: 1 })).toBe(true);
  });

  it("reach fields by Key, DeepKey and KeyPath", () => {
    expect(
      matches('  - {DeepKey: [a, "b.c", 1], Condition: Equals, Value: x}\n', { a: { "b.c": ["", "x"] } }),
    ).toBe(true);
    expect(matches("  - {KeyPath: 'a[1].b', Condition: Equals, Value: x}\n", { a: [{}, { b: "x" }] })).toBe(
      true,
    );
    expect(matches("  - {KeyPath: 'a[*].b', Condition: Contains, Value: x}\n", { a: [{}, { b: "x" }] })).toBe(
      true,
    );
    expect(
      matches("  - {KeyPath: s3:x-amz-acl, Condition: Equals, Value: x}\n", { "s3:x-amz-acl": "x" }),
    ).toBe(true);
  });
});

describe("what is wrong", () => {
  it.each<[string, string, string[]]>([
    ["an unknown condition", "  - {Key: a, Condition: Equal, Value: x}\n", ["unknown-condition 7:25"]],
    ["no condition", "  - {Key: a, Value: 1}\n", ["bad-expression 7:5"]],
    ["no key", "  - {Condition: Equals, Value: 1}\n", ["bad-expression 7:5"]],
    ["two keys", "  - {Key: a, KeyPath: a, Condition: Equals, Value: 1}\n", ["bad-expression 7:5"]],
    ["an empty expression", "  - {}\n", ["bad-expression 7:5"]],
    ["an expression that is text", "  - eventName\n", ["wrong-type 7:5"]],
    ["one key compared", "  - {Condition: Equals, Values: [{Key: a}]}\n", ["bad-expression 7:33"]],
    ["values compared", "  - {Condition: Equals, Values: [a, b]}\n", ["wrong-type 7:34", "wrong-type 7:37"]],
    [
      "two keys in IsNull",
      "  - {Condition: IsNull, Values: [{Key: a}, {Key: b}]}\n",
      ["bad-expression 7:25"],
    ],
    [
      "a range that is none",
      "  - {Key: a, Condition: IsIPAddressInCIDR, Value: 10.0.0.0/40}\n",
      ["bad-cidr 7:51"],
    ],
    [
      "ranges and a range",
      "  - {Key: a, Condition: IsIPAddressInCIDR, Value: 10.0.0.0/8, Values: [10.0.0.0/8]}\n",
      ["bad-expression 7:5"],
    ],
    [
      "a number that is rounded",
      "  - {Key: a, Condition: Equals, Value: 12345678901234567890}\n",
      ["bad-value 7:40"],
    ],
    [
      "a number that loses its zero",
      "  - {Key: a, Condition: Equals, Value: 012345678901}\n",
      ["bad-value 7:40"],
    ],
    ["a number that is none", "  - {Key: a, Condition: IsGreaterThan, Value: .inf}\n", ["bad-value 7:47"]],
    ["true for IsLessThan", "  - {Key: a, Condition: IsLessThan, Value: true}\n", ["wrong-type 7:44"]],
    ["a condition of patterns", "  - {Key: a, Condition: Matches, Value: x}\n", ["unknown-condition 7:25"]],
    ["a list that is not there", "  - {Key: a, Condition: IsInList, List: x}\n", ["unknown-list 7:41"]],
    [
      "a condition that nothing defines",
      "  - {Key: a, Condition: CIDRContainsIPAddresses, Values: [10.0.0.1]}\n",
      ["unsupported-condition 7:25"],
    ],
    ["the element outside of elements", "  - {DeepKey: [], Condition: Exists}\n", ["bad-key-path 7:15"]],
    ["an enrichment", "  - {Enrichment: {Table: t}, Condition: Equals, Value: 1}\n", ["unsupported-key 7:6"]],
    ["no value", "  - {Key: a, Condition: Equals}\n", ["bad-expression 7:5"]],
    ["a value for Exists", "  - {Key: a, Condition: Exists, Value: 1}\n", ["bad-expression 7:33"]],
    ["Values for Equals", "  - {Key: a, Condition: Equals, Values: [1]}\n", ["bad-expression 7:33"]],
    ["a number for StartsWith", "  - {Key: a, Condition: StartsWith, Value: 1}\n", ["wrong-type 7:44"]],
    ["null as value", "  - {Key: a, Condition: Equals, Value: null}\n", ["wrong-type 7:40"]],
    ["no values", "  - {Key: a, Condition: IsIn, Values: []}\n", ["bad-value 7:39"]],
    ["a bad path", "  - {KeyPath: 'a[x]', Condition: Exists}\n", ["bad-key-path 7:15"]],
    ["an empty step", "  - {KeyPath: a..b, Condition: Exists}\n", ["bad-key-path 7:15"]],
    ["a misspelt key", "  - {Kye: a, Condition: Exists}\n", ["unknown-key 7:6"]],
    ["a combinator with company", "  - {All: [], Key: a}\n", ["bad-expression 7:6"]],
    ["an empty combinator", "  - Any: []\n", ["bad-expression 7:10"]],
    ["elements without expressions", "  - {Key: a, Condition: AnyElement}\n", ["bad-expression 7:5"]],
  ])("%s in a match expression", (_, yaml, wanted) => {
    expect(withDetection(yaml).rule).toBeUndefined();
    expect(complaints(`${HEAD}Detection:\n${yaml}`)).toEqual(wanted);
  });

  it("says once that what it uses is not supported, and in which rule", () => {
    const enrichment = "  - {Enrichment: {Table: t}, Condition: Equals, Value: 1}\n";
    const { diagnostics } = withDetection(enrichment + enrichment);
    expect(diagnostics.map((d) => d.message)).toEqual([
      "In the rule My.Rule, match expressions on an Enrichment are not supported.",
    ]);
  });

  it("guesses which list was meant", () => {
    const { diagnostics } = withDetection("  - {Key: a, Condition: IsInList, List: admin}\n", {
      lists: listsOf({ admins: {} }),
    });
    expect(diagnostics.map((d) => d.hint)).toEqual(["Did you mean admins?"]);
  });
});

import type { JsonObject } from "../../../src/lib/json.js";
import { complaints, DETECTION, HEAD, holds } from "./parse.js";

const filtered = (yaml: string) => `${HEAD}${DETECTION}InlineFilters:\n${yaml}`;
const passes = (yaml: string, record: JsonObject) =>
  holds(filtered(yaml), { eventName: "DeleteTrail", ...record });

describe("InlineFilters", () => {
  it("must hold besides Detection", () => {
    const yaml =
      "  - {KeyPath: a, Condition: Equals, Value: x}\n  - {KeyPath: b, Condition: Equals, Value: y}\n";
    expect(passes(yaml, { a: "x", b: "y" })).toBe(true);
    expect(passes(yaml, { a: "x", b: "x" })).toBe(false);
    expect(holds(filtered(yaml), { a: "x", b: "y" })).toBe(false);
  });

  it.each<[string, boolean[]]>([
    // for "x", null, a missing key
    ["Equals, Value: x", [true, false, true]],
    ["DoesNotEqual, Value: x", [false, true, true]],
    ["StartsWith, Value: y", [false, false, true]],
    ["IsNotIn, Values: [x]", [false, true, true]],
    ["IsNullOrEmpty", [false, true, true]],
    ["IsNotNullOrEmpty", [true, false, true]],
  ])("let pass what lacks the field: %s", (condition, wanted) => {
    const yaml = `  - {KeyPath: a.b, Condition: ${condition}}\n`;
    const records: JsonObject[] = [{ a: { b: "x" } }, { a: { b: null } }, {}];
    expect(records.map((record) => passes(yaml, record))).toEqual(wanted);
  });

  it("are combined by All and Any", () => {
    const yaml = `  - Any:
      - {KeyPath: a, Condition: Equals, Value: x}
      - All:
          - {KeyPath: a, Condition: Equals, Value: y}
          - {KeyPath: b, Condition: Equals, Value: y}\n`;
    expect(passes(yaml, { a: "x", b: "" })).toBe(true);
    expect(passes(yaml, { a: "y", b: "y" })).toBe(true);
    expect(passes(yaml, { a: "y", b: "" })).toBe(false);
  });

  it.each(["  []\n", "  - All: []\n"])("filter nothing when empty: %j", (yaml) => {
    expect(passes(yaml, {})).toBe(true);
    expect(holds(filtered(yaml), { eventName: "x" })).toBe(false);
  });

  it.each<[string, string, string]>([
    ["an element condition", "{KeyPath: a, Condition: AnyElement, Expressions: []}", "bad-expression 11:5"],
    ["a comparison of two keys", "{Condition: Equals, Values: [{Key: a}, {Key: b}]}", "bad-expression 11:5"],
    ["an absolute condition", "{Condition: AlwaysTrue}", "bad-expression 11:5"],
    ["Exists", "{KeyPath: a, Condition: Exists}", "bad-expression 11:5"],
    ["DoesNotExist", "{KeyPath: a, Condition: DoesNotExist}", "bad-expression 11:5"],
    ["None", "None: [{KeyPath: a, Condition: IsNull}]", "bad-expression 11:5"],
    ["OnlyOne", "OnlyOne: [{KeyPath: a, Condition: IsNull}]", "bad-expression 11:5"],
    ["an empty Any", "Any: []", "bad-expression 11:10"],
    ["something else than a list", "a: {b: 1}", "unknown-key 11:5"],
  ])("do not take %s", (_, yaml, wanted) => {
    expect(complaints(filtered(`  - ${yaml}\n`))).toEqual([wanted]);
  });

  it("must be a list", () => {
    expect(complaints(`${HEAD}${DETECTION}InlineFilters: {KeyPath: a}\n`)).toEqual(["wrong-type 10:16"]);
  });
});

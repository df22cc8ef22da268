import type { JsonObject } from "../../src/lib/json.js";
import { compileRules } from "../../src/match/engine.js";
import { referenceMatches } from "../../src/match/reference.js";
import type { Expression, Reading, ValueTest } from "../../src/rules/expression.js";
import { ruleOf } from "./rule-fixture.js";

const loose = (...names: string[]) => ({ kind: "loose", text: names.join("."), names }) as const;
const predicate = (field: ReturnType<typeof loose>, test: ValueTest, reading: Reading): Expression => ({
  kind: "predicate",
  field,
  test,
  reading,
});
const equals = (value: string | number | boolean | null, ignoreCase = false): ValueTest => ({
  kind: "equals",
  value,
  ignoreCase,
});
const contains = (value: string, ignoreCase = false): ValueTest => ({ kind: "contains", value, ignoreCase });
const call = { eventName: "A", eventSource: "s" };
const missing = Symbol("missing");

/** As the engine has it the first time and by its plan, and as the reference has it. */
function verdicts(condition: Expression, fields: JsonObject): readonly boolean[] {
  const rule = ruleOf("r", {
    kind: "all",
    terms: [predicate(loose("eventName"), equals("A"), "any_text"), condition],
  });
  const engine = compileRules([rule]);
  const record = { ...call, ...fields };
  const found = [1, 2, 3].map(() => engine.evaluate(record).length === 1);
  return [...found, referenceMatches([rule], record).length === 1];
}

describe.each<[Reading, ValueTest, unknown[], unknown[]]>([
  ["any_text", { kind: "exists" }, ["", null, 0, [null], {}, [{}]], [missing, [], [[]]]],
  ["any_text", { kind: "null" }, [missing, null, [], [[]], [1, null]], ["", 0, {}, [1]]],
  ["any_text", { kind: "present" }, ["", 0, {}, [null, 1]], [missing, null, [], [null]]],
  [
    "any_text",
    equals(443),
    [443, "443", "443.0", "4.43e2", [1, ["443"]]],
    ["0x1bb", " 443", 44, "443a", { a: 443 }],
  ],
  ["any_text", equals("443"), ["443", 443, [443]], ["443.0", 4430]],
  ["any_text", equals("443.0"), ["443.0", 443], ["443", 443.5]],
  ["any_text", equals("TRUE", true), [true, "true", [false, "True"]], [false, 1]],
  ["any_text", equals(null), [null, [1, null]], [missing, "null", [], {}]],
  ["any_text", equals('{"a":1}'), [{ a: 1 }, '{"a":1}'], [{ a: 2 }, [{ a: 1 }]]],
  [
    "any_text",
    contains("susp", true),
    [{ Status: "Suspended" }, [{ a: ["SUSP"] }], "x susp"],
    ["sus", ["su", "sp"], null],
  ],
  ["any_text", contains("nul"), [{ a: null }], [null, [null]]],
  ["any_text", { kind: "empty" }, [missing, null, "", [], [1, ""]], [0, {}, [{}], [0]]],
  ["any_scalar", { kind: "exists" }, ["", null, 0, {}, [{}]], [missing, [], [null], [[null]]]],
  ["any_scalar", { kind: "null" }, [missing, null, [], [null]], ["", 0, {}, [1, null]]],
  ["any_scalar", { kind: "present" }, ["", 0, {}, [{}, null]], [missing, null, [null]]],
  ["any_scalar", equals("a"), ["a", ["b", ["a"]], [{ x: 1 }, "a"]], [{ a: "a" }, "A", [{ a: "a" }]]],
  ["any_scalar", contains("abc"), ["xabc", [{ abc: 1 }, "abcd"]], [{ abc: "abc" }, [{ x: "abc" }], "ABC"]],
  ["any_scalar", equals(null), [null], [missing, [null], [1, null]]],
  ["exact", equals(443), [443], ["443", [443], missing]],
  ["exact", contains("abc"), ["xabc", ["abc"]], [["xabc"], { abc: 1 }, "ABC"]],
])("%s %j", (reading, test, yes, no) => {
  it.each([...yes.map((value) => [value, true] as const), ...no.map((value) => [value, false] as const)])(
    "of %j: %s",
    (value, expected) => {
      const fields = (value === missing ? {} : { f: value }) as JsonObject;
      expect(verdicts(predicate(loose("f"), test, reading), fields)).toEqual(Array(4).fill(expected));
    },
  );
});

describe("loose references", () => {
  const deep = predicate(loose("a", "b", "c"), equals("x"), "any_text");

  it.each<[string, JsonObject, boolean]>([
    ["a key that is the whole name", { "a.b.c": "x" }, true],
    ["a key that is the whole name comes first", { "a.b.c": "y", a: { b: { c: "x" } } }, false],
    ["a key that is a part of the name is none", { "a.b": { c: "x" } }, false],
    ["keys inside keys", { a: { b: { c: "x" } } }, true],
    ["arrays of arrays on the way", { a: [{ b: [[{ c: "y" }, { c: ["z", "x"] }]] }] }, true],
    ["nothing found", { a: [{ b: [] }, 1] }, false],
  ])("%s", (_name, fields, expected) => {
    expect(verdicts(deep, fields)).toEqual(Array(4).fill(expected));
  });

  it("gather what arrays on the way hold in one flat array, and leave arrays at the end as they are", () => {
    const elements: Expression = {
      kind: "elements",
      quantifier: "any",
      field: loose("a", "b"),
      term: predicate(loose("c"), equals("x"), "any_text"),
    };
    expect(verdicts(elements, { a: [{ b: { c: "y" } }, [{ b: { c: "x" } }]] })).toEqual(Array(4).fill(true));
    expect(verdicts(elements, { a: [{ b: [{ c: "x" }] }] })).toEqual(Array(4).fill(false));
  });
});

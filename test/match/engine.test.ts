import type { JsonObject } from "../../src/lib/json.js";
import { compileRules } from "../../src/match/engine.js";
import type { Expression, Quantifier, Reading, ValueTest } from "../../src/rules/expression.js";
import type { ExceptionScope, RuleException } from "../../src/rules/exceptions/exception.js";
import { topLevelField, type FieldReference, type PathReference } from "../../src/rules/field.js";
import { ruleOf } from "./rule-fixture.js";

const at = (...names: string[]): PathReference => ({
  kind: "path",
  text: names.join("."),
  steps: names.map((name) => (name === "*" ? { kind: "every" } : { kind: "key", name })),
});
const predicate = (field: FieldReference, test: ValueTest, reading: Reading = "exact"): Expression => ({
  kind: "predicate",
  field,
  test,
  reading,
});
const equals = (name: string, value: string): Expression =>
  predicate(topLevelField(name), { kind: "equals", value, ignoreCase: false });
const holds = (condition: Expression, record: JsonObject): boolean =>
  compileRules([ruleOf("r", condition)]).evaluate(record).length === 1;
const parse = (text: string) => JSON.parse(text) as JsonObject;

describe("compileRules", () => {
  it("gives every rule that holds, in their order, however many", () => {
    const rules = Array.from({ length: 500 }, (_, i) =>
      ruleOf(
        `r${String(i)}`,
        i % 2 === 0 ? equals("eventName", "A") : { kind: "not", term: equals("eventName", "B") },
      ),
    );
    const engine = compileRules(rules);
    expect(engine.evaluate({ eventName: "A" }).map((match) => match.rule.id)).toEqual(
      rules.map((rule) => rule.id),
    );
    expect(engine.evaluate({ eventName: "B" })).toEqual([]);
    expect(engine.rules).toEqual(rules);
  });

  it("counts a rule that fails against its id, and goes on with the others", () => {
    const engine = compileRules([
      ruleOf("fails", predicate(at("broken", "x"), { kind: "exists" })),
      ruleOf("works", equals("eventName", "A")),
      ruleOf("fails-in-index", equals("unreadable", "A")),
    ]);
    // A getter that throws stands for a fault in a predicate: no JSON can make one fail.
    const record = {
      eventName: "A",
      get broken(): never {
        throw new Error("fault");
      },
    };
    expect(engine.evaluate(record).map((match) => match.rule.id)).toEqual(["works"]);
    expect(engine.evaluate(record)).toHaveLength(1);
    expect(engine.errors).toEqual(new Map([["fails", 2]]));
    const unreadable = {
      eventName: "A",
      get unreadable(): never {
        throw new Error("fault");
      },
    };
    expect(engine.evaluate(unreadable).map((match) => match.rule.id)).toEqual(["works"]);
    expect(engine.errors.get("fails-in-index")).toBe(1);
  });

  it("does not read inherited properties", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      expect(holds(predicate(at(name), { kind: "exists" }), {})).toBe(false);
      expect(holds(predicate(at(name, "name"), { kind: "exists" }), {})).toBe(false);
    }
    expect(holds(predicate(at("__proto__", "a"), { kind: "exists" }), parse('{"__proto__":{"a":1}}'))).toBe(
      true,
    );
  });

  it("takes a dot in a Key as part of it", () => {
    const condition = equals("a.b", "x");
    expect(holds(condition, { "a.b": "x" })).toBe(true);
    expect(holds(condition, { a: { b: "x" } })).toBe(false);
  });

  it("cuts a title that would be longer than anybody reads", () => {
    const field = topLevelField("userAgent");
    const title = Array.from({ length: 70 }, () => ({ kind: "field", field }) as const);
    const engine = compileRules([ruleOf("r", { kind: "constant", value: true }, { title })]);
    const [match] = engine.evaluate({ userAgent: "x".repeat(9_000_000) });
    expect(match?.title).toBe(`${"x".repeat(1_023)}…`);
    expect(engine.evaluate({ userAgent: "abc" })[0]?.title).toBe("abc".repeat(70));
    expect(engine.errors.size).toBe(0);
  });

  it("fills titles from the event, and says unknown where it has nothing", () => {
    const title = [
      { kind: "text", text: "Key of " },
      { kind: "field", field: at("userIdentity", "userName") },
      { kind: "text", text: " in " },
      { kind: "field", field: at("regions") },
      { kind: "text", text: ": " },
      { kind: "field", field: at("n") },
    ] as const;
    const engine = compileRules([ruleOf("r", { kind: "constant", value: true }, { title })]);
    const titleOf = (record: JsonObject) => engine.evaluate(record)[0]?.title;
    expect(titleOf({ userIdentity: { userName: "maria" }, regions: ["a", "b"], n: 0 })).toBe(
      "Key of maria in a, b: 0",
    );
    expect(titleOf({ userIdentity: "x", regions: [], n: { a: 1 } })).toBe(
      'Key of unknown in unknown: {"a":1}',
    );
  });

  it("gives the values that a rule groups by", () => {
    const groupBy = [at("sourceIPAddress"), at("userIdentity", "arn")];
    const condition = { kind: "constant", value: true } as const;
    expect(
      compileRules([ruleOf("r", condition, { groupBy })]).evaluate({ sourceIPAddress: "192.0.2.1" })[0],
    ).toMatchObject({
      groupValues: ["192.0.2.1", null],
      severity: "medium",
      riskScore: 47,
    });
    expect(compileRules([ruleOf("r", condition)]).evaluate({})[0]?.groupValues).toBeUndefined();
  });
});

describe("what a match tells", () => {
  const always: Expression = { kind: "constant", value: true };

  it("takes the first severity whose condition holds, else the rule's own", () => {
    const rule = ruleOf("r", always, {
      severities: [
        { severity: "critical", riskScore: 99, condition: equals("user", "root") },
        { severity: "info", riskScore: 1, condition: equals("region", "test") },
      ],
    });
    const gradeOf = (record: JsonObject) => {
      const [match] = compileRules([rule]).evaluate(record);
      return [match?.severity, match?.riskScore];
    };
    expect(gradeOf({ user: "root", region: "test" })).toEqual(["critical", 99]);
    expect(gradeOf({ region: "test" })).toEqual(["info", 1]);
    expect(gradeOf({})).toEqual(["medium", 47]);
  });

  it("has the context that the record has, and none where it has nothing", () => {
    const context = [
      { name: "who", field: at("user", "name") },
      { name: "n", field: at("n") },
    ];
    const contextOf = (record: JsonObject) =>
      compileRules([ruleOf("r", always, { context })]).evaluate(record)[0]?.context;
    expect(contextOf({ user: { name: "maria" } })).toEqual({ who: "maria" });
    expect(contextOf({ n: null })).toEqual({ n: null });
    expect(contextOf({})).toBeUndefined();
  });

  it("names the first exception by id that is in scope, has not expired and holds", () => {
    const rules = [ruleOf("a", always), { ...ruleOf("b", always), tags: ["t"] }];
    const exception = (id: string, scope: ExceptionScope, expires?: number): RuleException => {
      const people = { owner: "somebody", reason: "expected" };
      const condition = equals("user", "ci");
      return { id, scope, condition, ...people, expires, tests: [], path: "e.yml", hash: id };
    };
    const exceptions = [
      exception("3", { kind: "all" }),
      exception("2", { kind: "tags", tags: ["t"] }),
      exception("1", { kind: "rules", ids: ["a"] }, 1000),
    ];
    const engine = compileRules(rules, { exceptions });
    const suppressed = (record: JsonObject, now: number) =>
      engine.evaluate(record, now).map(({ suppressedBy }) => suppressedBy);
    expect(suppressed({ user: "ci" }, 999)).toEqual(["1", "2"]);
    expect(suppressed({ user: "ci" }, 1000)).toEqual(["3", "2"]);
    expect(suppressed({ user: "maria" }, 0)).toEqual([undefined, undefined]);
  });

  it("counts a rule whose exception fails, and no other", () => {
    const condition = predicate(at("broken"), { kind: "exists" });
    const base = { owner: "", reason: "", expires: undefined, tests: [], path: "", hash: "" };
    const exceptions = [{ ...base, id: "e", scope: { kind: "rules", ids: ["a"] } as const, condition }];
    const engine = compileRules([ruleOf("a", always), ruleOf("b", always)], { exceptions });
    // A getter that throws stands for a fault in a predicate: no JSON can make one fail.
    const record = {
      get broken(): never {
        throw new Error("fault");
      },
    };
    expect(engine.evaluate(record).map(({ rule }) => rule.id)).toEqual(["a", "b"]);
    expect(engine.errors).toEqual(new Map([["a", 1]]));
  });

  it("counts a rule with a pattern that cannot be compiled on each event, and does not throw", () => {
    const flags = { ignoreCase: false, multiline: false, dotAll: false };
    const engine = compileRules([
      ruleOf("r", predicate(at("f"), { kind: "regex", pattern: "(?=x)", ...flags })),
    ]);
    expect(engine.evaluate({ f: "x" })).toEqual([]);
    expect(engine.errors.get("r")).toBe(1);
  });
});

describe("value tests", () => {
  const f = at("f");
  const missing = Symbol("missing");
  const check = (test: ValueTest, value: unknown) =>
    holds(predicate(f, test), (value === missing ? {} : { f: value }) as JsonObject);

  it.each<[ValueTest, unknown[], unknown[]]>([
    [{ kind: "exists" }, ["", null, 0, false, []], [missing]],
    [{ kind: "null" }, [missing, null], ["", 0, false, [], {}]],
    [{ kind: "empty" }, [missing, null, "", [], {}], [0, false, "0", [null], { a: null }]],
    [{ kind: "equals", value: "1", ignoreCase: false }, ["1"], [missing, 1, true, ["1"], null]],
    [{ kind: "equals", value: 1, ignoreCase: false }, [1], ["1", true, missing]],
    [{ kind: "equals", value: false, ignoreCase: false }, [false], [missing, null, 0, "false"]],
    [{ kind: "equals", value: "Root", ignoreCase: true }, ["root", "ROOT"], ["roots", missing]],
    [{ kind: "in", values: ["a", 2], ignoreCase: false }, ["a", 2], ["A", "2", missing, ["a"], null]],
    [
      { kind: "contains", value: "all", ignoreCase: false },
      ["small", ["x", "all"]],
      [["small"], { all: 1 }, missing, 1],
    ],
    [{ kind: "contains", value: 3, ignoreCase: false }, [[1, 3]], ["13", 3, ["3"]]],
    [{ kind: "starts_with", value: "ab", ignoreCase: false }, ["ab", "abc"], ["cab", ["ab"], missing, null]],
    [{ kind: "ends_with", value: "BC", ignoreCase: true }, ["abc"], ["bcd", missing]],
  ])("%j", (test, yes, no) => {
    for (const value of yes) expect([value, check(test, value)]).toEqual([value, true]);
    for (const value of no) expect([value, check(test, value)]).toEqual([value, false]);
  });
});

describe("elements", () => {
  const count = (quantifier: Quantifier): Expression => ({
    kind: "elements",
    quantifier,
    field: at("items"),
    term: equals("cidr", "0.0.0.0/0"),
  });
  const open = { cidr: "0.0.0.0/0" };
  const shut = { cidr: "192.0.2.0/24" };

  it.each<[Quantifier, unknown[], unknown[]]>([
    ["any", [[shut, open]], [[shut], [], undefined, open, "x"]],
    ["all", [[open, open], []], [[open, shut], undefined, open]],
    ["none", [[shut], [], undefined, open], [[open, shut]]],
    ["only_one", [[open, shut]], [[open, open], [shut], [], undefined]],
  ])("%s", (quantifier, yes, no) => {
    const record = (items: unknown) => (items === undefined ? {} : { items }) as JsonObject;
    for (const items of yes) expect([items, holds(count(quantifier), record(items))]).toEqual([items, true]);
    for (const items of no) expect([items, holds(count(quantifier), record(items))]).toEqual([items, false]);
  });

  it("gathers the values below every element into one list", () => {
    const condition = predicate(at("a", "*", "b", "*", "c"), {
      kind: "contains",
      value: "x",
      ignoreCase: false,
    });
    expect(holds(condition, { a: [{ b: [{ c: "y" }] }, { b: "no list" }, 1, { b: [{}, { c: "x" }] }] })).toBe(
      true,
    );
    expect(holds(condition, { a: [{ b: [{ c: ["x"] }] }] })).toBe(false);
    expect(holds(condition, { a: { b: [{ c: "x" }] } })).toBe(false);
  });
});

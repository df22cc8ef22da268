import type { JsonObject } from "../../../../src/lib/json.js";
import { conditionOf, holds, matchesRecord } from "./eql-fixture.js";

/** Condition, parameters of the request, whether it holds; `$a` is the parameter a. */
type Case = readonly [string, JsonObject, boolean];

describe("conditions of EQL", () => {
  it.each<Case>([
    ["true", {}, true],
    ["false", {}, false],
    ["not false", {}, true],
    ["not not true", {}, true],
    ["true and false or true", {}, true],
    ["true or true and false", {}, true],
    ["(true or true) and false", {}, false],
    ["not true or true", {}, true],
    ["not (true or true)", {}, false],
    ["not $a == 1 and $b == 2", { a: 3, b: 2 }, true],
    ["$a", { a: true }, true],
    ["$a", { a: false }, false],
    ["$a", {}, false],
    ["not $a", { a: false }, true],
    ["($a == 1 or $b == 2) and $c == 3", { b: 2, c: 3 }, true],
    ["($a == 1) == true", { a: 1 }, true],
    ["($a == 1) == false", { a: 1 }, false],
    ["true != ($a == 1 or $b == 2)", { b: 2 }, false],
    ["((((($a)) == ((1)))))", { a: 1 }, true],
  ])("%s of %j: %s", (condition, parameters, expected) => {
    expect(holds(condition, parameters)).toBe(expected);
  });

  it("keep a chain of alternatives flat", () => {
    const condition = conditionOf(
      `any where ${Array.from({ length: 60 }, (_, i) => `event.action == "A${i}"`).join(" or ")}`,
    );
    expect(condition).toMatchObject({ kind: "any", terms: { length: 60 } });
  });
});

describe("a missing value", () => {
  it.each<Case>([
    ["$a == null", {}, true],
    ["$a == null", { a: null }, true],
    ["$a == null", { a: [null] }, true],
    ["$a == null", { a: "" }, true],
    ["$a == null", { a: "x" }, false],
    ["$a == null", { a: 0 }, false],
    ["null == $a", {}, true],
    ["$a != null", {}, false],
    ["$a != null", { a: "x" }, true],
    ["$a != null", { a: false }, true],
    ["null != $a", { a: "x" }, true],
    ["null == null", {}, true],
    ["null != null", {}, false],
    ['$a == "x"', {}, false],
    ['$a != "x"', {}, true],
    ['$a != "x"', { a: null }, true],
    ['not $a : "x*"', {}, true],
    ['$a not in ("x")', {}, true],
    ['not $a regex "x.+"', {}, true],
    ['not stringContains($a, "x")', {}, true],
    ["$a < 5", {}, false],
    ["not $a < 5", {}, true],
    ["not length($a) < 5", {}, true],
    ["$a != $b", { a: "x" }, true],
  ])("%s of %j: %s", (condition, parameters, expected) => {
    expect(holds(condition, parameters)).toBe(expected);
  });

  it.each<Case>([
    ["null", {}, false],
    ["not null", {}, false],
    ["not not null", {}, false],
    ["null or true", {}, true],
    ["not (null and false)", {}, true],
    ["not (null and true)", {}, false],
    ["not (null or false)", {}, false],
    ["3 < null", {}, false],
    ["not (3 < null)", {}, false],
    ["not ($a >= null)", { a: 1 }, false],
    ["(3 < null) == false", {}, false],
    ["(3 < null) != true", {}, false],
    ['null : "*"', {}, false],
    ['not null in ("x")', {}, false],
  ])("written as such, is neither true nor false: %s of %j: %s", (condition, parameters, expected) => {
    expect(holds(condition, parameters)).toBe(expected);
  });
});

describe("a category", () => {
  const record = (eventName: string): JsonObject => ({ eventName, eventSource: "iam.amazonaws.com" });

  it("is compared with event.category", () => {
    expect(conditionOf('iam where event.action == "CreateUser"')).toMatchObject({
      kind: "all",
      terms: [
        { kind: "predicate", field: { text: "event.category" }, test: { kind: "equals", value: "iam" } },
        { kind: "predicate", field: { text: "eventName" } },
      ],
    });
    expect(matchesRecord("iam where true", record("CreateUser"))).toBe(true);
    expect(matchesRecord("file where true", record("CreateUser"))).toBe(false);
  });

  it("may stand in quotes", () => {
    expect(matchesRecord('"iam" where true', record("CreateUser"))).toBe(true);
    expect(matchesRecord('"""iam""" where true', record("CreateUser"))).toBe(true);
    expect(matchesRecord("`iam` where true", record("CreateUser"))).toBe(true);
  });

  it("takes every event as any", () => {
    expect(conditionOf("any where true")).toEqual({ kind: "constant", value: true });
  });
});

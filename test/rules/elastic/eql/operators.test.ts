import type { JsonObject } from "../../../../src/lib/json.js";
import { COMPARISONS, MEMBERSHIPS, ARITHMETIC } from "../../../../src/rules/elastic/eql/syntax.js";
import { complaints, holds, matchesRecord } from "./eql-fixture.js";

/** Condition, parameters of the request, whether it holds; `$a` is the parameter a. */
type Case = readonly [string, JsonObject, boolean];

const COMPARED: readonly Case[] = [
  ['$a == "x"', { a: "x" }, true],
  ['$a == "x"', { a: "X" }, false],
  ['$a == "x*"', { a: "xy" }, false],
  ['$a == "x*"', { a: "x*" }, true],
  ["$a == 5", { a: 5 }, true],
  ["$a == 5", { a: "5.0" }, true],
  ["$a == 5.0", { a: 5 }, true],
  ["$a == -5", { a: -5 }, true],
  ["$a == .5", { a: 0.5 }, true],
  ["$a == 1e3", { a: 1000 }, true],
  ["$a == true", { a: true }, true],
  ["$a == true", { a: "true" }, true],
  ["$a == false", { a: true }, false],
  ['"x" == $a', { a: "x" }, true],
  ["$a == $b", { a: "x", b: "x" }, true],
  ["$a == $b", { a: "x", b: "y" }, false],
  ["$a == $b", { a: ["x", "y"], b: "y" }, true],
  ["$a == $b", {}, false],
  ['$a == "y"', { a: ["x", "y"] }, true],
  ['$a == "y"', { a: [["x"], ["y"]] }, true],
  ['$a != "x"', { a: "y" }, true],
  ['$a != "x"', { a: "x" }, false],
  ['$a != "x"', { a: ["x", "y"] }, false],
  ["$a != $b", { a: "x", b: "y" }, true],
  ["$a < 5", { a: 4 }, true],
  ["$a < 5", { a: 5 }, false],
  ["$a < 5", { a: "4" }, true],
  ["$a < 5", { a: "four" }, false],
  ["$a <= 5", { a: 5 }, true],
  ["$a <= 5", { a: 6 }, false],
  ["$a > 5", { a: 6 }, true],
  ["$a > 5", { a: 5 }, false],
  ["$a >= 5", { a: 5 }, true],
  ["$a >= 5", { a: 4 }, false],
  ["5 < $a", { a: 6 }, true],
  ["5 < $a", { a: 5 }, false],
  ["5 >= $a", { a: 5 }, true],
  ["5 >= $a", { a: 6 }, false],
  ['$a > "b"', { a: "c" }, true],
  ['$a > "b"', { a: "B" }, false],
  ['$a >= "b"', { a: "b" }, true],
  ["$a < $b", { a: 9, b: 10 }, true],
  ["$a < $b", { a: "b", b: "a" }, false],
  ["$a > 5", { a: [1, 9] }, true],
  ["1 < 2", {}, true],
  ["2 <= 1", {}, false],
  ['"b" > "a"', {}, true],
  ['"b" > 1', {}, false],
  ['"a" == "a"', {}, true],
  ['"a" != "a"', {}, false],
  ["3 >= 3.0", {}, true],
];

const MEMBERS: readonly Case[] = [
  ['$a in ("x", "y")', { a: "y" }, true],
  ['$a in ("x", "y")', { a: "Y" }, false],
  ['$a in ("x*")', { a: "xy" }, false],
  ["$a in (1, 2)", { a: 2 }, true],
  ["$a in (1, true)", { a: true }, true],
  ['$a in ("x", "y")', { a: ["z", "x"] }, true],
  ['$a not in ("x", "y")', { a: "z" }, true],
  ['$a not in ("x", "y")', { a: "x" }, false],
  ['not $a in ("x", "y")', { a: "x" }, false],
  ['$a in~ ("x", "y")', { a: "Y" }, true],
  ['$a in~ ("x*")', { a: "XY" }, false],
  ['$a not in~ ("x")', { a: "X" }, false],
  ["$a in ($b, $c)", { a: 1, b: 2, c: 1 }, true],
  ['$a in ("x", $b)', { a: "y", b: "y" }, true],
  ['$a in ("x", $b)', { a: "y", b: "z" }, false],
  ['"x" in ("x", "y")', {}, true],
  ["345 in (123, 345)", {}, true],
  ["345 not in (123, 345)", {}, false],
  ["$a + 1 in (3, 4)", { a: 2 }, true],
  ['$a : "x"', { a: "X" }, true],
  ['$a : "X"', { a: "x" }, true],
  ['$a : "x"', { a: "xy" }, false],
  ['$a : "x*"', { a: "XYZ" }, true],
  ['$a : "*z"', { a: "XYZ" }, true],
  ['$a : "*y*"', { a: "XYZ" }, true],
  ['$a : "x*z"', { a: "XYYZ" }, true],
  ['$a : "x?z"', { a: "XYZ" }, true],
  ['$a : "x?z"', { a: "XYYZ" }, false],
  ['$a : "x?"', { a: "x" }, false],
  ['$a : "*"', { a: "anything" }, true],
  ['$a : "*"', { a: 5 }, true],
  ['$a : "*"', { a: "" }, false],
  ['$a : "*"', {}, false],
  ['$a : ""', { a: "x" }, false],
  ['$a : "c:\\\\win*"', { a: "C:\\Windows" }, true],
  ['$a : ("x", "a*")', { a: "ABC" }, true],
  ['$a : ("x", "a*")', { a: "bc" }, false],
  ['$a : ("x", "y")', { a: "Y" }, true],
  ["$a : $b", { a: "x", b: "X" }, true],
  ['$a : "5"', { a: 5 }, true],
  ['$a like "X*"', { a: "XY" }, true],
  ['$a like "X*"', { a: "xy" }, false],
  ['$a like "X?Z"', { a: "XYZ" }, true],
  ['$a like ("A*", "X*")', { a: "XY" }, true],
  ['$a like "XY"', { a: "XY" }, true],
  ['$a like~ "x*"', { a: "XY" }, true],
  ['$a like~ ("a", "x?")', { a: "XY" }, true],
  ['$a regex "X[^Z].?"', { a: "XYZ" }, true],
  ['$a regex "X[^Z].?"', { a: "XZ" }, false],
  ['$a regex "Y"', { a: "XYZ" }, false],
  ['$a regex "x.*"', { a: "XYZ" }, false],
  ['$a regex ("a", "X.+")', { a: "XYZ" }, true],
  ['$a regex~ "x[^z].?"', { a: "XYZ" }, true],
  ['$a regex~ ("a", "x..")', { a: "XYZ" }, true],
  ['length($a) in (2, 3) and concat($a, "-") : "ab*"', { a: "ABC" }, true],
  ["$a in %admins%", { a: "alice" }, true],
  ["$a in %admins%", { a: "Alice" }, false],
  ["$a in~ %admins%", { a: "Alice" }, true],
  ["$a : %admins%", { a: "SVC-backup" }, true],
  ["$a not in %admins%", { a: "svc-backup" }, false],
  ["$a not in %admins%", { a: "carol" }, true],
];

const CALCULATED: readonly Case[] = [
  ["$a + 2 == 5", { a: 3 }, true],
  ["$a + 2 == 5", { a: "3" }, true],
  ["2 + $a == 5", { a: 3 }, true],
  ["$a - 2 == 5", { a: 7 }, true],
  ["$a * 2 == 5", { a: 2.5 }, true],
  ["$a / 2 == 3", { a: 7 }, true],
  ["$a / 2.0 == 3.5", { a: 7 }, true],
  ["4 / $a == 1", { a: 3 }, true],
  ["4.0 / $a == 1", { a: 3 }, false],
  ["$a % 4 == 3", { a: 7 }, true],
  ["-$a == 3", { a: -3 }, true],
  ["+$a == 3", { a: 3 }, true],
  ["- -3 == 3", {}, true],
  ["$a + $b > 9", { a: 4, b: 6 }, true],
  ["$a + $b > 9", { a: 4 }, false],
  ["$a - 1 - 1 == 1", { a: 3 }, true],
  ["$a - (1 - 1) == 3", { a: 3 }, true],
  ["$a + 2 * 3 == 7", { a: 1 }, true],
  ["($a + 2) * 3 == 9", { a: 1 }, true],
  ["1 * 2 + 3 * 4 + 10 / 2 == 2 + 12 + 5", {}, true],
  ["3 + 4 - 5 * 6 / 7 == 3", {}, true],
  ["7 % 3 == 1 and 7 / 3 == 2 and 7 / 2.0 == 3.5", {}, true],
  ["$a + 1 == 2", { a: "x" }, false],
  ["$a / $b == 1", { a: 1, b: 0 }, false],
  ["$a + 1 == 3", { a: [9, 2] }, true],
];

describe("operators of EQL", () => {
  it.each([...COMPARED, ...MEMBERS, ...CALCULATED])("%s of %j: %s", (condition, parameters, expected) => {
    expect(holds(condition, parameters)).toBe(expected);
  });

  it("are all tried here", () => {
    const of = (cases: readonly Case[]) => cases.map(([condition]) => condition).join("\n");
    expect(COMPARISONS.filter((operator) => !of(COMPARED).includes(` ${operator} `))).toEqual([]);
    expect(MEMBERSHIPS.filter((operator) => !of(MEMBERS).includes(` ${operator} `))).toEqual([]);
    expect(ARITHMETIC.filter((operator) => !of(CALCULATED).includes(` ${operator} `))).toEqual([]);
  });
});

describe("a field whose type is known", () => {
  const cloudTrail = (more: JsonObject): JsonObject => ({ eventName: "PutObject", ...more });

  it.each([
    ['source.ip == "10.0.0.0/8"', "10.1.2.3", true],
    ['source.ip == "10.1.2.3"', "10.1.2.3", true],
    ['source.ip != "10.0.0.0/8"', "192.0.2.1", true],
    ['source.ip in ("10.0.0.0/8", "192.0.2.0/24")', "192.0.2.1", true],
    ['source.ip in ("10.0.0.0/8", "192.0.2.0/24")', "198.51.100.1", false],
    ['source.ip == "2001:db8::1"', "2001:db8:0:0::1", true],
    ['source.address == "s3.amazonaws.com" and source.ip == null', "s3.amazonaws.com", true],
  ])("%s of %s: %s", (condition, sourceIPAddress, expected) => {
    expect(matchesRecord(`any where ${condition}`, cloudTrail({ sourceIPAddress }))).toBe(expected);
  });

  it.each([
    ['@timestamp >= "2026-03-01"', true],
    ['@timestamp > "2026-03-01"', false],
    ['@timestamp < "2026-03-01T12:00:01Z"', true],
    ['@timestamp == "2026-03-01"', true],
    ['@timestamp in ("2026-02-28", "2026-03-01")', true],
    ['@timestamp in ("2026-02-27", "2026-02-28")', false],
  ])("%s: %s", (condition, expected) => {
    expect(matchesRecord(`any where ${condition}`, cloudTrail({ eventTime: "2026-03-01T12:00:00Z" }))).toBe(
      expected,
    );
  });

  it("refuses an order of addresses, and what is no time", () => {
    expect(complaints('any where source.ip > "10.0.0.1"')).toEqual(["unsupported-query 10"]);
    expect(complaints('any where @timestamp > "now-1h"')).toEqual(["unsupported-query 10"]);
    expect(complaints("any where @timestamp == 5")).toEqual(["unsupported-query 10"]);
  });

  it("reads request parameters as Java prints them", () => {
    const record = cloudTrail({ requestParameters: { principal: "*", tags: [{ key: "a" }] } });
    const contains = (text: string) =>
      matchesRecord(`any where stringContains(aws.cloudtrail.request_parameters, ${text})`, record);
    expect(contains('"tags=[{key=a}]"')).toBe(true);
    expect(contains('"principal=\\\\*"')).toBe(true);
    expect(contains('"principal=\\\\*}"')).toBe(false);
  });
});

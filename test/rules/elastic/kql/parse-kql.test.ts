import { holds, matches, problems, load, ruleText, listOf } from "../make.js";
import { parseKql } from "../../../../src/rules/elastic/kql/parse-kql.js";

const message = (query: string) => load(ruleText({ query })).diagnostics.map((d) => d.message);
const record = { eventName: "DeleteTrail", eventSource: "cloudtrail.amazonaws.com", awsRegion: "us-east-1" };

describe("the Kibana Query Language", () => {
  it.each([
    ["event.action:DeleteTrail", true],
    ["event.action : DeleteTrail", true],
    ["event.action: deletetrail", false],
    ['event.action: "DeleteTrail"', true],
    ['"event.action": "DeleteTrail"', true],
    ["event.action: Delete", false],
    ["event.action: (StopLogging or DeleteTrail)", true],
    ["event.action: (StopLogging OR UpdateTrail)", false],
    ["event.action: (not StopLogging and not UpdateTrail)", true],
    ["event.action: (DeleteTrail and not (DeleteTrail or StopLogging))", false],
    ["event.action: (((DeleteTrail)))", true],
    ["event.action: Delete* and not cloud.region: eu-*", true],
    ["NOT event.action: Delete*", false],
    ["not not event.action: Delete*", true],
    ["event.action: *Trail AND event.provider: *.amazonaws.com", true],
    ["event.action: Del*Tr*il", true],
    ["event.action: Del*Tr*ul", false],
    ['event.action: "Delete*"', false],
    ["event.action: *", true],
    ["event.action: **", true],
    ["aws.cloudtrail.error_code: *", false],
    ["*: *", true],
    ["*", true],
  ])("%s → %s", (query, expected) => {
    expect(matches(query, record)).toBe(expected);
  });

  it("binds `and` before `or`, and `not` before both", () => {
    const query = "event.action: X or event.action: DeleteTrail and cloud.region: eu-west-1";
    expect(matches(query, record)).toBe(false);
    expect(matches(`(${query.replace(" and", ") and")}`, record)).toBe(false);
    expect(matches("event.action: DeleteTrail or event.action: X and cloud.region: eu-west-1", record)).toBe(
      true,
    );
    expect(matches("not event.action: X and event.action: DeleteTrail", record)).toBe(true);
    expect(matches("not (event.action: X or event.action: DeleteTrail)", record)).toBe(false);
  });

  it.each([
    ["event.action: a\\:b", "a:b"],
    ["event.action: a\\*b", "a*b"],
    ["event.action: \\(a\\) \\<b\\> \\{c\\}", "(a) <b> {c}"],
    ["event.action: a\\\\b", "a\\b"],
    ['event.action: a\\"b', 'a"b'],
    ['event.action: "a\\"b\\\\c"', 'a"b\\c'],
    ["event.action: a\\u003ab", "a:b"],
    ['event.action: "a\\u003Ab"', "a:b"],
    ["event.action: a\\tb\\nc", "a\tb\nc"],
    ['event.action: "a\\tb"', "a\tb"],
    ['event.action: "a\\*b"', "a\\*b"],
    ["event.action: this \\or that", "this or that"],
    ["event.action: \\not this", "not this"],
    ["event.action: two words", "two words"],
    ["event.action: two  words  ", "two  words"],
    ["event.action: order and event.action: order", "order"],
    ["event.action: android", "android"],
    ["event.action: cannot do", "cannot do"],
    ['event.action: "x and y"', "x and y"],
    ["event.action: ünïcode-ß", "ünïcode-ß"],
  ])("reads %s as %j", (query, value) => {
    expect(matches(query, { eventName: value })).toBe(true);
    expect(matches(query, { eventName: `${value}!` })).toBe(false);
  });

  it("takes blanks of all kinds around words", () => {
    expect(matches("event.action\n:\tDeleteTrail\r\nand\u00a0cloud.region: us-east-1\n", record)).toBe(true);
  });

  it("matches everything when it is empty", () => {
    expect(parseKql("  \n")).toBeUndefined();
    expect(matches("", record)).toBe(true);
  });

  it.each<[query: string, place: string, text: string]>([
    ["event.action: (a or b", "16:15", "never closed"],
    ["event.action: (a or b))", "16:23", "`)` is not expected"],
    ['event.action: "a', "16:15", "never closed"],
    ["event.action: a and\n  event.action:", "17:16", "ends where a value is expected"],
    ["event.action: a and\n  event.action: b:c", "17:18", "`:` is not expected"],
    ["and event.action: a", "16:1", "`and` is not expected"],
    ["event.action: a or or event.action: b", "16:20", "`or` is not expected"],
    ["event.action: a\\-b", "16:16", "\\- is no escape"],
    ["event.action: {}", "16:16", "`}` is not expected"],
    ['event.action: "a" "b"', "16:19", "is not expected"],
    ["event.action: (a or b and user.name: c", "16:15", "`(` that opens here is never closed"],
    ['event.action: ("a)" or b\n  user.name: c', "16:15", "`(` that opens here is never closed"],
    ["event.action: ()", "16:16", "`)` is not expected"],
    [":", "16:1", "`:` is not expected"],
  ])("says at its place what is wrong with %j", (query, place, text) => {
    expect(problems(ruleText({ query }))).toEqual([`${place} error bad-query`]);
    expect(message(query)[0]).toContain(text);
  });

  it("refuses nesting without end", () => {
    const query = `${"(".repeat(100_000)}a${")".repeat(100_000)}`;
    expect(problems(ruleText({ query }))).toEqual(["16:52 error too-deep"]);
    expect(problems(ruleText({ query: "not ".repeat(60) + "event.action: a" }))).toEqual([
      "16:205 error too-deep",
    ]);
    const bearable = `${"(".repeat(49)}event.action: a${")".repeat(49)}`;
    expect(matches(bearable, { eventName: "a" })).toBe(true);
  });

  it("reads thousands of alternatives at once", () => {
    const names = Array.from({ length: 5000 }, (_, i) => `Name${i}`);
    const started = performance.now();
    const { rules } = load(ruleText({ query: `event.action: (${names.join(" or ")})` }), {
      positions: new WeakMap(),
    });
    expect(performance.now() - started).toBeLessThan(1000);
    expect(rules[0]!.program.condition).toMatchObject({ kind: "predicate", test: { kind: "in" } });
  });

  it("is quick to tell of thousands of unknown fields", () => {
    const query = Array.from({ length: 5000 }, (_, i) => `process.field_${i}.name: x`).join(" or ");
    const started = performance.now();
    const { diagnostics } = load(ruleText({ query }));
    expect(performance.now() - started).toBeLessThan(3000);
    expect(diagnostics).toHaveLength(5000);
  });

  it("refuses wildcards without end", () => {
    const query = `event.action: ${"*a".repeat(100_000)}`;
    expect(problems(ruleText({ query }))).toEqual(["16:1015 error bad-query"]);
  });

  it("takes long runs of blanks at once", () => {
    const started = performance.now();
    expect(matches(`event.action:${" ".repeat(100_000)}DeleteTrail${" ".repeat(100_000)}`, record)).toBe(
      true,
    );
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("puts %name% to a list of ours", () => {
    const lists = listOf("trails", ["DeleteTrail"]);
    expect(matches("event.action: %trails%", record, lists)).toBe(true);
    expect(matches("event.action: (%trails% or StopLogging)", { eventName: "X" }, lists)).toBe(false);
    expect(matches("%trails%", record, lists)).toBe(true);
  });

  it.each([
    ['event.action: "%trails%"', 15],
    ['event.act*: ("%trails%" or x)', 14],
    ['"%trails%"', 1],
  ])("warns where a list is named in quotes, which makes it a text: %s", (query, column) => {
    const lists = listOf("trails", ["DeleteTrail"]);
    const { rules, diagnostics } = load(ruleText({ query }), { lists });
    expect(holds(rules[0]!, record, lists)).toBe(false);
    const warning = { code: "list-not-expanded", severity: "warning", line: 16, column };
    expect(diagnostics).toMatchObject([{ ...warning, hint: "Remove the quotes to refer to the list." }]);
    expect(load(ruleText({ query })).diagnostics).toEqual([]);
  });

  it("names a list that does not exist", () => {
    const lists = listOf("trails", []);
    const { diagnostics } = load(ruleText({ query: "event.action: %trail%" }), { lists });
    expect(diagnostics).toEqual([
      expect.objectContaining({ code: "unknown-list", line: 16, column: 15, hint: "Did you mean trails?" }),
    ]);
  });
});

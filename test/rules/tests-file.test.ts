import type { Positions } from "../../src/rules/positions.js";
import { isTestsFile, parseTestsFile, TEST_KEYS, testsFileOf } from "../../src/rules/tests-file.js";

const GOOD = `tests:
  - name: Trail deleted
    match: true
    event: { eventName: DeleteTrail, requestParameters: { name: main } }
  - name: Denied
    match: false
    event: '{"eventName":"DeleteTrail","errorCode":"AccessDenied"}'
`;
const problems = (text: string) =>
  parseTestsFile(text, "a.tests.yml").diagnostics.map(
    ({ code, severity, line, column, message, hint }) =>
      `${line}:${column} ${severity} ${code} ${message}${hint === undefined ? "" : ` (${hint})`}`,
  );

/** A short text whose aliases stand for a billion values. */
const bomb = (): string => {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `      l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(10)}]\n`,
  );
  return `tests:\n  - name: n\n    match: true\n    event:\n      l0: &l0 x\n${levels.join("")}`;
};

describe("a file of tests beside a rule", () => {
  it("has the rule's name", () => {
    expect(testsFileOf("sigma/aws/root.yml")).toBe("sigma/aws/root.tests.yml");
    expect(testsFileOf("a.b/root.toml")).toBe("a.b/root.tests.yml");
    expect(testsFileOf("a.b/root")).toBe("a.b/root.tests.yml");
    expect([isTestsFile("root.tests.yml"), isTestsFile("tests.yml")]).toEqual([true, false]);
  });

  it("holds events, as mappings or as JSON text, and where each test stands", () => {
    const positions: Positions = new WeakMap();
    const file = parseTestsFile(GOOD, "a.tests.yml", positions);
    expect(file.diagnostics).toEqual([]);
    const tests = file.testsOf("any");
    expect(tests).toEqual([
      {
        name: "Trail deleted",
        expected: true,
        log: { eventName: "DeleteTrail", requestParameters: { name: "main" } },
      },
      { name: "Denied", expected: false, log: { eventName: "DeleteTrail", errorCode: "AccessDenied" } },
    ]);
    expect(tests.map((test) => positions.get(test))).toEqual([
      { line: 2, column: 5 },
      { line: 5, column: 5 },
    ]);
    expect(file.checkIds(["one"])).toEqual([]);
  });

  it("says which rule a test is for where the rule file holds several", () => {
    const file = parseTestsFile(`${GOOD}    rule: second\n`, "a.tests.yml");
    expect(file.testsOf("first").map(({ name }) => name)).toEqual(["Trail deleted"]);
    expect(file.testsOf("second").map(({ name }) => name)).toEqual(["Trail deleted", "Denied"]);
    expect(file.checkIds(["first", "secnd"]).map(({ line, message, hint }) => [line, message, hint])).toEqual(
      [
        [
          2,
          expect.stringContaining('"Trail deleted" does not say which'),
          "Add `rule:` with one of first, secnd.",
        ],
        [8, "The rule file holds no rule second.", "Did you mean secnd?"],
      ],
    );
  });

  it("keeps the good tests beside the bad ones, and names each bad one's place", () => {
    const text = `tests:
  - { name: a, matches: true, event: {} }
  - { name: b, match: "true", event: {} }
  - { name: c, match: true, event: "{" }
  - { name: d, match: true, event: {}, ExpectedResult: true, colour: red }
  - { name: d, match: false, event: {} }
  - just text
more: 1
`;
    expect(problems(text)).toEqual([
      "8:1 error unknown-key A file of tests has no key more. (Its only key is `tests`.)",
      "2:16 error unknown-key A test has no key matches. (Did you mean match?)",
      expect.stringMatching(/^2:5 error missing-key This test has no match\. \(Write /),
      "3:23 error wrong-type `match` must be true or false. (Write it without quotes.)",
      expect.stringMatching(/^4:36 error wrong-type `event` of a test must be an event/),
      "5:40 error unknown-key A test has no key ExpectedResult. (Did you mean match?)",
      "5:62 error unknown-key A test has no key colour. (Known keys: name, match, event, rule.)",
      "7:5 error wrong-type A test must be a mapping. (Write it as `Key: value`.)",
      '6:5 warning bad-value Two tests have the name "d". (Give each a name that says what it shows.)',
    ]);
    const kept = parseTestsFile(text, "a.tests.yml").testsOf("r");
    expect(kept.map(({ name, expected }) => [name, expected])).toEqual([
      ["d", true],
      ["d", false],
    ]);
  });

  it.each([
    ["", "1:1 error missing-key The file has no `tests`."],
    ["- a\n", "1:1 error wrong-type A file of tests must be a mapping."],
    ["tests: none\n", "1:8 error wrong-type `tests` must be a list."],
    ["tests: [", "1:9 error yaml-syntax"],
    ["tests: *c\n", "error wrong-type"],
    [bomb(), "1:1 error yaml-syntax The file cannot be read as YAML: "],
  ])("never throws: %j", (text, said) => {
    expect(problems(text).join("\n")).toContain(said);
  });

  it("knows the keys that the page lists", () => {
    expect(TEST_KEYS).toEqual(["name", "match", "event", "rule"]);
  });
});

import type { JsonObject } from "../../../src/lib/json.js";
import { compileRules } from "../../../src/match/engine.js";
import { explainYaml } from "../../../src/rules/yaml/yaml-problem.js";
import { parsePantherRule } from "../../../src/rules/panther/parse-rule.js";

const HEAD = `AnalysisType: rule
RuleID: My.Rule
Enabled: true
LogTypes: [AWS.CloudTrail]
Severity: High
`;
const DETECTION = `Detection:
  - Key: eventName
    Condition: Equals
    Value: DeleteTrail
`;
const parse = (text: string) => parsePantherRule(text, "my-rule.yml");
const withDetection = (yaml: string) => parse(`${HEAD}Detection:\n${yaml}`);

/** `code line:column` of each diagnostic. */
const complaints = (text: string) => parse(text).diagnostics.map((d) => `${d.code} ${d.line}:${d.column}`);

const matches = (yaml: string, record: JsonObject): boolean => {
  const { rule, diagnostics } = withDetection(yaml);
  if (rule === undefined) throw new Error(JSON.stringify(diagnostics));
  return compileRules([rule]).evaluate(record).length === 1;
};

describe("what a rule says", () => {
  it("is read whole", () => {
    const { rule, diagnostics } = parse(`AnalysisType: rule
RuleID: My.Rule
DisplayName: Trail deleted
Enabled: true
LogTypes: [AWS.CloudTrail, AWS.S3ServerAccess]
Severity: CRITICAL
RiskScore: 88
Description: What it is.
Runbook: What to do.
Reference: https://example.com/
Tags: [AWS, Audit]
Reports:
  MITRE ATT&CK: ["TA0005:T1562.008", TA0040, T1078]
  CIS: [1.2]
SummaryAttributes: [userIdentity.arn]
DedupPeriodMinutes: 15
Threshold: 1
CreateAlert: false
AlertTitle: "{eventName} in {requestParameters.names[0]}!"
GroupBy:
  - KeyPath: userIdentity.arn
  - DeepKey: [additionalEventData, "a.b", 0]
${DETECTION}Tests:
  - Name: yes
    ExpectedResult: true
    Log: { eventName: DeleteTrail }
  - Name: from JSON
    ExpectedResult: false
    Log: '{"eventName":"StopLogging"}'
`);
    expect(diagnostics).toEqual([]);
    expect(rule).toMatchObject({
      id: "My.Rule",
      name: "Trail deleted",
      kind: "panther",
      file: "my-rule.yml",
      severity: "critical",
      riskScore: 88,
      description: "What it is.",
      runbook: "What to do.",
      reference: "https://example.com/",
      tags: ["AWS", "Audit"],
      attack: [
        { tactic: "TA0005", technique: "T1562.008" },
        { tactic: "TA0040", technique: undefined },
        { tactic: undefined, technique: "T1078" },
      ],
      logTypes: ["AWS.CloudTrail", "AWS.S3ServerAccess"],
      summaryAttributes: ["userIdentity.arn"],
      groupBy: ["userIdentity.arn", "additionalEventData.a.b[0]"],
      dedupPeriodMinutes: 15,
      threshold: 1,
      createAlert: false,
      tests: [
        { name: "yes", expected: true, log: { eventName: "DeleteTrail" } },
        { name: "from JSON", expected: false, log: { eventName: "StopLogging" } },
      ],
    });
    const [match] = compileRules([rule!]).evaluate({
      eventName: "DeleteTrail",
      requestParameters: { names: ["t1"] },
      additionalEventData: { "a.b": ["g"] },
    });
    expect(match).toMatchObject({ title: "DeleteTrail in t1!", groupValues: [null, "g"], riskScore: 88 });
  });

  it("has defaults", () => {
    const { rule } = parse(HEAD + DETECTION);
    expect(rule).toMatchObject({
      name: "My.Rule",
      riskScore: 73,
      dedupPeriodMinutes: 60,
      threshold: 1,
      createAlert: true,
      tests: [],
      groupBy: [],
      tags: [],
    });
    expect(compileRules([rule!]).evaluate({ eventName: "DeleteTrail" })[0]?.title).toBe("My.Rule");
  });

  it("is immutable, and hashed by its content, not by its file or its layout", () => {
    const { rule } = parse(HEAD + DETECTION);
    expect(Object.isFrozen(rule?.program.condition)).toBe(true);
    const moved = parsePantherRule(`${DETECTION}# moved\n${HEAD}`, "elsewhere.yml").rule;
    expect(moved?.hash).toBe(rule?.hash);
    expect(parse(HEAD + DETECTION.replace("DeleteTrail", "StopLogging")).rule?.hash).not.toBe(rule?.hash);
  });
});

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

  const value = (condition: string, operand: string) =>
    `  - {KeyPath: a.b, Condition: ${condition}, ${operand}}\n`;
  const yes = { a: { b: "Abc" } };
  it.each<[string, string, boolean, boolean]>([
    // condition, operand, for "Abc", for a missing key
    ["Equals", "Value: Abc", true, false],
    ["Equals", "Value: abc", false, false],
    ["DoesNotEqual", "Value: Abc", false, true],
    ["IEquals", "Value: aBC", true, false],
    ["IsIn", "Values: [x, Abc]", true, false],
    ["IsNotIn", "Values: [x, Abc]", false, true],
    ["Contains", "Value: b", true, false],
    ["DoesNotContain", "Value: b", false, true],
    ["IContains", "Value: B", true, false],
    ["StartsWith", "Value: Ab", true, false],
    ["DoesNotStartWith", "Value: Ab", false, true],
    ["IStartsWith", "Value: ab", true, false],
    ["EndsWith", "Value: bc", true, false],
    ["DoesNotEndWith", "Value: bc", false, true],
    ["IEndsWith", "Value: BC", true, false],
  ])("%s %s", (condition, operand, forValue, forMissing) => {
    expect(matches(value(condition, operand), yes)).toBe(forValue);
    expect(matches(value(condition, operand), {})).toBe(forMissing);
  });

  it.each<[string, boolean[]]>([
    // for "x", null, "", a missing key
    ["Exists", [true, true, true, false]],
    ["DoesNotExist", [false, false, false, true]],
    ["IsNull", [false, true, false, true]],
    ["IsNotNull", [true, false, true, false]],
    ["IsNullOrEmpty", [false, true, true, true]],
    ["IsNotNullOrEmpty", [true, false, false, false]],
  ])("%s", (condition, wanted) => {
    const yaml = `  - {Key: a, Condition: ${condition}}\n`;
    const records: JsonObject[] = [{ a: "x" }, { a: null }, { a: "" }, {}];
    expect(records.map((record) => matches(yaml, record))).toEqual(wanted);
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
    ["a misspelt key", `${HEAD}${DETECTION}Severty: Low\n`, ["unknown-key 10:1"]],
    ["a required key left out", HEAD.replace("Severity: High\n", "") + DETECTION, ["missing-key 1:1"]],
    ["no id", HEAD.replace("RuleID: My.Rule\n", "") + DETECTION, ["missing-key 1:1"]],
    ["an empty id", HEAD.replace("My.Rule", '" "') + DETECTION, ["bad-value 2:9"]],
    ["an id that is a number", HEAD.replace("My.Rule", "12") + DETECTION, ["wrong-type 2:9"]],
    ["an unknown severity", HEAD.replace("High", "Hihg") + DETECTION, ["bad-value 5:11"]],
    ["Enabled as a string", HEAD.replace("true", '"true"') + DETECTION, ["wrong-type 3:10"]],
    [
      "LogTypes as a string",
      HEAD.replace("[AWS.CloudTrail]", "AWS.CloudTrail") + DETECTION,
      ["wrong-type 4:11"],
    ],
    ["a threshold above one", `${HEAD}${DETECTION}Threshold: 5\n`, ["unsupported-key 10:12"]],
    ["a window too short", `${HEAD}${DETECTION}DedupPeriodMinutes: 1\n`, ["bad-value 10:21"]],
    [
      "severities that depend on the event",
      `${HEAD}${DETECTION}DynamicSeverities: []\n`,
      ["unsupported-key 10:1"],
    ],
    ["inline filters", `${HEAD}${DETECTION}InlineFilters: []\n`, ["unsupported-key 10:1"]],
    ["Python", `${HEAD}Filename: my_rule.py\nTests: nonsense\n`, ["python-rule 6:1"]],
    ["a policy", "AnalysisType: policy\nPolicyID: x\n", ["unsupported-analysis-type 1:15"]],
    ["a file of another kind", "title: A Sigma rule\n", ["not-a-rule 1:1"]],
    ["an empty file", "", ["not-a-rule 1:1"]],
    ["a list", "- a\n", ["wrong-type 1:1"]],
    ["a title that does not close", `${HEAD}${DETECTION}AlertTitle: "{a"\n`, ["bad-template 10:13"]],
    ["a placeholder that is no path", `${HEAD}${DETECTION}AlertTitle: "{a..b}"\n`, ["bad-template 10:13"]],
    [
      "mocks",
      `${HEAD}${DETECTION}Tests:\n  - Name: x\n    ExpectedResult: true\n    Log: {}\n    Mocks: []\n`,
      ["unsupported-mocks 14:5"],
    ],
    [
      "a test without a log",
      `${HEAD}${DETECTION}Tests:\n  - Name: x\n    ExpectedResult: true\n`,
      ["missing-key 11:5"],
    ],
    ["an empty Detection", `${HEAD}Detection: []\n`, ["bad-expression 6:12"]],
    ["YAML that is none", `${HEAD}Detection: [\n`, ["yaml-syntax 7:1"]],
    ["a key twice", `${HEAD}RuleID: Other\n${DETECTION}`, ["yaml-syntax 6:1"]],
  ])("%s", (_, text, wanted) => {
    const { rule, diagnostics } = parse(text);
    expect(rule).toBeUndefined();
    expect(complaints(text)).toEqual(wanted);
    expect(
      diagnostics.every((d) => d.severity === "error" && d.file === "my-rule.yml" && d.message.endsWith(".")),
    ).toBe(true);
  });

  it.each<[string, string, string[]]>([
    ["an unknown condition", "  - {Key: a, Condition: Equal, Value: x}\n", ["unknown-condition 7:25"]],
    [
      "a condition of later",
      "  - {Key: a, Condition: IsGreaterThan, Value: 1}\n",
      ["unsupported-condition 7:25"],
    ],
    ["no condition", "  - {Key: a, Value: 1}\n", ["bad-expression 7:5"]],
    ["no key", "  - {Condition: Equals, Value: 1}\n", ["bad-expression 7:5"]],
    ["two keys", "  - {Key: a, KeyPath: a, Condition: Equals, Value: 1}\n", ["bad-expression 7:5"]],
    [
      "two fields compared",
      "  - {Condition: Equals, Values: [{Key: a}, {Key: b}]}\n",
      ["unsupported-condition 7:5"],
    ],
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

  it("comes with a guess at what was meant", () => {
    const hints = (text: string) => parse(text).diagnostics.map((d) => d.hint);
    expect(hints(`${HEAD}${DETECTION}SumaryAttributes: []\n`)).toEqual(["Did you mean SummaryAttributes?"]);
    expect(hints(HEAD.replace("High", "Hihg") + DETECTION)).toEqual(["Did you mean high?"]);
    expect(hints(`${HEAD}Detection:\n  - {Key: a, Condition: equal, Value: x}\n`)).toEqual([
      "Did you mean Equals?",
    ]);
    expect(hints(`${HEAD}Detection:\n  - {Key: a, Condition: IsWithin, Values: [x]}\n`)[0]).toMatch(
      /^Known conditions: Equals/,
    );
  });

  it("is reported all at once", () => {
    expect(complaints(`${HEAD.replace("High", "Hihg")}${DETECTION}Foo: 1\nThreshold: 2\n`)).toEqual([
      "unknown-key 10:1",
      "bad-value 5:11",
      "unsupported-key 11:12",
    ]);
  });

  it("is survived: nesting without end and aliases in a circle", () => {
    for (const text of [
      `${HEAD}Detection: ${"[".repeat(10_000)}`,
      `${HEAD}Detection: &a [{All: *a}]\n`,
      `${HEAD}Detection: &a [{All: *a}, {Any: *a}, {None: *a}]\n`,
      `${HEAD}${DETECTION}Tests: [{Name: x, ExpectedResult: true, Log: &l {l: *l}}]\n`,
      `${HEAD}Detection:\n${"  - All:\n".repeat(1)}`,
    ]) {
      const { rule, diagnostics } = parse(text);
      expect(rule).toBeUndefined();
      expect(diagnostics.map((d) => d.severity)).toContain("error");
    }
  });
});

describe("what is not an error", () => {
  it.each<[string, string, string]>([
    ["a disabled rule", HEAD.replace("true", "false"), "rule-disabled 3:1 info"],
    ["a rule for other logs", HEAD.replace("AWS.CloudTrail", "Okta.SystemLog"), "other-log-type 4:1 info"],
  ])("%s is not loaded, whatever else is in it", (_, text, wanted) => {
    const { rule, diagnostics } = parse(`${text}Filename: x.py\nNonsense: 1\n`);
    expect(rule).toBeUndefined();
    expect(diagnostics.map((d) => `${d.code} ${d.line}:${d.column} ${d.severity}`)).toEqual([wanted]);
  });

  it.each<[string, string, string]>([
    ["a key that has no effect", `${HEAD}${DETECTION}OutputIds: [x]\n`, "ignored-key 10:1"],
    ["a Key with a dot", `${HEAD}Detection:\n  - {Key: a.b, Condition: Exists}\n`, "dotted-key 7:11"],
    [
      "a report that is no ATT&CK id",
      `${HEAD}${DETECTION}Reports:\n  MITRE ATT&CK: [Impact]\n`,
      "bad-attack-reference 11:18",
    ],
  ])("%s is warned of", (_, text, wanted) => {
    expect(parse(text).rule?.id).toBe("My.Rule");
    expect(complaints(text)).toEqual([wanted]);
    expect(parse(text).diagnostics[0]?.severity).toBe("warning");
  });

  it("keeps odd keys of a test's event as the event's own", () => {
    const text = `${HEAD}${DETECTION}Tests: [{Name: x, ExpectedResult: true, Log: {__proto__: {polluted: 1}, "a.b": 1}}]\n`;
    const log = parse(text).rule?.tests[0]?.log;
    expect(Object.keys(log!)).toEqual(["__proto__", "a.b"]);
    expect((log as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe("hints", () => {
  const hintOf = (text: string): string | undefined => {
    const [first] = parse(text).diagnostics.filter((d) => d.severity === "error");
    return first?.hint;
  };

  it.each([
    ["Condition: Equals, Values: [a]", /^Use IsIn for a list of Values/],
    ["Condition: DoesNotEqual, Values: [a]", /^Use IsNotIn for a list/],
    ["Condition: IsIn, Value: a", /^Use Values with a list, or Equals/],
    ["Condition: StartsWith, Values: [a]", /together under Any\.$/],
    ["Condition: DoesNotContain, Values: [a]", /together under All\.$/],
    ["Condition: Exists, Value: a", /^Remove Value, or use Equals/],
    ["Condition: Equals", /^Add `Value: …`\.$/],
    ["Condition: IsIn", /^Add `Values: \[first, second\]`\.$/],
    ["Condition: Equals, Expressions: []", /^Expressions goes with AnyElement, /],
    ["Condition: AnyElement, Value: a", /^Say under Expressions/],
    ["Condition: IDoesNotEqual, Value: a", /^Put IEquals under None instead\.$/],
    ["Condition: IDoesNotStartWith, Value: a", /^Put IStartsWith under None instead\.$/],
  ])("of {Key: a, %s} say what to write", (condition, hint) => {
    expect(hintOf(`${HEAD}Detection:\n  - {Key: a, ${condition}}\n`)).toMatch(hint);
  });

  it("of a list condition without a key ask for the key", () => {
    const text = `${HEAD}Detection:\n  - {Condition: IsIn, Values: [a]}\n`;
    expect(parse(text).diagnostics[0]?.message).toBe("This match expression has no key.");
  });

  it("of a missing key show the key with a value", () => {
    expect(hintOf(HEAD + DETECTION.replace("Detection", "Detections"))).toBe("Did you mean Detection?");
    expect(hintOf(HEAD)).toBe("Add `Detection:` with a list of match expressions.");
  });

  it.each([
    ["a: 1\n b: 2\n", "a key and its value stand where only a value can"],
    ["a: 1\na: 2\n", "this key is there twice"],
    ["a: 1\n---\nb: 2\n", "it holds several documents, parted by ---"],
    ["a:\n\t- x\n", "a tab stands where only spaces may"],
    ["a: 'x\n", "Missing closing 'quote"],
  ])("of YAML errors speak to who writes rules: %j", (text, message) => {
    const [problem] = parse(text).diagnostics;
    expect(problem).toMatchObject({
      code: "yaml-syntax",
      message: `This is not well-formed YAML: ${message}.`,
    });
    expect(problem?.hint).toMatch(/\.$/);
  });
});

describe("explainYaml", () => {
  it("cuts off the position, which is told beside the message", () => {
    const said = "Unexpected scalar at node end at line 3, column 1:\n\na b\n^\n";
    expect(explainYaml("UNEXPECTED_TOKEN", said)).toEqual({ message: "Unexpected scalar at node end" });
  });
});

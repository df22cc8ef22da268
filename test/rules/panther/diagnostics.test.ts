import { complaints, DETECTION, HEAD, parse } from "./parse.js";

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
    ["a threshold of nothing", `${HEAD}${DETECTION}Threshold: 0\n`, ["bad-value 10:12"]],
    ["a rule of another rule", `${HEAD}BaseDetection: Other.Rule\n`, ["unsupported-key 6:1"]],
    ["a rule of queries", `${HEAD}${DETECTION}ScheduledQueries: [a]\n`, ["unsupported-key 10:1"]],
    [
      "a severity to nothing",
      `${HEAD}${DETECTION}DynamicSeverities:\n  - Conditions: []\n`,
      ["missing-key 11:5"],
    ],
    [
      "an unknown severity to change to",
      `${HEAD}${DETECTION}DynamicSeverities:\n  - ChangeTo: Hihg\n    Conditions: [{Condition: AlwaysTrue}]\n`,
      ["bad-value 11:15"],
    ],
    ["a context without a value", `${HEAD}${DETECTION}AlertContext:\n  - KeyName: a\n`, ["missing-key 11:5"]],
    [
      "a context of one name twice",
      `${HEAD}${DETECTION}AlertContext:\n${"  - {KeyName: a, KeyValue: {Key: b}}\n".repeat(2)}`,
      ["bad-value 12:15"],
    ],
    [
      "a context whose value is no key",
      `${HEAD}${DETECTION}AlertContext:\n  - {KeyName: a, KeyValue: b}\n`,
      ["wrong-type 11:28"],
    ],
    [
      "a group by two keys at once",
      `${HEAD}${DETECTION}GroupBy: [{Key: a, KeyPath: b}]\n`,
      ["bad-expression 10:11"],
    ],
    ["a group by nothing", `${HEAD}${DETECTION}GroupBy: [{}]\n`, ["bad-expression 10:11"]],
    ["a window too short", `${HEAD}${DETECTION}DedupPeriodMinutes: 1\n`, ["bad-value 10:21"]],
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
      "a test of a resource",
      `${HEAD}${DETECTION}Tests:\n  - {Name: x, ExpectedResult: true, Log: {}, Resource: {}}\n`,
      ["unsupported-key 11:46"],
    ],
    ["a test that is text", `${HEAD}${DETECTION}Tests: [x]\n`, ["wrong-type 10:9"]],
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
    expect(complaints(`${HEAD.replace("High", "Hihg")}${DETECTION}Foo: 1\nThreshold: 0\n`)).toEqual([
      "unknown-key 10:1",
      "bad-value 5:11",
      "bad-value 11:12",
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
    ["Condition: IsInList, Value: a", /^Name the list: replace Value by List\.$/],
    ["Condition: Equals, Value: a, List: b", /^A List goes with IsInList, /],
    ["Condition: IsInList", /^Add `List: …` with the name of a list\.$/],
    ["Condition: Equals, Value: 12345678901234567890", /^Put it in quotes: "12345678901234567890"\.$/],
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

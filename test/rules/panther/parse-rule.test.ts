import type { JsonObject } from "../../../src/lib/json.js";
import { compileRules } from "../../../src/match/engine.js";
import { referenceSeverity } from "../../../src/match/reference.js";
import type { Positions } from "../../../src/rules/positions.js";
import { complaints, DETECTION, HEAD, parse } from "./parse.js";

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
      references: ["https://example.com/"],
      authors: [],
      falsePositives: [],
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
      stateful: undefined,
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

  it("has severities that depend on the event, the first that holds counting", () => {
    const severities = `DynamicSeverities:
  - ChangeTo: LOW
    Conditions: [{Key: dryRun, Condition: Equals, Value: true}]
  - ChangeTo: Critical
    Conditions:
      - {KeyPath: userIdentity.type, Condition: Equals, Value: Root}\n`;
    const { rule, diagnostics } = parse(HEAD + DETECTION + severities);
    expect(diagnostics).toEqual([]);
    const severityOf = (record: JsonObject) => referenceSeverity(rule!, record);
    expect(severityOf({})).toEqual({ severity: "high", riskScore: 73 });
    expect(severityOf({ dryRun: true, userIdentity: { type: "Root" } })).toEqual({
      severity: "low",
      riskScore: 21,
    });
    expect(severityOf({ userIdentity: { type: "Root" } })).toEqual({ severity: "critical", riskScore: 99 });
  });

  it("keeps a risk score of its own whatever the severity", () => {
    const severities = "DynamicSeverities:\n  - {ChangeTo: Low, Conditions: [{Condition: AlwaysTrue}]}\n";
    const { rule } = parse(`${HEAD}${DETECTION}RiskScore: 60\n${severities}`);
    expect(referenceSeverity(rule!, {})).toEqual({ severity: "low", riskScore: 60 });
  });

  it("tells alerts more under names of its own", () => {
    const context = `AlertContext:
  - {KeyName: who, KeyValue: {KeyPath: userIdentity.arn}}
  - KeyName: how many
    KeyValue:
      DeepKey: [requestParameters, "max.items"]\n`;
    const { rule, diagnostics } = parse(HEAD + DETECTION + context);
    expect(diagnostics).toEqual([]);
    const record = { eventName: "DeleteTrail", requestParameters: { "max.items": 7 } };
    expect(compileRules([rule!]).evaluate(record)[0]?.context).toEqual({ "how many": 7 });
  });

  it("needs several events where its threshold is above one", () => {
    const { rule } = parse(`${HEAD}${DETECTION}Threshold: 10\nDedupPeriodMinutes: 30\n`);
    expect(rule?.stateful).toEqual({ kind: "threshold", threshold: 10, windowMinutes: 30, cardinality: [] });
  });

  it("notes where its parts stand when asked", () => {
    const positions: Positions = new WeakMap();
    const text = `${HEAD}Reports:
  MITRE ATT&CK: [TA0005:T1562.008]
Detection:
  - Any:
      - {KeyPath: a.b, Condition: DoesNotEqual, Value: x}
      - Key: items
        Condition: AnyElement
        Expressions:
          - {Key: c, Condition: Exists}
  - {Condition: Equals, Values: [{Key: a}, {Key: b}]}
AlertTitle: "{eventName}"
GroupBy: [{Key: a}]
Tests:
  - {Name: x, ExpectedResult: true, Log: {}}\n`;
    const { rule } = parse(text, { positions });
    const at = (part: object | undefined) => {
      const position = part && positions.get(part);
      return position && `${position.line}:${position.column}`;
    };
    expect(at(rule)).toBe("2:9");
    expect(at(rule?.attack[0])).toBe("7:18");
    expect(at(rule?.tests[0])).toBe("19:5");
    expect(at(rule?.program.groupBy[0])).toBe("17:17");
    expect(at(rule?.program.title[0]?.kind === "field" ? rule.program.title[0].field : {})).toBe("16:13");
    const found: string[] = [];
    const walk = (part: unknown): void => {
      if (typeof part !== "object" || part === null) return;
      if ("kind" in part) found.push(`${String(part.kind)} ${at(part) ?? "-"}`);
      Object.entries(part).forEach(([key, inner]) => key !== "steps" && key !== "test" && walk(inner));
    };
    walk(rule?.program.condition);
    expect(found).toEqual([
      "all 9:3",
      "any 9:5",
      "not 10:9",
      "predicate 10:9",
      "path 10:19",
      "elements 11:9",
      "path 11:14",
      "all 14:11",
      "predicate 14:13",
      "path 14:19",
      "compare_fields 15:5",
      "path 15:40",
      "path 15:50",
    ]);
  });

  it("has defaults", () => {
    const { rule } = parse(HEAD + DETECTION);
    expect(rule).toMatchObject({
      name: "My.Rule",
      riskScore: 73,
      dedupPeriodMinutes: 60,
      stateful: undefined,
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
    const moved = parse(`${DETECTION}# moved\n${HEAD}`, { file: "elsewhere.yml" }).rule;
    expect(moved?.hash).toBe(rule?.hash);
    expect(parse(HEAD + DETECTION.replace("DeleteTrail", "StopLogging")).rule?.hash).not.toBe(rule?.hash);
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
    [
      "an account id without quotes",
      `${HEAD}Detection:\n  - {Key: a, Condition: IsIn, Values: [111122223333]}\n`,
      "unquoted-account 7:40",
    ],
    [
      "two tests of one name",
      `${HEAD}${DETECTION}Tests:\n${"  - {Name: x, ExpectedResult: false, Log: {}}\n".repeat(2)}`,
      "bad-value 12:5",
    ],
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

import { complaints, DETECTION, HEAD, parse } from "./parse.js";

const said = (text: string) => {
  const { rule, diagnostics } = parse(text);
  expect(rule).toBeUndefined();
  return diagnostics.map((d) => `${d.severity} ${d.code}: ${d.message}`);
};

describe("a rule whose logic is Python", () => {
  it.each<[string, string]>([
    ["as it should be", `${HEAD}Filename: a.py\nThreshold: 5\n`],
    ["with tests that are none", `${HEAD}Filename: a.py\nTests: 5\nFoo: bar\n`],
    ["with switches of the wrong type", `${HEAD}Filename: a.py\n`.replace("true", '"yes"')],
    ["with log types of the wrong type", `${HEAD}Filename: [a.py]\n`.replace("[AWS.CloudTrail]", "{a: 1}")],
    ["with a Detection as well", `${HEAD}${DETECTION}Filename: a.py\n`],
  ])("is refused in one line that names it: %s", (_, text) => {
    expect(said(text)).toEqual([
      "error python-rule: The rule My.Rule is not supported: its logic is Python code, which is not run here.",
    ]);
  });

  it("is refused even without an id", () => {
    expect(said("AnalysisType: rule\nFilename: a.py\n")).toEqual([
      "error python-rule: The rule, which has no id, is not supported: its logic is Python code, which is not run here.",
    ]);
  });

  it("is passed over when it is disabled or for other logs", () => {
    expect(said(`${HEAD}Filename: a.py\n`.replace("true", "false"))).toEqual([
      "info rule-disabled: The rule My.Rule is disabled and is not loaded.",
    ]);
    expect(said(`${HEAD}Filename: a.py\n`.replace("AWS.CloudTrail", "Okta.SystemLog"))).toEqual([
      "info other-log-type: The rule My.Rule is for Okta.SystemLog and is not loaded.",
    ]);
  });
});

describe("a rule for logs whose name is nearly CloudTrail's", () => {
  it.each(["AWS.Cloudtrail", "AWS.CloudTrial", "aws.cloudtrail", "CloudTrail", "AWS.CloudTrails"])(
    "is most likely a mistake: %s",
    (type) => {
      expect(parse(`${HEAD}${DETECTION}`.replace("AWS.CloudTrail", type)).diagnostics).toMatchObject([
        { code: "other-log-type", severity: "warning", hint: "Did you mean AWS.CloudTrail?" },
      ]);
    },
  );

  it.each(["AWS.GuardDuty", "AWS.CloudWatchEvents", "AWS.CloudTrailInsight", "GCP.AuditLog"])(
    "is none: %s",
    (type) => {
      expect(parse(`${HEAD}${DETECTION}`.replace("AWS.CloudTrail", type)).diagnostics).toMatchObject([
        { code: "other-log-type", severity: "info" },
      ]);
    },
  );
});

describe("a file of the same format that is no rule", () => {
  it.each(["correlation_rule", "scheduled_rule"])("is refused in one line that names it: %s", (type) => {
    const text = `${HEAD}Nonsense: 1\nDetection: [{Sequence: []}]\n`.replace("rule", type);
    expect(said(text)).toEqual([
      expect.stringMatching(
        /^error unsupported-analysis-type: The rule My\.Rule is not supported: a \w+ rule /,
      ),
    ]);
    expect(complaints(text)).toEqual(["unsupported-analysis-type 1:15"]);
    expect(said(text.replace("true", "false"))).toEqual([expect.stringMatching(/^info rule-disabled: /)]);
  });

  it("is refused by its PolicyID", () => {
    expect(said("AnalysisType: policy\nPolicyID: AWS.Some.Policy\nFilename: a.py\n")).toEqual([
      expect.stringMatching(/The rule AWS\.Some\.Policy is not supported: a policy looks at resources/),
    ]);
  });

  it.each(["datamodel", "global", "lookup_table", "pack", "saved_query", "scheduled_query"])(
    "is passed over when it is beside detections: %s",
    (type) => {
      expect(said(`AnalysisType: ${type}\nPackID: x\n`)).toEqual([
        `info no-detection: The file is no detection but a ${type}, and is passed over.`,
      ]);
    },
  );

  it("is refused with a guess when the type is misspelt", () => {
    const { diagnostics } = parse(HEAD.replace("rule", "rules") + DETECTION);
    expect(diagnostics.map((d) => d.hint)).toEqual(["Did you mean rule?"]);
  });
});

import { load, loadRule, problems, ruleText } from "./make.js";

const ID = "11111111-2222-3333-4444-555555555555";
const FULL = ruleText({
  metadata:
    'creation_date = "2026/01/01"\nintegration = ["aws"]\nmaturity = "production"\nupdated_date = "2026/01/02"',
  keys: `index = ["filebeat-*", "logs-aws.cloudtrail-*"]
from = "now-6m"
interval = "5m"
license = "Some License"
false_positives = ["""
  Somebody's work.
  """]
note = """## Steps
Look at it.
"""
references = ["https://example.com/a", "https://example.com/b"]
setup = "Nothing."
tags = ["Domain: Cloud", "Tactic: Impact"]
timestamp_override = "event.ingested"`,
  tables: `
[[rule.threat]]
framework = "MITRE ATT&CK"
[[rule.threat.technique]]
id = "T1562"
name = "Impair Defenses"
reference = "https://attack.mitre.org/techniques/T1562/"
[[rule.threat.technique.subtechnique]]
id = "T1562.008"
name = "Disable Logs"
reference = "https://attack.mitre.org/techniques/T1562/008/"
[rule.threat.tactic]
id = "TA0005"
name = "Defense Evasion"
reference = "https://attack.mitre.org/tactics/TA0005/"
[[rule.threat]]
framework = "MITRE ATT&CK"
[rule.threat.tactic]
id = "TA0040"
name = "Impact"
reference = "https://attack.mitre.org/tactics/TA0040/"

[rule.alert_suppression]
group_by = ["user.name", "cloud.account.id"]
duration = { value = 2, unit = "h" }
missing_fields_strategy = "suppress"

[rule.investigation_fields]
field_names = ["@timestamp", "user.name", "event.action", "aws.cloudtrail.user_identity.arn",
  "aws.cloudtrail.request_parameters", "source.geo.city_name", "Esql.thing"]`,
});

describe("parseElasticRule", () => {
  it("reads what a rule says", () => {
    const rule = loadRule(FULL, { file: "aws/rule.toml" });
    expect(rule).toMatchObject({
      id: ID,
      name: "A rule",
      kind: "elastic",
      file: "aws/rule.toml",
      severity: "medium",
      riskScore: 47,
      description: "What it finds.",
      runbook: "## Steps\nLook at it.",
      references: ["https://example.com/a", "https://example.com/b"],
      authors: ["Somebody"],
      falsePositives: ["Somebody's work."],
      tags: ["Domain: Cloud", "Tactic: Impact"],
      attack: [
        { tactic: "TA0005", technique: "T1562" },
        { tactic: "TA0005", technique: "T1562.008" },
        { tactic: "TA0040", technique: undefined },
      ],
      logTypes: ["AWS.CloudTrail"],
      summaryAttributes: ["eventTime", "eventName", "userIdentity.arn", "requestParameters"],
      groupBy: ["user.name", "cloud.account.id"],
      dedupPeriodMinutes: 120,
      createAlert: true,
      stateful: undefined,
      tests: [],
    });
    expect(rule.program.title).toEqual([{ kind: "text", text: "A rule" }]);
    expect(rule.program.groupBy.map((field) => field.text)).toEqual(["user.name", "userIdentity.accountId"]);
    expect(rule.program.context.map(({ name }) => name)).toEqual(["user.name"]);
    expect(Object.isFrozen(rule.program.condition)).toBe(true);
    expect(rule.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("takes the tests that stand beside the file", () => {
    const test = { name: "hit", expected: true, log: { eventName: "X" } };
    const asked: string[] = [];
    const rule = loadRule(ruleText(), { testsOf: (id) => (asked.push(id), [test]) });
    expect(rule.tests).toEqual([test]);
    expect(asked).toEqual([ID]);
  });

  it("raises no alert for a building block", () => {
    expect(
      loadRule(
        ruleText({
          tables: "[unused]\n".replace("[unused]\n", ""),
          keys: 'building_block_type = "default"\nindex = ["logs-aws*"]',
        }),
      ).createAlert,
    ).toBe(false);
  });

  it.each([
    [0, 1],
    [100, 99],
    [33, 33],
  ])("keeps a risk score of %p within ours: %p", (given, kept) => {
    expect(loadRule(ruleText().replace("risk_score = 47", `risk_score = ${given}`)).riskScore).toBe(kept);
  });

  describe("rules over several events", () => {
    it("counts matches by fields and kinds of values", () => {
      const text = ruleText({
        type: "threshold",
        keys: 'index = ["logs-aws*"]\nfrom = "now-1h"',
        tables: `[rule.threshold]
field = ["user.name", "source.ip"]
value = 10
[[rule.threshold.cardinality]]
field = "event.action"
value = 3`,
      });
      const rule = loadRule(text);
      expect(rule.groupBy).toEqual(["user.name", "source.ip"]);
      expect(rule.stateful).toMatchObject({
        kind: "threshold",
        threshold: 10,
        windowMinutes: 60,
        cardinality: [{ field: { text: "eventName" }, values: 3 }],
      });
    });

    it.each([
      ["field = []\nvalue = 1", undefined, []],
      ['field = "user.name"\nvalue = 2', 2, ["user.name"]],
    ])("reads the threshold %j", (threshold, count, groupBy) => {
      const rule = loadRule(ruleText({ type: "threshold", tables: `[rule.threshold]\n${threshold}` }));
      expect(rule.groupBy).toEqual(groupBy);
      expect(rule.stateful?.kind === "threshold" ? rule.stateful.threshold : undefined).toBe(count);
    });

    it("takes kinds of values at a threshold of 1 as several events", () => {
      const tables =
        '[rule.threshold]\nfield = []\nvalue = 1\ncardinality = [{ field = "event.id", value = 5 }]';
      expect(loadRule(ruleText({ type: "threshold", tables })).stateful).toMatchObject({
        threshold: 1,
        windowMinutes: 6,
        cardinality: [{ values: 5 }],
      });
    });

    it.each([
      [
        "the project's form",
        `[rule.new_terms]
field = "new_terms_fields"
value = ["user.name", "cloud.account.id"]
[[rule.new_terms.history_window_start]]
field = "history_window_start"
value = "now-7d"`,
      ],
      ["the API's form", ""],
    ])("reads new terms in %s", (_, tables) => {
      const keys =
        tables === ""
          ? 'index = ["logs-aws*"]\nnew_terms_fields = ["user.name", "cloud.account.id"]\nhistory_window_start = "now-7d"'
          : 'index = ["logs-aws*"]';
      expect(loadRule(ruleText({ type: "new_terms", keys, tables })).stateful).toMatchObject({
        kind: "new_terms",
        fields: [{ text: "user.name" }, { text: "userIdentity.accountId" }],
        historyMinutes: 7 * 24 * 60,
      });
    });

    it.each([
      ["threshold", "", ["5:1 error missing-key"]],
      ["threshold", "[rule.threshold]\nfield = []", ["18:1 error missing-key"]],
      ["threshold", "[rule.threshold]\nfield = []\nvalue = 0", ["20:9 error bad-value"]],
      ["threshold", "[rule.threshold]\nfield = 1\nvalue = 2", ["19:9 error wrong-type"]],
      ["new_terms", "", ["5:1 error missing-key", "5:1 error missing-key"]],
      [
        "new_terms",
        '[rule.new_terms]\nvalue = ["user.name"]\nhistory_window_start = [{ value = "last week" }]',
        ["20:35 error bad-value"],
      ],
    ])("refuses a %s rule with %j", (type, tables, expected) => {
      expect(problems(ruleText({ type, tables }))).toEqual(expected);
    });
  });

  it("takes the gravest severity that is mapped, and keeps the risk score", () => {
    const tables = `[[rule.severity_mapping]]
field = "event.action"
operator = "equals"
value = "A"
severity = "low"
[[rule.severity_mapping]]
field = "cloud.region"
operator = "equals"
value = "B"
severity = "critical"`;
    const { severities } = loadRule(ruleText({ tables })).program;
    expect(severities).toMatchObject([
      {
        severity: "critical",
        riskScore: 47,
        condition: { field: { text: "awsRegion" }, test: { value: "B" } },
      },
      { severity: "low", riskScore: 47, condition: { test: { value: "A" } } },
    ]);
    expect(problems(ruleText({ tables: tables.replace("critical", "grave") }))).toEqual([
      "23:1 warning bad-value",
    ]);
  });

  it.each([
    ['{ value = 1, unit = "m" }', 5],
    ['{ value = 30, unit = "s" }', 5],
    ['{ value = 3, unit = "d" }', 1440],
  ])("keeps the window of %s within what is possible", (duration, minutes) => {
    const { rules, diagnostics } = load(
      ruleText({ tables: `[rule.alert_suppression]\nduration = ${duration}` }),
    );
    expect(rules[0]!.dedupPeriodMinutes).toBe(minutes);
    expect(diagnostics).toEqual([
      expect.objectContaining({ severity: "warning", code: "bad-value", line: 19 }),
    ]);
  });

  describe("what is not loaded", () => {
    it.each([
      [
        "deprecated",
        ruleText({ metadata: 'maturity = "deprecated"\nintegration = ["aws"]' }),
        "2:1 info rule-retired",
      ],
      ["disabled", ruleText({ keys: "enabled = false" }), "14:1 info rule-disabled"],
      [
        "for other indices",
        ruleText({ keys: 'index = ["logs-okta*", "winlogbeat-*"]' }),
        "14:1 info other-log-type",
      ],
      [
        "for another integration",
        ruleText({ metadata: 'integration = ["okta"]', keys: 'index = ["filebeat-*", "logs-*"]' }),
        "4:1 info other-log-type",
      ],
      [
        "for fields of other events",
        ruleText({ metadata: "", keys: 'index = ["logs-*"]', query: "process.name: x" }),
        "13:1 info other-log-type",
      ],
    ])("a rule that is %s", (_, text, expected) => {
      const { rules, diagnostics } = load(text.replace("\n\n[rule]", "\n[rule]"));
      expect(rules).toEqual([]);
      expect(diagnostics).toHaveLength(1);
      expect(`${diagnostics[0]!.severity} ${diagnostics[0]!.code}`).toBe(
        expected.split(" ").slice(1).join(" "),
      );
    });

    it.each([
      ["an index", { keys: 'index = ["logs-aws.cloudtrial-*"]' }, 'index = ["logs-aws.cloudtrail-*"]'],
      ["an index", { keys: 'index = ["logs-aws-cloudtrail-*"]' }, 'index = ["logs-aws.cloudtrail-*"]'],
      [
        "an integration",
        { metadata: 'integration = ["awss"]', keys: 'index = ["logs-*"]' },
        'integration = ["aws"]',
      ],
    ])("a rule for %s with a name that is nearly CloudTrail's, as a warning", (_, parts, meant) => {
      expect(load(ruleText(parts))).toMatchObject({
        rules: [],
        diagnostics: [{ code: "other-log-type", severity: "warning", hint: `Did you mean \`${meant}\`?` }],
      });
    });

    it.each([
      ["kql", "kuery"],
      ["KQL", "kuery"],
      ["Kuery", "kuery"],
    ])("a rule in %s, with the language that is meant", (written, meant) => {
      const text = ruleText().replace('language = "kuery"', `language = "${written}"`);
      expect(load(text).diagnostics).toMatchObject([{ code: "bad-value", hint: `Did you mean ${meant}?` }]);
    });

    it.each([
      ["esql", "esql", "unsupported-rule-type"],
      ["machine_learning", "kuery", "unsupported-rule-type"],
      ["threat_match", "kuery", "unsupported-rule-type"],
      ["saved_query", "kuery", "unsupported-rule-type"],
      ["query", "lucene", "unsupported-query"],
      ["query", "esql", "unsupported-query"],
    ])("a rule of type %s in %s, in one line with its id", (type, language, code) => {
      const text = ruleText({ type, query: "from logs-aws.cloudtrail-* | where x == (" }).replace(
        '"kuery"',
        `"${language}"`,
      );
      const { rules, diagnostics } = load(text);
      expect(rules).toEqual([]);
      expect(diagnostics).toEqual([
        expect.objectContaining({ severity: "error", code, line: code === "unsupported-query" ? 8 : 13 }),
      ]);
      expect(diagnostics[0]!.message).toContain(ID);
      expect(diagnostics[0]!.message).not.toContain("\n");
    });

    it.each([
      "sequence by user.name [any where true] [any where true]",
      "sample by user.name [any where true] [any where true]",
    ])("an EQL query over several events, in one line with its id: %s", (query) => {
      const { rules, diagnostics } = load(ruleText({ type: "eql", query }));
      expect(rules).toEqual([]);
      expect(diagnostics).toEqual([
        expect.objectContaining({ severity: "error", code: "unsupported-query", line: 16 }),
      ]);
      expect(diagnostics[0]!.message).toContain(ID);
    });
  });

  it("loads EQL rules over one event", () => {
    const rule = loadRule(ruleText({ type: "eql", query: 'any where event.action == "StopLogging"' }));
    expect(rule.program.condition).toMatchObject({ kind: "predicate", field: { text: "eventName" } });
  });

  describe("which rules are for CloudTrail", () => {
    const loads = (metadata: string, index: string, query = "event.action: X") =>
      load(ruleText({ metadata, keys: index, query })).rules.length === 1;
    const aws = 'integration = ["aws"]';

    it.each([
      [aws, 'index = ["logs-aws.cloudtrail-*"]', true],
      [aws, 'index = ["filebeat-*", "logs-aws.cloudtrail*"]', true],
      ['integration = "aws"', "", true],
      ['integration = ["gcp", "aws"]', 'index = ["logs-gcp*", "logs-aws*"]', true],
      [aws, 'index = ["logs-aws.guardduty-*"]', false],
      [aws, 'index = ["logs-*"]', true],
      [aws, 'index = ["remote:logs-aws.cloudtrail-*"]', true],
      ["", 'index = ["logs-aws.cloudtrail-*"]', true],
      ['integration = ["cloud_defend"]', 'index = ["logs-cloud_defend*", "logs-aws.cloudtrail-*"]', true],
      ['integration = ["cloud_defend"]', 'index = ["logs-*"]', false],
      ['integration = ["aws_bedrock"]', 'index = ["logs-aws_bedrock.invocation-*"]', false],
      ["", 'index = ["logs-*"]', true],
      ["", "", true],
      ["", 'index = ["*", "-logs-aws*"]', true],
    ])("%j with %j → %p", (metadata, index, expected) => {
      expect(loads(metadata, index)).toBe(expected);
    });

    it("asks the query of a rule for many kinds of events", () => {
      expect(loads("", 'index = ["logs-*"]', "process.name: x")).toBe(false);
      expect(loads("", 'index = ["logs-*"]', "event.dataset: aws.cloudtrail and process.name: x")).toBe(true);
      expect(loads(aws, 'index = ["logs-*"]', "process.name: x")).toBe(true);
    });
  });

  describe("bad input", () => {
    it.each([
      ["", ["1:1 error not-a-rule"]],
      ["[rule", ["1:2 error toml-syntax"]],
      ["[rule]\nname = ", ["2:8 error toml-syntax"]],
      ["[rule]\nname = '''never closed", ["2:8 error toml-syntax"]],
      ["- a: yaml", ["1:3 error toml-syntax"]],
      ["[rules]\nname = 'x'", ["1:1 error not-a-rule"]],
      ["rule = 1", ["1:8 error wrong-type"]],
      ["[[rule]]\nname = 'x'", ["1:1 error wrong-type"]],
      ["[metadata]\nmaturity = 'production'", ["1:1 error not-a-rule"]],
      ["\u0000", ["1:1 error toml-syntax"]],
    ])("gets a diagnostic: %j", (text, expected) => {
      expect(problems(text)).toEqual(expected);
    });

    it("says what is missing", () => {
      expect(problems("[rule]\nquery = 'event.action: x'").sort()).toEqual([
        "1:1 error missing-key",
        "1:1 error missing-key",
        "1:1 error missing-key",
        "1:1 error missing-key",
      ]);
      const messages = load("[rule]\ntype = 'query'").diagnostics.map((d) => d.message);
      expect(messages).toEqual(
        expect.arrayContaining(["The rule has no query.", "The rule has no rule_id."]),
      );
    });

    it.each([
      ['name = "A rule"', "name = 1", "9:8 error wrong-type"],
      ["risk_score = 47", 'risk_score = "47"', "10:14 error wrong-type"],
      ["risk_score = 47", "risk_score = 101", "10:14 error bad-value"],
      ['severity = "medium"', 'severity = "midium"', "12:12 error bad-value"],
      ['type = "query"', 'type = "qery"', "13:8 error bad-value"],
      ['type = "query"', "type = 1", "13:8 error wrong-type"],
      ['language = "kuery"', 'language = "kquery"', "8:12 error bad-value"],
      ['author = ["Somebody"]', 'author = "Somebody"', "6:10 error wrong-type"],
      ['author = ["Somebody"]', "author = [1]", "6:11 error wrong-type"],
      ['rule_id = "11111111-2222-3333-4444-555555555555"', 'rule_id = " "', "11:11 error bad-value"],
      ['index = ["logs-aws.cloudtrail-*"]', "index = 1", "14:9 error wrong-type"],
      ['index = ["logs-aws.cloudtrail-*"]', 'threat = "T1562"', "14:10 error wrong-type"],
      ['index = ["logs-aws.cloudtrail-*"]', "alert_suppression = 1", "14:21 error wrong-type"],
    ])("refuses %s as %s", (from, to, expected) => {
      const { rules, diagnostics } = load(ruleText().replace(from, to));
      expect(rules).toEqual([]);
      expect(diagnostics.map((d) => `${d.line}:${d.column} ${d.severity} ${d.code}`)).toContain(expected);
    });

    it("tells what was meant by a key, and loads the rule all the same", () => {
      const { rules, diagnostics } = load(
        ruleText({ metadata: 'integration = ["aws"]\nmaturty = "x"', keys: "indx = []\nmy_own = 1" }) +
          "[extra]\n",
      );
      expect(rules).toHaveLength(1);
      expect(diagnostics.map((d) => [d.line, d.severity, d.code, d.hint])).toEqual([
        [20, "warning", "unknown-key", "Remove it if it is your own."],
        [3, "warning", "unknown-key", "Did you mean maturity?"],
        [14, "warning", "unknown-key", "Did you mean index?"],
        [15, "warning", "unknown-key", "Remove it if it is your own."],
      ]);
    });

    it("knows the keys of the tables inside", () => {
      const tables = '[rule.alert_suppression]\ngroupby = ["user.name"]';
      const { diagnostics } = load(ruleText({ tables }));
      expect(diagnostics).toEqual([
        expect.objectContaining({
          line: 19,
          code: "unknown-key",
          severity: "warning",
          hint: "Did you mean group_by?",
        }),
      ]);
    });

    it("warns of keys that would change what Elastic does", () => {
      const keys = 'rule_name_override = "message"\nexceptions_list = [{ id = "x" }]\nactions = []';
      expect(problems(ruleText({ keys }))).toEqual(["14:1 warning ignored-key", "15:1 warning ignored-key"]);
    });

    it("leaves out what is no ATT&CK id", () => {
      const tables =
        '[[rule.threat]]\n[[rule.threat.technique]]\nid = "1562"\n[rule.threat.tactic]\nid = "TA0005"';
      const { rules, diagnostics } = load(ruleText({ tables }));
      expect(rules[0]!.attack).toEqual([{ tactic: "TA0005", technique: undefined }]);
      expect(diagnostics).toEqual([
        expect.objectContaining({ code: "bad-attack-reference", line: 20, column: 6 }),
      ]);
    });

    it("skips frameworks whose ids are not ATT&CK's", () => {
      const tables = '[[rule.threat]]\nframework = "MITRE ATLAS"\n[rule.threat.tactic]\nid = "AML.TA0001"';
      expect(loadRule(ruleText({ tables })).attack).toEqual([]);
    });

    it.each(["__proto__", "constructor", "toString"])("takes the key %s for nothing special", (key) => {
      expect(problems(ruleText({ keys: `${key} = 1\nindex = ["logs-aws*"]` }))).toEqual([
        "14:1 warning unknown-key",
      ]);
    });

    it("refuses a file that is far too long", () => {
      expect(problems(ruleText({ query: "a".repeat(5_000_000) }))).toEqual(["1:1 error toml-syntax"]);
    });

    it("reads files with carriage returns", () => {
      const text = ruleText({ query: "event.action: X and\n event.action: (" }).replaceAll("\n", "\r\n");
      expect(problems(text)).toEqual(["17:17 error bad-query"]);
      expect(loadRule(ruleText().replaceAll("\n", "\r\n")).id).toBe(ID);
    });
  });
});

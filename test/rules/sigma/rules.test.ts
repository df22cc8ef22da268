import type { Positions } from "../../../src/rules/positions.js";
import { parseAttackTag, TACTIC_NAMES } from "../../../src/rules/sigma/attack-tags.js";
import { holds, ID, link, load, loadRule, problems, withDetection, withSelection } from "./make.js";

const DETECTION = "detection:\n  selection: {eventName: StopLogging}\n  condition: selection\n";
const LOGSOURCE = "logsource: {product: aws, service: cloudtrail}\n";
const minimal = (more = "") => `title: T\nid: ${ID}\n${LOGSOURCE}${DETECTION}${more}`;

describe("what a rule says", () => {
  it("is read whole", () => {
    const rule = loadRule(
      `title: Trail stopped
id: ${ID}
name: trail_stopped
related:
  - {id: 0b9d0e0f-1111-4222-8333-944444444444, type: derived}
taxonomy: sigma
status: experimental
description: What it is.
license: MIT
references:
  - https://example.com/
author: Ada, Grace
date: 2026-01-31
modified: 2026/02/01
tags: [attack.stealth, attack.t1685.002, attack.g0007, cve.2026-1, tlp.clear]
${LOGSOURCE}${DETECTION}fields: [userIdentity.arn, sourceIPAddress]
falsepositives: [Maintenance]
level: critical
scope: [server]
our_own_key: anything
`,
      { testsOf: (id) => [{ name: `of ${id}`, expected: true, log: {} }] },
    );
    expect(rule).toMatchObject({
      id: ID,
      name: "Trail stopped",
      kind: "sigma",
      file: "rule.yml",
      severity: "critical",
      riskScore: 99,
      description: "What it is.",
      runbook: undefined,
      references: ["https://example.com/"],
      authors: ["Ada", "Grace"],
      falsePositives: ["Maintenance"],
      tags: ["attack.stealth", "attack.t1685.002", "attack.g0007", "cve.2026-1", "tlp.clear"],
      attack: [
        { tactic: "TA0005", technique: undefined },
        { tactic: undefined, technique: "T1685.002" },
      ],
      logTypes: ["AWS.CloudTrail"],
      summaryAttributes: ["userIdentity.arn", "sourceIPAddress"],
      groupBy: [],
      dedupPeriodMinutes: 60,
      createAlert: true,
      stateful: undefined,
      tests: [{ name: `of ${ID}`, expected: true, log: {} }],
    });
    expect(rule.program.title).toEqual([{ kind: "text", text: "Trail stopped" }]);
    expect(holds(rule, { eventName: "stoplogging" })).toBe(true);
  });

  it("has defaults", () => {
    expect(loadRule(minimal())).toMatchObject({
      severity: "medium",
      riskScore: 47,
      references: [],
      authors: [],
      tags: [],
      attack: [],
    });
  });

  it.each([
    ["informational", "info"],
    ["low", "low"],
    ["medium", "medium"],
    ["high", "high"],
    ["critical", "critical"],
  ])("level %s is severity %s", (level, severity) => {
    expect(loadRule(minimal(`level: ${level}\n`)).severity).toBe(severity);
  });

  it("is immutable, and hashed by its content, not by its layout", () => {
    const rule = loadRule(minimal());
    expect(Object.isFrozen(rule.program.condition)).toBe(true);
    expect(loadRule(`# moved\n${minimal()}`).hash).toBe(rule.hash);
    expect(loadRule(minimal().replace("StopLogging", "X")).hash).not.toBe(rule.hash);
  });

  it("counts keys with nothing behind them as absent", () => {
    expect(loadRule(minimal("tags:\nfields:\nlevel:\nauthor:\n")).severity).toBe("medium");
  });

  it.each<[string, string]>([
    // key at the end of the rule (its 7th line), diagnostic
    ["level: hihg", "7:8 error bad-value"],
    ["level: [high]", "7:8 error wrong-type"],
    ["status: testing", "7:9 error bad-value"],
    ["tags: attack.t1078", "ok"],
    ["tags: [attack.initial-acces]", "7:8 warning bad-attack-reference"],
    ["tags: [5]", "7:8 error wrong-type"],
    ["references: {a: b}", "7:13 error wrong-type"],
    ["date: yesterday", "7:7 warning bad-value"],
    ["date: 2026-13", "7:7 warning bad-value"],
    ["taxonomy: ecs", "7:11 error unsupported-taxonomy"],
    ["related: [{id: x, type: cousin}]", "7:25 warning bad-value"],
    ["levle: high", "7:1 warning unknown-key"],
    ["falsepositive: [x]", "7:1 warning unknown-key"],
    ["regression_tests_path: x", "ok"],
    ["simulation: {a: b}", "ok"],
  ])("%s: %s", (line, problem) => {
    expect(problems(minimal(`${line}\n`))).toEqual(problem === "ok" ? [] : [problem]);
    expect(load(minimal(`${line}\n`)).rules).toHaveLength(problem.includes("error") ? 0 : 1);
  });

  it("needs an id, a title, a logsource and a detection", () => {
    const without = (key: string) =>
      problems(minimal().replace(new RegExp(`^${key}:.*\\n(  .*\\n)*`, "m"), ""));
    for (const key of ["id", "title", "logsource", "detection"])
      expect(without(key)).toEqual(["1:1 error missing-key"]);
    expect(problems(minimal().replace(ID, "''"))).toEqual(["2:5 error bad-value"]);
    expect(problems("title: T\nlevel: low\n")).toEqual(["1:1 error not-a-rule"]);
    expect(problems(minimal().replace("title: T", `title: ${"T".repeat(257)}`))).toEqual([
      "1:8 warning bad-value",
    ]);
  });

  it("is not loaded when its status is deprecated or unsupported, whatever else is wrong with it", () => {
    for (const status of ["deprecated", "unsupported"]) {
      const text = minimal(`status: ${status}\n`).replace(
        "condition: selection",
        "condition: nothing | count()",
      );
      expect(problems(text)).toEqual(["7:1 info rule-retired"]);
    }
  });
});

describe("logsource", () => {
  it.each<[string, boolean]>([
    ["{product: aws, service: cloudtrail}", true],
    ["{product: AWS, service: CloudTrail, definition: as it comes}", true],
    ["{service: cloudtrail}", true],
    ["{product: aws}", true],
    ["{product: aws, service: cloudtrail, category: cloud}", true],
    ["{product: aws, category: network}", false],
    ["{product: aws, service: guardduty}", false],
    ["{category: process_creation, product: windows}", false],
    ["{product: azure, service: cloudtrail}", false],
    ["{category: antivirus}", false],
  ])("%s: %s", (logsource, loaded) => {
    const text = minimal().replace(/logsource: .*/, `logsource: ${logsource}`);
    expect(problems(text)).toEqual(loaded ? [] : ["3:1 info other-log-type"]);
    expect(load(text).rules).toHaveLength(loaded ? 1 : 0);
  });

  it.each([
    "{product: aws, service: cloudtrial}",
    "{product: aws, service: cloud_trail}",
    "{product: aws, service: cloudtrail-logs}",
    "{service: CloudTrial}",
    "{product: awss, service: cloudtrail}",
    "{product: asw, service: cloudtrail}",
    "{product: amazon, service: cloudtrail}",
    "{product: awss}",
    "{product: aws, category: cloudtrail}",
    "{product: cloudtrail}",
  ])("%s: not loaded, and most likely a mistake", (logsource) => {
    const text = minimal().replace(/logsource: .*/, `logsource: ${logsource}`);
    const plain = text.replace(/logsource: \{(.*)\}/, (_, parts: string) =>
      ["logsource:", ...parts.split(", ")].join("\n  "),
    );
    for (const one of [text, plain]) {
      expect(load(one)).toMatchObject({
        rules: [],
        diagnostics: [
          {
            code: "other-log-type",
            severity: "warning",
            hint: "Did you mean `product: aws` with `service: cloudtrail`?",
          },
        ],
      });
    }
  });

  it("must say something", () => {
    const withLogsource = (logsource: string) =>
      problems(minimal().replace(/logsource: .*/, `logsource: ${logsource}`));
    expect(withLogsource("{definition: x}")).toEqual(["3:12 error bad-value"]);
    expect(withLogsource("aws")).toEqual(["3:12 error wrong-type"]);
    expect(withLogsource("{product: 5}")).toEqual(["3:22 error wrong-type"]);
  });
});

describe("ATT&CK tags", () => {
  it.each<[string, string | undefined, string | undefined]>([
    ["attack.t1078", undefined, "T1078"],
    ["attack.T1078.004", undefined, "T1078.004"],
    ["attack.privilege-escalation", "TA0004", undefined],
    ["attack.privilege_escalation", "TA0004", undefined],
    ["attack.ta0004", "TA0004", undefined],
    ["attack.command-and-control", "TA0011", undefined],
  ])("%s", (tag, tactic, technique) => {
    expect(parseAttackTag(tag)).toEqual({ kind: "reference", reference: { tactic, technique } });
  });

  it("leave out what is neither a tactic nor a technique", () => {
    for (const tag of [
      "attack.g0007",
      "attack.s0001",
      "attack.ds0012",
      "attack.m1041",
      "attack.a0001",
      "car.2016-04-005",
    ])
      expect(parseAttackTag(tag)).toEqual({ kind: "none" });
    expect(parseAttackTag("attack.presistence")).toEqual({ kind: "unknown", meant: "attack.persistence" });
    expect(parseAttackTag("attack.t99")).toMatchObject({ kind: "unknown" });
  });

  it("know all the tactics there are", () => {
    expect(new Set(TACTIC_NAMES.values()).size).toBe(15);
  });
});

describe("files of several documents", () => {
  it("hold several rules, and one that is refused costs no other", () => {
    const second = minimal().replace(ID, "second");
    const third = minimal().replace(ID, "third").replace("condition: selection", "condition: nothing");
    const { rules, diagnostics } = link(`---\n${minimal()}---\n${third}---\n${second}---\n`);
    expect(rules.map(({ id }) => id)).toEqual([ID, "second"]);
    expect(diagnostics.map((d) => `${d.line}:${d.column} ${d.code}`)).toEqual(["14:14 unknown-selection"]);
  });

  it("may have one that is no YAML", () => {
    const { rules, diagnostics } = link(
      `${minimal()}---\ntitle: "x\nid: y\n---\n${minimal().replace(ID, "other")}`,
    );
    expect(rules.map(({ id }) => id)).toContain(ID);
    expect(diagnostics.map(({ code }) => code)).toContain("yaml-syntax");
  });

  it.each(["global", "reset", "repeat"])("are refused when they share parts by action: %s", (action) => {
    const { rules, diagnostics } = link(`action: ${action}\ntitle: T\n${LOGSOURCE}---\n${DETECTION}`);
    expect(rules).toEqual([]);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ code: "global-document", line: 1, column: 1 });
    expect(diagnostics[0]?.hint).toMatch(/document of its own/);
  });
});

describe("positions", () => {
  it("are kept of a rule, its selections, fields and ATT&CK references when asked for", () => {
    const positions: Positions = new WeakMap();
    const text = withDetection(
      "  one:\n    eventName: X\n    awsRegion: Y\n  two: {a: [1, 2]}\n  condition: one and not two",
      "tags: [attack.t1078]\n",
    );
    const [rule] = load(text, { positions }).rules;
    const { condition } = rule!.program;
    if (condition.kind !== "all") throw new Error(condition.kind);
    const [one, two] = condition.terms;
    expect(positions.get(rule!)).toEqual({ line: 1, column: 1 });
    expect(positions.get(one!)).toEqual({ line: 8, column: 5 });
    expect(one).toMatchObject({ kind: "all" });
    const [first, second] = one?.kind === "all" ? one.terms : [];
    expect(positions.get(first!)).toEqual({ line: 8, column: 5 });
    expect(positions.get(second!)).toEqual({ line: 9, column: 5 });
    expect(second?.kind === "predicate" && positions.get(second.field)).toEqual({ line: 9, column: 5 });
    const inner = two?.kind === "not" ? two.term : undefined;
    expect(positions.get(inner!)).toEqual({ line: 10, column: 9 });
    expect(positions.get(condition)).toEqual({ line: 11, column: 14 });
    expect(positions.get(rule!.attack[0]!)).toEqual({ line: 12, column: 8 });
  });

  it("are kept beyond linking", () => {
    const positions: Positions = new WeakMap();
    const filter = `---\ntitle: F\n${LOGSOURCE}filter:\n  rules: any\n  s: {a: b}\n  condition: not s\n`;
    const [rule] = load(withSelection("{a: x}") + filter, { positions }).rules;
    expect(positions.get(rule!)).toEqual({ line: 1, column: 1 });
  });
});

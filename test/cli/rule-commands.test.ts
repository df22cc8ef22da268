import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packageRoot } from "../../src/lib/package-root.js";

/** The command as it is installed: the build, not the source. */
const MAIN = join(packageRoot, "dist/src/cli/main.js");
const dir = mkdtempSync(join(tmpdir(), "trailtag-rules-"));
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

function trailtag(args: readonly string[], input?: string) {
  const run = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8", timeout: 30_000, input });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

function file(name: string, text: string): string {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const RULE = `AnalysisType: rule
RuleID: Test.Rule
DisplayName: A rule
Enabled: true
Severity: Low
LogTypes: [AWS.CloudTrail]
Detection:
  - KeyPath: eventName
    Condition: Equals
    Value: StopLogging
  - KeyPath: requestParameters.name
    Condition: IsIn
    Values: [main, other]
Tests:
  - Name: it stops
    ExpectedResult: true
    Log: { eventName: StopLogging, requestParameters: { name: main } }
  - Name: it starts
    ExpectedResult: false
    Log: { eventName: StartLogging }
`;
const SIGMA = `title: A Sigma rule
id: 11111111-2222-4333-8444-555555555555
status: test
logsource: { product: aws, service: cloudtrail }
detection:
  selection:
    eventName: DeleteTrail
    userIdentity.usrName: maya
  condition: selection
level: medium
`;
const SIGMA_TESTS = `tests:
  - { name: it is deleted, match: true, event: { eventName: DeleteTrail } }
`;

describe("trailtag lint", () => {
  it("is content with a good rule", () => {
    expect(trailtag(["lint", file("good.yml", RULE)])).toEqual({
      code: 0,
      out: "",
      err: "1 rule: nothing to say\n",
    });
  });

  it("says what to look at, where, and ends with 1", () => {
    const odd = file(
      "odd.yml",
      RULE.replace("KeyPath: requestParameters.name", "KeyPath: requestParameter.name"),
    );
    const run = trailtag(["lint", odd]);
    expect([run.code, run.err]).toEqual([1, "1 rule: 1 warning\n"]);
    expect(run.out).toMatch(
      /^\S*odd\.yml:11:\d+ warning unknown-field CloudTrail records have no field requestParameter\.name\. \(Did you mean /,
    );
  });

  it("ends with 2 when something is not loaded, with every problem in one run", () => {
    const folder = dirname(file("several/broken.yml", RULE.replace("Condition: Equals", "Condition: Equal")));
    file("several/sigma.yml", SIGMA);
    file("several/sigma.tests.yml", `${SIGMA_TESTS}  - { name: x, macth: true, event: {} }\n`);
    const run = trailtag(["lint", folder, "--format", "json"]);
    expect(run.code).toBe(2);
    const found = JSON.parse(run.out) as { file: string; line: number; code: string; severity: string }[];
    expect(
      found.map((each) => [each.file.slice(folder.length + 1), each.line, each.severity, each.code]),
    ).toEqual([
      ["broken.yml", 9, "error", "unknown-condition"],
      ["sigma.tests.yml", 2, "warning", "no-negative-test"],
      ["sigma.tests.yml", 3, "error", "missing-key"],
      ["sigma.tests.yml", 3, "error", "unknown-key"],
      ["sigma.yml", 8, "warning", "unknown-field"],
    ]);
  });

  it("takes the configuration of a service whose cluster and secrets are elsewhere", () => {
    const config = file(
      "service-config.yml",
      `opensearch: { node: "https://search.example:9200", username: trailtag, password_file: /nowhere/password }
http: { listen: "0.0.0.0:9280", tls: { cert_file: /nowhere/cert.pem, key_file: /nowhere/key.pem } }
rules: { bundled: false, paths: [${JSON.stringify(file("conf/service-rule.yml", RULE))}] }
`,
    );
    const lint = trailtag(["lint", "--config", config]);
    expect([lint.err, lint.code]).toEqual([expect.stringContaining("1 rule"), 0]);
    expect(trailtag(["list", "rules", "--config", config]).out).toContain("Test.Rule");
  });

  it("looks at lists and exceptions of the configuration too", () => {
    const exceptions = file(
      "exceptions.yml",
      `id: old
scope: { rules: [Test.Rul] }
condition: [{ Key: eventname, Condition: Equals, Value: StopLogging }]
owner: us
reason: expected
expires: 2020-01-01
`,
    );
    const lists = file("lists.yml", "name: trails\nvalues: none\n");
    const config = file(
      "lint-config.yml",
      `rules: { bundled: false, paths: [${JSON.stringify(file("conf/rule.yml", RULE))}] }
lists: { paths: [${JSON.stringify(lists)}] }
exceptions: { paths: [${JSON.stringify(exceptions)}] }
`,
    );
    const run = trailtag(["lint", "--config", config]);
    expect([run.code, run.err]).toEqual([2, expect.stringContaining("1 rule, 1 exception: ")]);
    expect(run.out).toContain(`${lists}:2:`);
    expect(run.out).toMatch(/exceptions\.yml:2:\d+ warning unknown-rule .*\(Did you mean Test\.Rule\?\)/);
    expect(run.out).toMatch(
      /exceptions\.yml:3:\d+ warning unknown-field old: .*\(Did you mean eventName\?\)/,
    );
    expect(run.out).toMatch(/exceptions\.yml:6:\d+ warning exception-expired /);
  });

  it("counts information where there is much of it, and shows it when asked", () => {
    const folder = join(dir, "foreign");
    for (let i = 0; i < 30; i++) {
      const id = `11111111-2222-4333-8444-5555555555${i + 10}`;
      file(
        `foreign/${i}.yml`,
        SIGMA.replace(/id: .*/, `id: ${id}`).replace("product: aws", "product: linux"),
      );
    }
    const few = trailtag(["lint", folder]);
    expect(few).toEqual({
      code: 0,
      out: "",
      err: "0 rules: 30 of information\nNot shown without --all: other-log-type 30\n",
    });
    expect(trailtag(["lint", folder, "--all"]).out.split("\n")).toHaveLength(31);
  });

  it("ends with 64 for a format that it does not know", () => {
    const run = trailtag(["lint", "--format", "jsn"]);
    expect([run.code, run.err]).toEqual([64, '--format does not take "jsn". Did you mean json?\n']);
  });
});

describe("trailtag test", () => {
  it("runs all tests: 0 when they hold, 1 when one fails, 2 when a rule is refused", () => {
    expect(trailtag(["test"])).toMatchObject({ code: 0, out: expect.stringMatching(/ 0 failed\n$/) });
    const good = file("tested.yml", RULE);
    expect(trailtag(["test", good])).toMatchObject({ code: 0, out: "1 rule, 2 tests, 2 passed, 0 failed\n" });
    const failing = file("failing.yml", RULE.replace("{ name: main }", "{ name: none }"));
    const failed = trailtag(["test", failing]);
    expect([failed.code, failed.out.split("\n")]).toEqual([
      1,
      [
        `FAIL ${failing}:15:5: Test.Rule "it stops" should match and does not`,
        '       ✗ requestParameters.name in ["main", "other"]  ← "none"',
        "1 rule, 2 tests, 1 passed, 1 failed",
        "",
      ],
    ]);
    const broken = file("broken.yml", RULE.replace("Condition: Equals", "Condition: Equal"));
    const refused = trailtag(["test", broken]);
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringMatching(/broken\.yml:9:\d+ error unknown-condition/),
    ]);
  });

  it("runs tests that stand beside a rule, of one rule when asked, and reports as JUnit's XML", () => {
    const folder = dirname(file("beside/sigma.yml", SIGMA));
    file("beside/panther.yml", RULE);
    const tests = file("beside/sigma.tests.yml", SIGMA_TESTS);
    const id = "11111111-2222-4333-8444-555555555555";
    const run = trailtag(["test", folder, "--rule", id, "--reporter", "junit"]);
    expect(run.code).toBe(1);
    expect(run.out).toContain('<testsuites name="trailtag" tests="1" failures="1" errors="0">');
    expect(run.out).toContain(`<testcase classname="${id}" name="it is deleted" file="${tests}">`);
    expect(run.out).toContain(`${tests}:2:5\n✗ userIdentity.usrName eq~ "maya"  ← missing`);
    const wrong = trailtag(["test", folder, "--rule", "Test.Rul"]);
    expect([wrong.code, wrong.err]).toEqual([64, expect.stringContaining("Did you mean Test.Rule?")]);
  });

  it("runs the tests of exceptions", () => {
    const exceptions = file(
      "tested-exceptions.yml",
      `id: ours
scope: { rules: [Test.Rule] }
condition: [{ KeyPath: userIdentity.userName, Condition: Equals, Value: maya }]
owner: us
reason: expected
tests:
  - { name: maya, suppress: true, event: { userIdentity: { userName: maya } } }
  - { name: alice, suppress: true, event: { userIdentity: { userName: alice } } }
`,
    );
    const config = file(
      "test-config.yml",
      `rules: { bundled: false, paths: [${JSON.stringify(file("conf2/rule.yml", RULE))}] }
exceptions: { paths: [${JSON.stringify(exceptions)}] }
`,
    );
    const run = trailtag(["test", "--config", config]);
    expect(run.code).toBe(1);
    expect(run.out.split("\n")).toEqual([
      `FAIL ${exceptions}:8:5: ours "alice" should suppress and does not`,
      '       ✗ userIdentity.userName eq "maya"  ← "alice"',
      "1 rule, 1 exception, 4 tests, 3 passed, 1 failed",
      "",
    ]);
  });
});

describe("trailtag explain", () => {
  const RULES = (): string => file("explained/rule.yml", RULE);
  const EVENT = { eventName: "StopLogging", eventID: "e1", requestParameters: { name: "main" } };

  it("shows what held, what did not, and the values", () => {
    const event = file(
      "event.json",
      JSON.stringify({ ...EVENT, requestParameters: { name: "x".repeat(500) } }),
    );
    const run = trailtag(["explain", "--rules", RULES(), "--rule", "Test.Rule", event]);
    expect([run.code, run.err, run.out.split("\n")]).toEqual([
      0,
      "",
      [
        "Test.Rule does not match StopLogging e1",
        "",
        "✗ all of",
        '  ✓ eventName eq "StopLogging"  ← "StopLogging"',
        `  ✗ requestParameters.name in ["main", "other"]  ← "${"x".repeat(99)}… (502 characters)`,
        "",
      ],
    ]);
  });

  it("tells what a hit would tell, and which exceptions would suppress it, of each record", () => {
    const exceptions = ["one", "two"].map(
      (id) => `  - id: ${id}
    scope: all
    condition: [{ Key: eventName, Condition: Exists }]
    owner: us
    reason: expected
${id === "two" ? "    expires: 2020-01-01\n" : ""}`,
    );
    const config = file(
      "explain-config.yml",
      `exceptions: { paths: [${JSON.stringify(file("explained/exceptions.yml", `exceptions:\n${exceptions.join("")}`))}] }\n`,
    );
    const args = ["explain", "--config", config, "--rules", RULES(), "--rule", "Test.Rule", "-"];
    const records = { Records: [EVENT, { eventName: "StartLogging" }] };
    const text = trailtag(args, JSON.stringify(records, null, 2));
    expect(text.out.split("\n").slice(0, 5)).toEqual([
      "Test.Rule matches StopLogging e1",
      "  title       A rule",
      "  severity    low, risk score 21",
      "  dedup key   \\|\\",
      "  exceptions  one, two (expired)",
    ]);
    const json = trailtag(
      [...args, "--format", "json"],
      records.Records.map((one) => JSON.stringify(one)).join("\n"),
    );
    expect(JSON.parse(json.out)).toMatchObject({
      rule_id: "Test.Rule",
      explanations: [
        {
          event_id: "e1",
          matches: true,
          hit: {
            severity: "low",
            exceptions: [
              { id: "one", expired: false },
              { id: "two", expired: true },
            ],
          },
        },
        { matches: false, condition: { held: false, terms: [{ seen: [{ value: "StartLogging" }] }, {}] } },
      ],
    });
  });

  it("ends with 64 for a rule or a file that is not there, and with 2 for a refused rule", () => {
    const unknown = trailtag(["explain", "--rules", RULES(), "--rule", "Test.Rul", "-"], "{}");
    expect([unknown.code, unknown.err]).toEqual([64, expect.stringContaining("Did you mean Test.Rule?")]);
    const nowhere = trailtag([
      "explain",
      "--rules",
      RULES(),
      "--rule",
      "Test.Rule",
      join(dir, "nowhere.json"),
    ]);
    expect([nowhere.code, nowhere.err]).toEqual([64, expect.stringContaining("cannot be read")]);
    const text = trailtag(["explain", "--rules", RULES(), "--rule", "Test.Rule", "-"], "{\n}}");
    expect([text.code, text.err]).toEqual([64, expect.stringContaining("holds no JSON")]);
    const python = file(
      "python.yml",
      "AnalysisType: rule\nFilename: a.py\nRuleID: My.Python\nLogTypes: [AWS.CloudTrail]\nSeverity: Low\n",
    );
    const refused = trailtag(["explain", "--rules", python, "--rule", "My.Python", "-"], "{}");
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("python-rule")]);
  });
});

describe("trailtag list rules", () => {
  const folder = (): string => {
    file("listed/panther.yml", RULE);
    file("listed/counted.yml", `${RULE.replace("Test.Rule", "Test.Counted")}Threshold: 5\n`);
    file(
      "listed/disabled.yml",
      RULE.replace("Test.Rule", "Test.Off").replace("Enabled: true", "Enabled: false"),
    );
    file("listed/sigma.yml", SIGMA);
    file("listed/linux.yml", SIGMA.replace("product: aws", "product: linux"));
    file("listed/broken.yml", SIGMA.replace("condition: selection", "condition: nothing"));
    for (let i = 0; i < 12; i++) {
      file(
        `listed/python/${i}.yml`,
        `AnalysisType: rule\nFilename: a.py\nRuleID: Py.${i}\nLogTypes: [AWS.CloudTrail]\nSeverity: Low\n`,
      );
    }
    return join(dir, "listed");
  };

  it("shows what loaded, what did not and why, with counts", () => {
    const run = trailtag(["list", "rules", "--rules", folder()]);
    expect(run.code).toBe(2);
    expect(run.out).toMatch(/^low {6}panther Test\.Rule +A rule$/m);
    expect(run.out).toMatch(/^low {6}panther Test\.Counted +A rule {2}\(tags only\)$/m);
    expect(run.out).toMatch(/broken\.yml:\d+:\d+ error unknown-selection/);
    expect(run.out.match(/error python-rule/g)).toHaveLength(10);
    expect(run.out).toContain("… 4 more; --all shows them\n");
    const counts = run.out.slice(run.out.indexOf("          loaded"));
    expect(counts.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["", "loaded", "tags only", "disabled", "other logs", "unsupported", "refused"],
      ["panther", "14", "1", "1", "0", "12", "0"],
      ["sigma", "1", "0", "0", "1", "0", "1"],
      ["elastic", "0", "0", "0", "0", "0", "0"],
      ["12 of the rules loaded are the bundled pack."],
      [""],
    ]);
    const all = trailtag(["list", "rules", "--all", "--rules", folder()]);
    expect(all.out.match(/error python-rule/g)).toHaveLength(12);
    expect(all.out).toMatch(/disabled\.yml:\d+:\d+ info rule-disabled/);
  });

  it("gives the same as JSON", () => {
    const list = JSON.parse(trailtag(["list", "rules", "--format", "json", "--rules", folder()]).out);
    expect(Object.keys(list)).toEqual(["rules", "not_loaded", "counts", "ruleset"]);
    expect(list.rules.find(({ id }: any) => id === "Test.Counted")).toMatchObject({
      kind: "panther",
      tags_only: true,
    });
    expect(list.counts.sigma).toMatchObject({ loaded: 1, other_logs: 1, refused: 1 });
    expect(list.not_loaded).toHaveLength(15);
  });

  it("explains a refused rule by what refused it, though the error may not name it", () => {
    const rules = file("refused/a.yml", RULE.replace("Condition: Equals", "Condition: Equal"));
    const event = file("refused/event.json", "{}");
    const run = trailtag(["explain", "--rule", "Test.Rule", "--rules", rules, event]);
    expect([run.code, run.err]).toEqual([2, expect.stringContaining("unknown-condition")]);
    const other = trailtag(["explain", "--rule", "Test.Other", "--rules", rules, event]);
    expect([other.code, other.err]).toEqual([64, expect.stringContaining("no rule Test.Other")]);
  });

  it("finds fault with a run without tests", () => {
    const none = trailtag(["test", file("untested/a.yml", RULE.slice(0, RULE.indexOf("Tests:")))]);
    expect([none.code, none.err]).toEqual([1, expect.stringContaining("None of the rules has tests")]);
    const other = trailtag(["test", file("untested/b.yml", SIGMA.replace("product: aws", "product: linux"))]);
    expect([other.code, other.err]).toEqual([1, expect.stringContaining("No rule was loaded")]);
  });

  it("ends with 64 for what it does not list, or would ignore", () => {
    const stray = trailtag(["list", "rules", dir]);
    expect([stray.code, stray.err]).toEqual([64, expect.stringContaining(`--rules ${dir}`)]);
    const other = trailtag(["list", "rule"]);
    expect([other.code, other.err]).toEqual([64, expect.stringContaining('Did you mean "rules"?')]);
    expect(trailtag(["list"]).code).toBe(64);
    expect(trailtag(["list", "rules", "--rules", join(dir, "nowhere")]).code).toBe(2);
  });
});

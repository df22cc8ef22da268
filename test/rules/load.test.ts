import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packageRoot } from "../../src/lib/package-root.js";
import { loadRules } from "../../src/rules/load.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trailtag-rules-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const ruleText = (id: string, eventName = "StopLogging") => `AnalysisType: rule
RuleID: ${id}
Enabled: true
LogTypes: [AWS.CloudTrail]
Severity: Low
Detection:
  - {Key: eventName, Condition: Equals, Value: ${eventName}}
`;
async function write(file: string, text: string): Promise<string> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}
const ids = (loaded: Awaited<ReturnType<typeof loadRules>>) => loaded.rules.map((rule) => rule.id);

describe("loadRules", () => {
  it("reads folders at any depth, in one order, with file names relative to the folder", async () => {
    await write("z/deep/b.yaml", ruleText("B"));
    await write("a.yml", ruleText("C"));
    await write("notes.md", "# no rule");
    const single = await write("other/single.rule", ruleText("A"));
    const loaded = await loadRules([join(folder, "z"), join(folder, "a.yml"), single]);
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.rules.map((rule) => [rule.id, rule.file])).toEqual([
      ["A", "single.rule"],
      ["B", "deep/b.yaml"],
      ["C", "a.yml"],
    ]);
  });

  it("hashes the rules, not the order or place in which they were found", async () => {
    const a = await write("a.yml", ruleText("A"));
    const b = await write("b.yml", ruleText("B"));
    const first = await loadRules([a, b]);
    expect((await loadRules([b, a])).ruleset).toBe(first.ruleset);
    expect((await loadRules([folder])).ruleset).toBe(first.ruleset);
    expect((await loadRules([a])).ruleset).not.toBe(first.ruleset);
    await write("b.yml", ruleText("B", "DeleteTrail"));
    expect((await loadRules([folder])).ruleset).not.toBe(first.ruleset);
    expect(first.ruleset).toMatch(/^[0-9a-f]{64}$/);
  });

  it("refuses a file that is not UTF-8, in which values would be other texts", async () => {
    const path = join(folder, "a.yml");
    await writeFile(path, Buffer.from(ruleText("A", "Caf\u00e9"), "latin1"));
    await write("b.yml", `\ufeff${ruleText("B", "Caf\u00e9")}`);
    const loaded = await loadRules([folder]);
    expect(ids(loaded)).toEqual(["B"]);
    expect(loaded.diagnostics).toMatchObject([{ code: "not-utf8", severity: "error", file: path }]);
  });

  it("loads the good files beside a bad one", async () => {
    const bad = await write("bad.yml", "AnalysisType: rule\nRuleID: [\n");
    await write("good.yml", ruleText("Good"));
    const loaded = await loadRules([folder]);
    expect(ids(loaded)).toEqual(["Good"]);
    expect(loaded.diagnostics).toMatchObject([{ code: "yaml-syntax", file: bad, line: 3 }]);
  });

  it("refuses all that share an id", async () => {
    const paths = [
      await write("a.yml", ruleText("Same")),
      await write("b.yml", ruleText("Same", "DeleteTrail")),
    ];
    await write("c.yml", ruleText("Other"));
    const loaded = await loadRules([folder]);
    expect(ids(loaded)).toEqual(["Other"]);
    expect(loaded.diagnostics.map((d) => [d.code, d.file])).toEqual(
      paths.map((path) => ["duplicate-rule-id", path]),
    );
  });

  it("says how to change a rule of the bundled pack, where one shares its id", async () => {
    const copy = await write("copy.yml", ruleText("AWS.CloudTrail.Root.ConsoleLogin"));
    const { diagnostics } = await loadRules([join(packageRoot, "rules"), copy]);
    const shared = diagnostics.filter(({ code }) => code === "duplicate-rule-id");
    expect(shared).toHaveLength(2);
    for (const { hint } of shared) expect(hint).toMatch(/bundled pack.*id of its own.*rules\.bundled: false/);
  });

  it("says which path is not there, and loads the others", async () => {
    const path = await write("a.yml", ruleText("A"));
    const missing = join(folder, "missing");
    const loaded = await loadRules([missing, path]);
    expect(ids(loaded)).toEqual(["A"]);
    expect(loaded.diagnostics).toMatchObject([{ code: "path-not-found", severity: "error", file: missing }]);
  });

  it("reads a file once, however many ways lead to it, and ends on links in a circle", async () => {
    await write("x/a.yml", ruleText("A"));
    await symlink(folder, join(folder, "x", "up"));
    await symlink(join(folder, "x", "a.yml"), join(folder, "x", "link.yml"));
    await symlink(join(folder, "nowhere"), join(folder, "x", "dangling"));
    const loaded = await loadRules([folder, join(folder, "x"), join(folder, "x", "a.yml")]);
    expect(ids(loaded)).toEqual(["A"]);
    expect(loaded.diagnostics).toEqual([]);
  });

  it("reports a link to a rule that is gone", async () => {
    await symlink(join(folder, "nowhere.yml"), join(folder, "a.yml"));
    expect((await loadRules([folder])).diagnostics).toMatchObject([{ code: "path-not-found" }]);
  });

  it("gives an empty set for an empty folder", async () => {
    expect(await loadRules([folder])).toMatchObject({ rules: [], diagnostics: [] });
  });

  describe("with several formats", () => {
    const SIGMA = `title: Trail stopped
id: 7f0e9a51-58e4-4c1c-9d60-5c3e5a4b2f10
logsource: {product: aws, service: cloudtrail}
detection:
  call: {eventName: StopLogging}
  condition: call
level: low
`;
    const ELASTIC = `[metadata]
integration = ["aws"]
[rule]
author = ["TrailTag"]
description = "A trail was stopped."
index = ["logs-aws.cloudtrail-*"]
language = "kuery"
name = "Trail stopped"
risk_score = 21
rule_id = "b2f5c1de-4d0e-4b0a-9c0f-6f3d5f1f7a31"
severity = "low"
type = "query"
query = "event.action:StopLogging"
`;

    it("tells them apart by what they hold", async () => {
      await write("sigma/a.yml", SIGMA);
      await write("elastic/a.toml", ELASTIC);
      await write("panther/a.yml", ruleText("A"));
      const loaded = await loadRules([folder]);
      expect(loaded.diagnostics).toEqual([]);
      expect(loaded.rules.map(({ kind, file }) => [kind, file]).sort()).toEqual([
        ["elastic", "elastic/a.toml"],
        ["panther", "panther/a.yml"],
        ["sigma", "sigma/a.yml"],
      ]);
    });

    it("refuses an id that is used in two formats", async () => {
      const id = "b2f5c1de-4d0e-4b0a-9c0f-6f3d5f1f7a31";
      await write("a.toml", ELASTIC);
      await write("b.yml", SIGMA.replace(/^id: .*$/m, `id: ${id}`));
      await write("c.yml", ruleText("A"));
      const loaded = await loadRules([folder]);
      expect(ids(loaded)).toEqual(["A"]);
      expect(loaded.diagnostics.map(({ code }) => code)).toEqual(["duplicate-rule-id", "duplicate-rule-id"]);
    });

    it("passes over what else a checkout holds, and says so of a file that was asked for", async () => {
      await write(".github/workflow.yml", ruleText("Hidden"));
      await write("node_modules/x/rule.yml", ruleText("Hidden2"));
      await write("pyproject.toml", "[project]\nname = 'x'\n");
      const notes = await write("notes.yml", "hello: world\n");
      const loaded = await loadRules([folder]);
      expect(loaded.rules).toEqual([]);
      expect(loaded.diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
        ["not-a-rule", "info"],
        ["not-a-rule", "info"],
      ]);
      expect((await loadRules([notes])).diagnostics).toMatchObject([
        { code: "not-a-rule", severity: "error", file: notes },
      ]);
    });

    it("gives a rule the tests that stand beside it, also of a rule that is named outright", async () => {
      const rule = await write("a.yml", SIGMA);
      await write("a.tests.yml", "tests:\n  - {name: stops, match: true, event: {eventName: StopLogging}}\n");
      const orphan = await write("b.tests.yml", "tests: []\n");
      const loaded = await loadRules([folder]);
      expect(loaded.rules[0]?.tests).toEqual([
        { name: "stops", expected: true, log: { eventName: "StopLogging" } },
      ]);
      expect(loaded.diagnostics).toMatchObject([{ code: "tests-without-rule", file: orphan }]);
      expect((await loadRules([rule])).rules[0]?.tests).toHaveLength(1);
    });

    it("gives a Panther rule the tests beside it, behind its own", async () => {
      const tests = "Tests:\n  - {Name: inside, ExpectedResult: false, Log: {}}\n";
      await write("a.yml", ruleText("A") + tests);
      await write(
        "a.tests.yml",
        "tests:\n  - {name: beside, match: true, event: {eventName: StopLogging}}\n",
      );
      const loaded = await loadRules([folder]);
      expect(loaded.diagnostics).toEqual([]);
      expect(loaded.rules[0]?.tests).toEqual([
        { name: "inside", expected: false, log: {} },
        { name: "beside", expected: true, log: { eventName: "StopLogging" } },
      ]);
    });

    it("says of tests that were asked for without their rule that they are not run, and what is wrong with them", async () => {
      const rule = await write("a.yml", SIGMA);
      const tests = await write("a.tests.yml", "tests:\n  - {name: stops, match: 3, event: {}}\n");
      expect((await loadRules([tests])).diagnostics).toMatchObject([
        { code: "tests-without-rule", severity: "info", file: tests, hint: `Name ${rule} as well.` },
        { code: "wrong-type", severity: "error", file: tests, line: 2 },
      ]);
    });

    it("refuses a correlation made of a rule that is refused for its id, and what is made of that", async () => {
      const correlation = (id: string, of: string) =>
        `title: ${id}\nid: ${id}\ncorrelation:\n  type: event_count\n  rules: [${of}]\n  group-by: []\n  timespan: 1m\n  condition: {gte: 2}\n`;
      await write("a.yml", ruleText("A"));
      await write("b.yml", `name: counted\n${SIGMA.replace(/^id: .*$/m, "id: A")}`);
      await write("c.yml", correlation("C", "counted"));
      await write("d.yml", correlation("D", "C"));
      const loaded = await loadRules([folder]);
      expect(ids(loaded)).toEqual([]);
      expect(loaded.diagnostics.map(({ code }) => code)).toEqual([
        "unresolved-rule",
        "unresolved-rule",
        "duplicate-rule-id",
        "duplicate-rule-id",
      ]);
    });

    it("names a few of thousands of rules with one id, each at its place", async () => {
      const path = await write("a.yml", Array.from({ length: 3000 }, () => SIGMA).join("---\n"));
      await write("b.yml", SIGMA);
      const { diagnostics } = await loadRules([folder], { positions: true });
      expect(diagnostics).toHaveLength(3001);
      expect(diagnostics[1]).toMatchObject({ file: path, line: SIGMA.split("\n").length + 1 });
      expect(diagnostics[0]?.message.length).toBeLessThan(1000);
    });

    it("says that a file of tests cannot be read, or speaks of a rule that is not there", async () => {
      await write("a.yml", SIGMA);
      const path = await write(
        "a.tests.yml",
        "tests:\n  - {name: stops, match: true, event: {}, rule: other}\n",
      );
      const loaded = await loadRules([folder]);
      expect(loaded.diagnostics).toMatchObject([
        { code: "bad-value", severity: "error", file: path, line: 2 },
      ]);
      expect(loaded.rules).toHaveLength(1);
    });
  });

  it.each(["sigma", "kql", "eql"])(
    "refuses 5,000 alternatives in %s where they stand, and nothing else",
    async (format) => {
      const values = Array.from({ length: 5000 }, (_, n) => `v${n}`);
      const sigma = `title: Many
id: 7f0e9a51-58e4-4c1c-9d60-5c3e5a4b2f11
logsource: {product: aws, service: cloudtrail}
detection:
  call:
    eventName: [${values.join(", ")}]
  condition: call
`;
      const query =
        format === "kql"
          ? `event.action:(${values.join(" or ")})`
          : `any where event.action in ("${values.join('", "')}")`;
      const elastic = `[metadata]
integration = ["aws"]
[rule]
author = ["TrailTag"]
description = "Many."
index = ["logs-aws.cloudtrail-*"]
language = "${format === "kql" ? "kuery" : "eql"}"
name = "Many"
risk_score = 21
rule_id = "b2f5c1de-4d0e-4b0a-9c0f-6f3d5f1f7a32"
severity = "low"
type = "${format === "kql" ? "query" : "eql"}"
query = '''${query}'''
`;
      const path = format === "sigma" ? await write("many.yml", sigma) : await write("many.toml", elastic);
      await write("good.yml", ruleText("Good"));
      const loaded = await loadRules([folder]);
      expect(ids(loaded)).toEqual(["Good"]);
      expect(loaded.diagnostics).toMatchObject([
        { code: "too-many-alternatives", severity: "error", file: path, line: format === "sigma" ? 6 : 13 },
      ]);
    },
  );

  it("reads no named pipe, which would wait for ever", async () => {
    const pipe = join(folder, "pipe.yml");
    execFileSync("mkfifo", [pipe]);
    await write("a.yml", ruleText("A"));
    await symlink(pipe, join(folder, "link.yml"));
    const loaded = await loadRules([folder, pipe]);
    expect(ids(loaded)).toEqual(["A"]);
    expect(new Set(loaded.diagnostics.map(({ code, severity }) => `${code} ${severity}`))).toEqual(
      new Set(["unreadable-file error"]),
    );
  });

  it("says that a folder has the name of a rule file, and reads what is in it", async () => {
    await write("a.yml/b.yml", ruleText("B"));
    const loaded = await loadRules([folder]);
    expect(ids(loaded)).toEqual(["B"]);
    expect(loaded.diagnostics).toMatchObject([{ code: "unreadable-file", file: join(folder, "a.yml") }]);
  });

  it("keeps where rules stand when it is asked to", async () => {
    const path = await write("a.yml", ruleText("A"));
    const { rules, positions } = await loadRules([path], { positions: true });
    const [rule] = rules;
    expect(rule && positions?.get(rule)).toMatchObject({ line: expect.any(Number) as number });
    expect((await loadRules([path])).positions).toBeUndefined();
  });
});

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
});

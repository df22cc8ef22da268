import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadRuleState } from "../../src/pipeline/rule-state.js";
import { startFilesService } from "../harness/files-service.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "trailtag-rule-state-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const rule = (id: string, more: string): string => `AnalysisType: rule
RuleID: ${id}
Enabled: true
LogTypes: [AWS.CloudTrail]
Severity: Low
Detection:
  - {Key: eventName, Condition: Equals, Value: StopLogging}
${more}`;

async function write(name: string, ...references: readonly string[]): Promise<string> {
  const path = join(folder, `${name}.yml`);
  const list = references.map((reference) => `    - ${reference}\n`).join("");
  await writeFile(path, rule(name, `Reports:\n  MITRE ATT&CK:\n${list}`));
  return path;
}

test("ATT&CK ids that are unknown, retired or under another tactic are told at their rule's file", async () => {
  const odd = await write("Odd", "TA0007:T1562", "TA0003:T9999", "TA0003:T1098");
  await write("Plain", "TA0003:T1098");
  const { loaded } = await loadRuleState({ paths: [folder], bundled: false });
  expect(loaded.rules.map(({ id }) => id)).toEqual(["Odd", "Plain"]);
  expect(loaded.diagnostics.map(({ code, severity, file }) => [code, severity, file])).toEqual([
    ["attack-retired", "info", odd],
    ["attack-other-tactic", "info", odd],
    ["attack-unknown", "warning", odd],
  ]);
  expect(loaded.diagnostics.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^T1562 is retired in ATT&CK /),
    expect.stringMatching(/^TA0007 does not hold /),
    expect.stringMatching(/^T9999 is not a technique of ATT&CK /),
  ]);
});

test("GET /v1/rules lists warnings beside what was refused", async () => {
  const odd = await write("Odd", "TA0003:T9999");
  await writeFile(join(folder, "keys.yml"), rule("Keys", "Reports:\n  MITRE ATT&CK: [nonsense]\n"));
  await writeFile(join(folder, "bad.yml"), "RuleID: [");
  const service = await startFilesService({ rules: { paths: [folder], bundled: false } });
  try {
    const listing = (await (await fetch(`${service.url}/v1/rules`)).json()) as any;
    expect(Object.keys(listing)).toEqual(["rules", "lists", "exceptions", "refused", "warnings", "ruleset"]);
    expect(listing.rules.map((each: any) => each.id)).toEqual(["Keys", "Odd"]);
    expect(listing.refused.map((each: any) => each.file)).toContain(join(folder, "bad.yml"));
    expect(listing.warnings).toEqual([
      expect.objectContaining({ code: "bad-attack-reference", file: join(folder, "keys.yml"), line: 9 }),
      expect.objectContaining({ code: "attack-unknown", file: odd, line: 1, severity: "warning" }),
    ]);
  } finally {
    await service.close();
  }
});

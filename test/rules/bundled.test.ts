import { basename, join } from "node:path";
import { createAttack } from "../../src/attack/attack.js";
import { compileRules } from "../../src/match/engine.js";
import { referenceMatches } from "../../src/match/reference.js";
import type { LoadedRules, Rule } from "../../src/rules/ir.js";
import { loadRules } from "../../src/rules/load.js";
import { runRuleTests } from "../../src/rules/test-runner.js";

const folder = join(process.cwd(), "rules");
let loaded: LoadedRules;
beforeAll(async () => {
  loaded = await loadRules([folder]);
});

/** AWS.CloudTrail.VPCE.SensitiveAPICalls → aws-cloudtrail-vpce-sensitive-api-calls */
function toKebab(id: string): string {
  return id
    .replace("CloudTrail", "Cloudtrail")
    .replace("GuardDuty", "Guardduty")
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .replaceAll(".", "-")
    .toLowerCase();
}

function each(check: (rule: Rule) => void): void {
  for (const rule of loaded.rules) {
    try {
      check(rule);
    } catch (error) {
      throw new Error(`${rule.id}: ${String(error)}`, { cause: error });
    }
  }
}

describe("the bundled rules", () => {
  it("all load, without a word of complaint", () => {
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.rules.map((rule) => rule.id)).toEqual([
      "AWS.CloudTrail.AccessKey.Created",
      "AWS.CloudTrail.AdminPolicy.Attached",
      "AWS.CloudTrail.Bucket.MadePublic",
      "AWS.CloudTrail.ConsoleLogin.WithoutMFA",
      "AWS.CloudTrail.GuardDuty.Disabled",
      "AWS.CloudTrail.KMSKey.DeletionScheduled",
      "AWS.CloudTrail.Root.ConsoleLogin",
      "AWS.CloudTrail.SecurityGroup.OpenedToWorld",
      "AWS.CloudTrail.Snapshot.SharedPublicly",
      "AWS.CloudTrail.Trail.Disabled",
      "AWS.CloudTrail.VPCE.AccessDenied",
      "AWS.CloudTrail.VPCE.SensitiveAPICalls",
    ]);
  });

  it("pass their own tests in the engine", () => {
    const results = runRuleTests(loaded.rules, compileRules(loaded.rules));
    expect(results.filter((result) => !result.passed)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(2 * loaded.rules.length);
  });

  it("pass their own tests in the reference", () => {
    const reference = {
      evaluate: (log: Rule["tests"][number]["log"]) =>
        referenceMatches(loaded.rules, log).map((rule) => ({ rule })),
    };
    expect(runRuleTests(loaded.rules, reference).filter((result) => !result.passed)).toEqual([]);
  });

  it("each have a test that must match and one that must not", () => {
    each((rule) => {
      expect(rule.tests.some((test) => test.expected)).toBe(true);
      expect(rule.tests.some((test) => !test.expected)).toBe(true);
      expect(new Set(rule.tests.map((test) => test.name)).size).toBe(rule.tests.length);
    });
  });

  it("each give whoever is woken what they need", () => {
    each((rule) => {
      expect(rule.description?.length).toBeGreaterThan(80);
      expect(rule.runbook).toContain("GET cloudtrail-events-*/_search");
      expect(rule.references.join()).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
      expect(rule.summaryAttributes.length).toBeGreaterThan(2);
      expect(["medium", "high", "critical"]).toContain(rule.severity);
    });
  });

  it("declare techniques that the ATT&CK data knows, under a current tactic unless the project was started with another", () => {
    const attack = createAttack();
    each((rule) => {
      expect(rule.attack.length).toBeGreaterThan(0);
      for (const { tactic, technique } of rule.attack) {
        expect(tactic && attack.tactic(tactic)).toBeTruthy();
        expect(technique && attack.technique(technique)).toBeTruthy();
      }
      if (!rule.id.includes(".VPCE.")) expect(attack.resolve(rule.attack).notes).toEqual([]);
    });
  });

  it("lie in a file named after their id", () => {
    each((rule) => {
      expect(basename(rule.file)).toBe(`${toKebab(rule.id)}.yml`);
      expect(rule.file).toMatch(/^aws\/[a-z0-9]+\//);
    });
  });

  it("title their alerts without a gap on events that match", () => {
    const engine = compileRules(loaded.rules);
    each((rule) => {
      for (const test of rule.tests.filter((t) => t.expected && !t.name.includes("widened"))) {
        const match = engine.evaluate(test.log).find((m) => m.rule === rule);
        expect(match?.title).toMatch(/.{15}/);
        expect(match?.title).not.toMatch(/unknown|[{}]/);
      }
    });
  });
});

describe("the two rules that the project was started from", () => {
  const find = (id: string) => loaded.rules.find((rule) => rule.id === id)!;

  it("declare what was asked for", () => {
    const denied = find("AWS.CloudTrail.VPCE.AccessDenied");
    expect(denied).toMatchObject({ name: "VPC Endpoint Access Denied", severity: "medium", riskScore: 47 });
    expect(denied.attack).toEqual([
      { tactic: "TA0005", technique: "T1599" },
      { tactic: "TA0007", technique: "T1526" },
    ]);
    const sensitive = find("AWS.CloudTrail.VPCE.SensitiveAPICalls");
    expect(sensitive).toMatchObject({ name: "Sensitive API Calls Via VPC Endpoint", severity: "medium" });
    expect(sensitive.attack.map((a) => `${a.tactic ?? ""}:${a.technique ?? ""}`)).toEqual([
      "TA0007:T1526",
      "TA0003:T1098",
      "TA0005:T1562",
      "TA0005:T1599",
    ]);
  });

  it("match each of the nineteen sensitive calls, and only at its own service", () => {
    const calls: Record<string, string[]> = {
      ec2: [
        "DescribeInstances",
        "DescribeNetworkInterfaces",
        "CreateKeyPair",
        "ImportKeyPair",
        "RunInstances",
      ],
      kms: ["Decrypt", "GenerateDataKey", "CreateKey", "ScheduleKeyDeletion"],
      secretsmanager: ["GetSecretValue", "CreateSecret", "PutSecretValue", "DeleteSecret"],
      s3: ["ListAllMyBuckets", "DeleteBucketPolicy", "PutBucketPolicy"],
      cloudtrail: ["StopLogging", "DeleteTrail", "UpdateTrail"],
    };
    const engine = compileRules([find("AWS.CloudTrail.VPCE.SensitiveAPICalls")]);
    const count = (service: string, eventName: string) =>
      engine.evaluate({
        eventType: "AwsVpceEvent",
        eventCategory: "NetworkActivity",
        eventSource: `${service}.amazonaws.com`,
        eventName,
      }).length;
    for (const [service, names] of Object.entries(calls)) {
      for (const name of names) {
        for (const other of Object.keys(calls))
          expect([other, name, count(other, name)]).toEqual([other, name, other === service ? 1 : 0]);
      }
    }
  });
});

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { sampleFiles } from "../../../dev/sample/sample-files.js";
import { packageRoot } from "../../../src/lib/package-root.js";

const folder = join(packageRoot, "examples/samples");
const committed = readdirSync(folder).filter((name) => name.endsWith(".json.gz"));
const records = (text: string): any[] => (JSON.parse(text) as { Records: any[] }).Records;

describe("the bundled sample", () => {
  it("is what the generator makes, to the byte", () => {
    const made = sampleFiles();
    expect(committed.sort()).toEqual(made.map((file) => file.name).sort());
    for (const { name, text } of made)
      expect(gunzipSync(readFileSync(join(folder, name))).toString()).toBe(text);
    expect(sampleFiles()).toEqual(made);
  });

  it("stays small, and is named as S3 has it", () => {
    const bytes = committed.map((name) => statSync(join(folder, name)).size);
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(500_000);
    for (const name of committed) {
      expect(name).toMatch(
        /^\d{12}_CloudTrail(-Insight)?_[a-z]+-[a-z]+-\d_\d{8}T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/,
      );
    }
  });

  it("puts each record in the file of its account and region, in order of time", () => {
    for (const { name, text } of sampleFiles()) {
      const [account, , region] = name.split("_");
      const members = records(text);
      expect(new Set(members.map((r) => `${r.recipientAccountId} ${r.awsRegion}`))).toEqual(
        new Set([`${account} ${region}`]),
      );
      const times = members.map((r) => r.eventTime);
      expect(times).toEqual([...times].sort());
    }
  });

  const all = sampleFiles().flatMap((file) => records(file.text));

  it("holds a few hundred events over two hours, one of them twice", () => {
    expect(all.length).toBeGreaterThan(350);
    const ids = all.map((r) => r.eventID);
    expect(ids.length - new Set(ids).size).toBe(1);
    for (const record of all) {
      expect(record.eventTime >= "2026-11-02T08:00:00Z" && record.eventTime < "2026-11-02T10:00:00Z").toBe(
        true,
      );
      expect(record.eventID).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it("uses addresses and keys of documentation only", () => {
    const text = JSON.stringify(all);
    for (const [address] of text.matchAll(/"sourceIPAddress":"(\d[\d.]+)"/g)) {
      expect(address).toMatch(/"(192\.0\.2|198\.51\.100|203\.0\.113|10\.20)\./);
    }
    for (const [key] of text.matchAll(/\bA[KS]IA[A-Z0-9]{16}\b/g)) expect(key).toMatch(/EXAMPLE$/);
  });

  it.each([
    [
      "root's sign-in",
      (r: any) => r.userIdentity?.type === "Root" && r.responseElements?.ConsoleLogin === "Success",
    ],
    ["a refusal by the endpoint's policy", (r: any) => r.errorCode === "VpceAccessDenied"],
    [
      "a secret read through the endpoint",
      (r: any) => r.eventType === "AwsVpceEvent" && r.eventName === "GetSecretValue",
    ],
    ["a stopped trail", (r: any) => r.eventName === "StopLogging"],
    ["an Insights event", (r: any) => r.insightDetails !== undefined && r.eventName === undefined],
    ["a number in exponent form", (r: any) => JSON.stringify(r).includes("9.8e-8")],
    ["a response that is a string", (r: any) => typeof r.responseElements === "string"],
    [
      "an identity without a type",
      (r: any) => r.userIdentity !== undefined && r.userIdentity.type === undefined,
    ],
    ["a source that is a host name", (r: any) => r.sourceIPAddress === "ec2.amazonaws.com"],
    ["a source within AWS", (r: any) => r.sourceIPAddress === "AWS Internal"],
    ["request parameters that are null", (r: any) => r.requestParameters === null],
  ])("has %s", (_what, is) => {
    expect(all.filter(is).length).toBeGreaterThan(0);
  });
});

import { loadConfig } from "../../src/config/load.js";
import { loadRuleState, toRuleSources, type RuleState } from "../../src/pipeline/rule-state.js";
import { record } from "../harness/records.js";
import { createRuleFiles, ruleFor, type RuleFiles } from "../harness/rule-files.js";

let files: RuleFiles;
beforeEach(() => {
  files = createRuleFiles();
  files.write("lists/robots.yml", "name: robots\nvalues: [deploy, rotation-*]\n");
  files.write(
    "lists/networks.yml",
    "name: networks\nvalues: [203.0.113.0/24, '2001:db8::/32', 198.51.100.7]\n",
  );
});
afterEach(() => files.clear());

const load = (): Promise<RuleState> => {
  const config = loadConfig({ files: [], env: {}, flags: { ...files.config, store: { kind: "files" } } });
  return loadRuleState(toRuleSources(config));
};
const panther = (field: string, list: string) =>
  ruleFor("Panther", "ListKeys", `  - {KeyPath: ${field}, Condition: IsInList, List: ${list}}\n`);
const sigma = (field: string, list: string) => `
title: Sigma
id: 6f3c2d1e-0000-4000-8000-000000000001
status: test
level: high
logsource: {product: aws, service: cloudtrail}
detection:
  listed: {${field}|expand: '%${list}%'}
  condition: listed
`;
const elastic = (query: string, language: string, type: string) => `
[metadata]
maturity = "production"
[rule]
author = ["us"]
description = "d"
language = "${language}"
license = "l"
name = "Elastic"
risk_score = 73
rule_id = "6f3c2d1e-0000-4000-8000-000000000002"
severity = "high"
type = "${type}"
query = '''
${query}
'''
`;

/** Kinds of the rules that hold for an event. */
function kindsFor({ engine }: RuleState, fields: Parameters<typeof record>[1]): string[] {
  return engine
    .evaluate(record("e", fields))
    .map(({ rule }) => rule.kind)
    .sort();
}

test("a list of texts and patterns serves rules of all three kinds", async () => {
  files.write("rules/panther.yml", panther("userIdentity.userName", "robots"));
  files.write("rules/sigma.yml", sigma("userIdentity.userName", "robots"));
  files.write("rules/kql.toml", elastic("user.name: %robots%", "kuery", "query"));
  const state = await load();
  expect(state.loaded.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const kinds = (userName: string) => kindsFor(state, { userIdentity: { type: "IAMUser", userName } });
  const all = ["elastic", "panther", "sigma"];
  expect([kinds("deploy"), kinds("rotation-7"), kinds("maria"), kinds("deployer")]).toEqual([
    all,
    all,
    [],
    [],
  ]);
  // Sigma leaves case out of it, as it does everywhere.
  expect(kinds("DEPLOY")).toEqual(["sigma"]);
});

test("a list of addresses and ranges does so too", async () => {
  files.write("rules/panther.yml", panther("sourceIPAddress", "networks"));
  files.write("rules/sigma.yml", sigma("sourceIPAddress", "networks"));
  files.write("rules/eql.toml", elastic("any where source.ip in %networks%", "eql", "eql"));
  const state = await load();
  expect(state.loaded.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const all = ["elastic", "panther", "sigma"];
  const addresses = ["203.0.113.200", "198.51.100.7", "2001:db8:0:0::1", "198.51.100.8", "s3.amazonaws.com"];
  const kinds = addresses.map((sourceIPAddress) => kindsFor(state, { sourceIPAddress }));
  expect(kinds).toEqual([all, all, all, [], []]);
});

test("a list that is not there, or was refused, refuses the rules that name it, each with one error", async () => {
  files.write("lists/robots.yml", "name: robots\nvalues: [012]\n");
  files.write("rules/panther.yml", panther("userIdentity.userName", "robots"));
  files.write("rules/sigma.yml", sigma("userIdentity.userName", "robotss"));
  files.write("rules/kql.toml", elastic("user.name: %robotss%", "kuery", "query"));
  files.write(
    "exceptions/one.yml",
    "{id: A, scope: all, owner: o, reason: r, condition: [{Key: userAgent, Condition: IsInList, List: nets}]}\n",
  );
  files.write("rules/fine.yml", ruleFor("Fine", "ListKeys"));
  const { loaded, exceptions } = await load();
  expect(loaded.rules.map(({ id }) => id)).toEqual(["Fine"]);
  expect(exceptions).toEqual([]);
  const errors = loaded.diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
  expect(errors).toEqual(["wrong-type", ...Array<string>(4).fill("unknown-list")]);
});

test("the ruleset follows rules, lists and exceptions", async () => {
  files.write("rules/panther.yml", panther("userIdentity.userName", "robots"));
  const exception =
    "{id: A, scope: all, owner: o, reason: r, condition: [{Key: userAgent, Condition: Equals, Value: a}]}\n";
  files.write("exceptions/one.yml", exception);
  const hash = async () => (await load()).loaded.ruleset;
  const hashes = [await hash(), await hash()];
  files.write("lists/robots.yml", "name: robots\nvalues: [deploy]\n");
  hashes.push(await hash());
  files.write("exceptions/one.yml", exception.replace("reason: r", "reason: s"));
  hashes.push(await hash());
  files.write("rules/panther.yml", panther("userIdentity.userName", "robots").replace("High", "Low"));
  hashes.push(await hash());
  files.remove("exceptions/one.yml");
  hashes.push(await hash());
  expect(hashes[1]).toBe(hashes[0]);
  expect(new Set(hashes).size).toBe(5);
});

import { loadConfig } from "../../src/config/load.js";
import { toRuleSources } from "../../src/pipeline/rule-state.js";
import { createRulesInForce, type RulesInForce } from "../../src/pipeline/rules-in-force.js";
import type { Log } from "../../src/telemetry/log.js";
import { createMetrics } from "../../src/telemetry/metrics.js";
import { createRuleFiles, ruleFor, type RuleFiles } from "../harness/rule-files.js";

const NOW = Date.parse("2030-01-01T00:00:00Z");
const exception = (id: string, expires: string) =>
  `{id: ${id}, scope: all, owner: iam-team, reason: r, expires: ${expires}, condition: [{Condition: AlwaysTrue}]}\n`;

let files: RuleFiles;
let logged: unknown[][];
let metrics: ReturnType<typeof createMetrics>;
beforeEach(() => {
  files = createRuleFiles();
  files.write("rules/one.yml", ruleFor("One", "ListKeys"));
  logged = [];
  metrics = createMetrics();
});
afterEach(() => files.clear());

function create(): Promise<RulesInForce> {
  const note =
    (level: string) =>
    (...line: unknown[]): void => {
      logged.push([level, ...line]);
    };
  const log: Log = { error: note("error"), warn: note("warn"), info: note("info"), debug: note("debug") };
  const config = loadConfig({ files: [], env: {}, flags: { ...files.config, store: { kind: "files" } } });
  return createRulesInForce({ sources: toRuleSources(config), log, metrics, clock: () => NOW });
}

test("exceptions that have expired are logged at the start and at each reload", async () => {
  const path = files.write("exceptions/past.yml", exception("Past", "2029-12-31"));
  files.write("exceptions/future.yml", exception("Future", "2030-01-01"));
  const inForce = await create();
  const line = [
    "warn",
    "An exception has expired: what it took away raises alerts again.",
    { exception: "Past", owner: "iam-team", expired: "2030-01-01T00:00:00.000Z", file: path },
  ];
  expect(logged).toEqual([line]);
  expect(inForce.exceptionCounts()).toEqual({ active: 1, expired: 1 });
  expect(await inForce.reload()).toEqual({ ok: true, newErrors: [], removed: [] });
  expect(logged.filter(([level]) => level === "warn")).toEqual([line, line]);
});

test("reloads that are asked for together are done once, and one asked for meanwhile after it", async () => {
  const inForce = await create();
  const first = [inForce.reload(), inForce.reload(), inForce.reload()];
  await Promise.all(first);
  const begun = inForce.reload();
  await Promise.resolve();
  files.write("rules/two.yml", ruleFor("Two", "ListKeys"));
  await Promise.all([begun, inForce.reload(), inForce.reload()]);
  expect(inForce.current().loaded.rules.map(({ id }) => id)).toEqual(["One", "Two"]);
  expect((await metrics.expose()).text).toContain('trailtag_reloads_total{result="ok"} 3');
});

test("a reload that is refused logs what was new, and leaves the state as it was", async () => {
  files.write("rules/old.yml", "RuleID: [");
  const inForce = await create();
  const before = inForce.current();
  files.write("rules/new.yml", "RuleID: [");
  const { ok, newErrors } = await inForce.reload();
  expect([ok, newErrors.length]).toEqual([false, 1]);
  expect(newErrors[0]?.file).toMatch(/new\.yml$/);
  expect(logged.at(-1)).toEqual(["error", expect.stringContaining("stay"), { diagnostics: newErrors }]);
  expect(inForce.current()).toBe(before);
});

test("a reload names the rules that are no longer in force, for whatever reason", async () => {
  files.write("rules/two.yml", ruleFor("Two", "ListKeys"));
  const inForce = await create();
  files.write("rules/two.yml", ruleFor("Two", "ListKeys").replace("AWS.CloudTrail", "AWS.ALB"));
  expect(await inForce.reload()).toEqual({ ok: true, newErrors: [], removed: ["Two"] });
  expect(logged).toContainEqual(["warn", "Rules are no longer in force.", { removed: ["Two"] }]);
  expect((await inForce.reload()).removed).toEqual([]);
});

import { join } from "node:path";
import { sampleFiles } from "../../dev/sample/sample-files.js";
import type { JsonObject } from "../../src/lib/json.js";
import { compileRules } from "../../src/match/engine.js";
import { referenceMatches, referenceSeverity } from "../../src/match/reference.js";
import { loadRules } from "../../src/rules/load.js";

it("finds the same hits of the bundled rules in the sample as the reference does", async () => {
  const { rules } = await loadRules([join(__dirname, "../../rules")]);
  expect(rules.length).toBeGreaterThan(5);
  const engine = compileRules(rules);
  const records = sampleFiles().flatMap(
    ({ text }) => (JSON.parse(text) as { readonly Records: readonly JsonObject[] }).Records,
  );
  expect(records.length).toBeGreaterThan(300);
  let hits = 0;
  // Twice: from the second time on the engine goes by a plan for each pair of service and call.
  for (const record of [...records, ...records]) {
    const found = engine
      .evaluate(record)
      .map(({ rule, severity, riskScore }) => [rule.id, severity, riskScore]);
    const expected = referenceMatches(rules, record).map((rule) => {
      const { severity, riskScore } = referenceSeverity(rule, record);
      return [rule.id, severity, riskScore];
    });
    expect(found).toEqual(expected);
    hits += found.length;
  }
  expect(hits).toBeGreaterThan(20);
  expect(engine.errors.size).toBe(0);
}, 60_000);

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchRecords } from "../../bench/matching-records.js";
import { benchRules } from "../../bench/matching-rules.js";
import { sampleFiles } from "../../dev/sample/sample-files.js";
import type { JsonObject } from "../../src/lib/json.js";
import { compileRules } from "../../src/match/engine.js";
import { referenceMatches, referenceSeverity } from "../../src/match/reference.js";
import { loadRules } from "../../src/rules/load.js";

const SAMPLE = sampleFiles().flatMap(
  ({ text }) => (JSON.parse(text) as { readonly Records: readonly JsonObject[] }).Records,
);

/** Compares engine and reference on each record; gives the number of hits. */
async function compare(paths: readonly string[], records: readonly JsonObject[]): Promise<number> {
  const { rules } = await loadRules(paths);
  const engine = compileRules(rules);
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
  expect(engine.errors.size).toBe(0);
  return hits;
}

it("finds the same hits of the bundled rules and the examples in the sample as the reference does", async () => {
  expect(SAMPLE.length).toBeGreaterThan(300);
  const folders = ["rules", "examples/rules"].map((folder) => join(__dirname, "../..", folder));
  expect((await loadRules(folders)).rules.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["panther", "sigma", "elastic"]),
  );
  expect(await compare(folders, SAMPLE)).toBeGreaterThan(20);
}, 60_000);

it("finds the same hits of hundreds of rules of all formats as the reference does", async () => {
  const folder = await mkdtemp(join(tmpdir(), "trailtag-corpus-"));
  try {
    const files = benchRules(600);
    for (const { name, text } of files) await writeFile(join(folder, name), text);
    expect((await loadRules([folder])).rules).toHaveLength(600);
    const made = [...benchRecords(1500, 7)].map((line) => JSON.parse(line) as JsonObject);
    expect(await compare([folder], [...SAMPLE, ...made])).toBeGreaterThan(5);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 120_000);

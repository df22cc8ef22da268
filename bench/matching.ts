/**
 * Events per CPU second, one thread, with few and with many rules: JSON.parse, matching, and making tags of the matches.
 * The same lines parsed and nothing else are the measure beside it, in turn with it in each round. Prints medians, the
 * time that loading takes and the memory that the largest set keeps. Judges nothing.
 *
 *   npm run bench:matching -- [--records 100000] [--rounds 5]
 *
 * Rules are files in all three formats, made up and written for the purpose; the smallest set has the bundled pack in it.
 */
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createAttack } from "../src/attack/attack.js";
import { toHits } from "../src/enrich/hits.js";
import { createRuleTags } from "../src/enrich/rule-tags.js";
import { normalise } from "../src/event/normalise.js";
import type { JsonObject } from "../src/lib/json.js";
import { packageRoot } from "../src/lib/package-root.js";
import { compileRules, type Engine } from "../src/match/engine.js";
import type { Rule } from "../src/rules/ir.js";
import { loadRules } from "../src/rules/load.js";
import { median } from "./measure.js";
import { benchRecords } from "./matching-records.js";
import { benchRules } from "./matching-rules.js";

const BUNDLED = join(packageRoot, "rules");
const NOW = Date.UTC(2026, 0, 6);
const LIMITS = { now: NOW, maxAgeMs: 1e12, futureMs: 3_600_000 };
const records = numberFlag("--records", 100_000);
const rounds = numberFlag("--rounds", 5);
const NO_BYTES = new Uint8Array();
const tagsOf = createRuleTags(createAttack());

interface RuleSet {
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly engine: Engine;
  readonly bytes: number;
  /** CPU, in ms. */
  readonly loadMs: number;
  readonly compileMs: number;
  readonly wallMs: number;
}

interface Figures {
  /** CPU seconds of each round. */
  readonly seconds: number[];
  hits: number;
}

const folder = await mkdtemp(join(tmpdir(), "trailtag-bench-"));
try {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  collectGarbage();
  const before = process.memoryUsage();
  const largest = await load("10,000", 10_000, []);
  for (const line of benchRecords(20_000, 1)) largest.engine.evaluate(JSON.parse(line) as JsonObject, NOW);
  collectGarbage();
  const after = process.memoryUsage();
  const sets = [await load("60", 48, [BUNDLED]), await load("800", 800, []), largest];

  for (const set of sets) {
    const kinds = ["panther", "sigma", "elastic"].map(
      (kind) => `${set.rules.filter((rule) => rule.kind === kind).length} ${kind}`,
    );
    print(
      `${set.name.padStart(6)} rules (${kinds.join(", ")}), ${(set.bytes / 1024).toFixed(0)} KB: loaded in ${(set.loadMs / 1000).toFixed(2)} s CPU, compiled in ${(set.compileMs / 1000).toFixed(2)} s CPU, ${(set.wallMs / 1000).toFixed(2)} s in all`,
    );
  }
  print(
    `memory with 10,000 rules after 20,000 events: heap ${toMegabytes(after.heapUsed)} MB (${toMegabytes(before.heapUsed)} MB without), RSS ${toMegabytes(after.rss)} MB (${toMegabytes(before.rss)} MB)`,
  );
  measure(sets);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function load(name: string, count: number, more: readonly string[]): Promise<RuleSet> {
  const dir = join(folder, name);
  await mkdir(dir);
  let bytes = 0;
  for (const file of benchRules(count)) {
    await writeFile(join(dir, file.name), file.text);
    bytes += Buffer.byteLength(file.text);
  }
  const wall = performance.now();
  const started = cpuMs();
  const { rules, diagnostics } = await loadRules([...more, dir]);
  const loaded = cpuMs();
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  for (const { file, code, message } of errors.slice(0, 5)) print(`${file}: ${code} ${message}`);
  if (errors.length > 0) print(`${errors.length} errors in the set of ${name}`);
  const engine = compileRules(rules);
  const compileMs = cpuMs() - loaded;
  return {
    name,
    rules,
    engine,
    bytes,
    loadMs: loaded - started,
    compileMs,
    wallMs: performance.now() - wall,
  };
}

function measure(sets: readonly RuleSet[]): void {
  const lines = [...benchRecords(records)];
  const size = lines.reduce((sum, line) => sum + line.length, 0) / lines.length;
  const parse: Figures = { seconds: [], hits: 0 };
  const figures = new Map(sets.map((set) => [set, { seconds: [], hits: 0 }]));
  // The first round, not counted, warms up.
  for (let round = 0; round <= rounds; round++) {
    run(parse, round > 0, () => {
      for (const line of lines) JSON.parse(line);
      return 0;
    });
    for (const [set, figure] of figures) run(figure, round > 0, () => tagAll(lines, set));
  }
  print(`${lines.length} records of ${size.toFixed(0)} bytes on average, ${rounds} rounds`);
  const bare = median(parse.seconds) / lines.length;
  print(`JSON.parse alone ${(1 / bare).toFixed(0).padStart(8)}/s`);
  for (const [set, { seconds, hits }] of figures) {
    const each = median(seconds) / lines.length;
    const ratio = median(seconds.map((second, i) => (parse.seconds[i] ?? NaN) / second));
    print(
      `${set.name.padStart(6)} rules     ${(1 / each).toFixed(0).padStart(8)}/s  ${ratio.toFixed(2)} of JSON.parse  ${((each - bare) * 1e6).toFixed(1).padStart(5)} µs beyond it  ${(hits / lines.length).toFixed(3)} hits an event`,
    );
    if (set.engine.errors.size > 0) print(`${set.engine.errors.size} rules failed`);
  }
}

function run(figures: Figures, counted: boolean, work: () => number): void {
  const started = cpuMs();
  figures.hits = work();
  if (counted) figures.seconds.push((cpuMs() - started) / 1000);
}

function tagAll(lines: readonly string[], { engine }: RuleSet): number {
  let hits = 0;
  for (const line of lines) {
    const record = JSON.parse(line) as JsonObject;
    const matches = engine.evaluate(record, NOW);
    if (matches.length === 0) continue;
    // What tags need besides: who acted, in which account, and when.
    const source = { value: record, text: line, raw: NO_BYTES, duplicateKeys: false, shipper: undefined };
    const result = normalise(source, LIMITS);
    if (result.kind === "dead") throw new Error(result.reason.message);
    hits += toHits(result.event, matches, tagsOf, "").detection.count;
  }
  return hits;
}

/** CPU of this process so far, its collector's threads included; the machine may have other work to do. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function toMegabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}

function numberFlag(name: string, fallback: number): number {
  const at = process.argv.indexOf(name);
  const value = at < 0 ? fallback : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} takes a whole number above 0.`);
  return value;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

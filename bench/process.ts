/**
 * CPU of each step that every event takes inside TrailTag, without HTTP or a store. Prints microseconds an event, medians.
 *
 *   node dist/bench/process.js
 */
import { parseBulk } from "../src/decode/bulk.js";
import { toUnits } from "../src/decode/record.js";
import type { SourceRecord } from "../src/event/types.js";
import { normalise } from "../src/event/normalise.js";
import { loadRuleState } from "../src/pipeline/rule-state.js";
import { median } from "./measure.js";
import { benchBody } from "./records.js";

const COUNT = 5000;
const ROUNDS = 15;
const limits = { maxDocumentBytes: 10_485_760, maxDepth: 200, maxKeys: 10_000 };
const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const body = benchBody(0, COUNT, day);
const { engine, tagger } = await loadRuleState({ paths: [], bundled: true });
const now = Date.now();
const times: Record<string, number[]> = { bulk: [], decode: [], normalise: [], match: [], tag: [] };

function timed<T>(step: string, work: () => T): T {
  const started = performance.now();
  const result = work();
  (times[step] ??= []).push(((performance.now() - started) * 1000) / COUNT);
  return result;
}

for (let round = 0; round < ROUNDS; round++) {
  const entries = timed("bulk", () => [...parseBulk(body)]);
  const records = timed("decode", () =>
    entries.flatMap((entry, i) => toUnits(i, entry.document ?? new Uint8Array(), limits)),
  ).flatMap((unit): SourceRecord[] => (unit.kind === "record" ? [unit.record] : []));
  const events = timed("normalise", () =>
    records.map((record) => normalise(record, { now, maxAgeMs: 1e12, futureMs: 3_600_000 })),
  ).flatMap((result) => (result.kind === "event" ? [result.event] : []));
  const matched = timed("match", () => events.map((event) => engine.evaluate(event.record)));
  const source = { route: "/_bulk" };
  const tagged = timed("tag", () =>
    events.map((event, i) => tagger.tag(event, matched[i] ?? [], source, now)),
  );
  if (tagged.length !== COUNT) throw new Error(`${COUNT - tagged.length} events were lost.`);
}

process.stdout.write(`${(body.length / COUNT).toFixed(0)} bytes an event\n`);
for (const [step, values] of Object.entries(times)) {
  process.stdout.write(`${step.padEnd(10)} ${median(values).toFixed(1).padStart(6)} µs\n`);
}

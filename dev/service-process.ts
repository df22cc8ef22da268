import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT } from "../src/lib/errors.js";
import { packageRoot } from "../src/lib/package-root.js";
import { Failure } from "./failure.js";
import type { StoreChoice } from "./store-choice.js";
import { startWatchdog } from "./watchdog.js";

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

export interface ServiceProcess {
  readonly url: string;
  /** Resolves with the exit code, null after a signal. */
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly port: number;
  readonly store: StoreChoice;
  /** Used unless TRAILTAG_LOG__LEVEL says otherwise. */
  readonly logLevel: "info" | "warn";
}

/** Starts `trailtag serve` on 127.0.0.1 in a process of its own; its log goes to stderr. */
export function startService(options: ServiceOptions): ServiceProcess {
  const main = join(packageRoot, "dist/src/cli/main.js");
  if (!existsSync(main)) throw new Failure("TrailTag is not built: run `npm run build`.", EXIT.unavailable);
  const { store, port } = options;
  const storeFlags =
    store.kind === "opensearch" ? ["--opensearch", store.url] : ["--store", "files", "--data", store.dir];
  const child = spawn(process.execPath, [main, "serve", "--listen", `127.0.0.1:${port}`, ...storeFlags], {
    stdio: ["ignore", 2, 2],
    env: {
      TRAILTAG_LOG__LEVEL: options.logLevel,
      TRAILTAG_LOG__FORMAT: "text",
      TRAILTAG_SPOOL__DIR: spoolDir(store, port),
      ...process.env,
    },
    // Ctrl-C reaches this process alone, which then stops the service in order.
    detached: true,
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  const watchdog = child.pid === undefined ? undefined : startWatchdog(child.pid);
  void exited.then(
    () => watchdog?.kill("SIGKILL"),
    () => undefined,
  );
  return {
    url: `http://127.0.0.1:${port}`,
    exited,
    stop: async () => {
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(killer);
    },
  };
}

/** One for each cluster and port: what waits for one cluster must not end in another, and a folder has one user. */
function spoolDir(store: StoreChoice, port: number): string {
  const where = store.kind === "opensearch" ? `${store.url.replace(/[^A-Za-z0-9]+/g, "-")}-` : "";
  return join(packageRoot, "data/spool", `${where}${port}`);
}

/** @throws Failure when the service ends, or does not become ready in time. */
export async function untilReady(service: ServiceProcess): Promise<void> {
  const end = performance.now() + READY_TIMEOUT_MS;
  let last = "it does not answer";
  const ended = service.exited.then((code) => ({ code }));
  while (performance.now() < end) {
    try {
      const answer = await fetch(`${service.url}/readyz`, { signal: AbortSignal.timeout(5_000) });
      if (answer.ok) return;
      last = `GET /readyz answers ${answer.status} ${await answer.text()}`;
    } catch {
      // Not listening yet.
    }
    const outcome = await Promise.race([ended, sleep(100)]);
    if (outcome !== undefined) {
      const code = outcome.code === null || outcome.code === 0 ? EXIT.unavailable : outcome.code;
      throw new Failure("The service ended while it started; its own message is above.", code);
    }
  }
  const message = `The service was not ready within ${READY_TIMEOUT_MS / 1000} s: ${last.trim()}`;
  throw new Failure(message, EXIT.unavailable);
}

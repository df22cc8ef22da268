import { parseArgs, type ParseArgsConfig } from "node:util";
import { EXIT } from "../src/lib/errors.js";
import { awaitCluster } from "./await-cluster.js";
import { Failure } from "./failure.js";
import { isPortFree } from "./free-port.js";
import { startService, untilReady, type ServiceProcess } from "./service-process.js";
import { stopSignal } from "./stop-signal.js";
import { chooseStore, type StoreChoice } from "./store-choice.js";

const DEFAULT_PORT = "9280";
const OPTIONS = {
  port: { type: "string" },
  opensearch: { type: "string" },
  store: { type: "string" },
  data: { type: "string" },
  once: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies ParseArgsConfig["options"];
const INTERRUPTED = 130;

export interface Session {
  readonly service: ServiceProcess;
  readonly store: StoreChoice;
  readonly once: boolean;
  /** Resolves when Ctrl-C or another signal asked for the end, or fails when the service ended by itself. */
  readonly over: Promise<void>;
}

export interface SessionOptions {
  readonly usage: string;
  readonly logLevel: "info" | "warn";
}

/**
 * OpenSearch (or files), then the service, then `body`; afterwards everything that was started is stopped.
 * @returns the exit code; a failing step ends with one sentence on stderr.
 */
export async function runSession(
  options: SessionOptions,
  body: (session: Session) => Promise<void>,
): Promise<number> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const interrupted = stopSignal().then(() => {
    talk("Stopping.");
    stopping.abort();
    return "interrupted" as const;
  });
  let choosing: Promise<StoreChoice> | undefined;
  let service: ServiceProcess | undefined;
  try {
    const flags = readFlags(options.usage);
    if (flags === undefined) return EXIT.ok;
    if (!(await isPortFree(flags.port))) {
      const why = `Port ${flags.port} of 127.0.0.1 is taken: stop what listens there, or choose another with --port.`;
      throw new Failure(why, EXIT.unavailable);
    }
    choosing = chooseStore(flags, talk, undefined, signal);
    const store = await Promise.race([choosing, interrupted]);
    if (store === "interrupted") return INTERRUPTED;
    if (store.kind === "opensearch" && store.local === undefined) await awaitCluster(store.url, talk, signal);
    service = startService({ port: flags.port, store, logLevel: options.logLevel });
    if ((await Promise.race([untilReady(service), interrupted])) === "interrupted") return INTERRUPTED;
    const over = Promise.race([interrupted.then(() => undefined), endedAlone(service)]);
    const done = body({ service, store, once: flags.once, over });
    // A service that dies under the body's hands is the better explanation.
    await Promise.race([done, over.then(() => undefined)]);
    return EXIT.ok;
  } catch (error) {
    if (signal.aborted && !(error instanceof Failure)) return INTERRUPTED;
    if (!(error instanceof Failure)) throw error;
    talk(error.message);
    return error.exitCode;
  } finally {
    await service?.stop();
    const store = await choosing?.catch(() => undefined);
    if (store?.kind === "opensearch") await store.local?.stop();
  }
}

/** One line to the user; stdout is kept for what a script would read. */
export function talk(line: string): void {
  process.stderr.write(`${line}\n`);
}

interface Flags {
  readonly port: number;
  readonly once: boolean;
  readonly opensearch: string | undefined;
  readonly store: string | undefined;
  readonly data: string | undefined;
}

function readFlags(usage: string): Flags | undefined {
  try {
    const {
      port = DEFAULT_PORT,
      once,
      help,
      opensearch,
      store,
      data,
    } = parseArgs({ options: OPTIONS }).values;
    if (help === true) {
      process.stdout.write(`${usage}\n`);
      return undefined;
    }
    if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
      throw new Error(`--port takes a number from 1 to 65535, not "${port}".`);
    }
    if (store !== undefined && store !== "files" && store !== "opensearch") {
      throw new Error(`--store takes "opensearch" or "files", not "${store}".`);
    }
    if (store === "files" && opensearch !== undefined) {
      throw new Error("--store files and --opensearch exclude each other.");
    }
    if (data !== undefined && (opensearch !== undefined || store === "opensearch")) {
      throw new Error("--data is the folder of the files store, and OpenSearch is named besides.");
    }
    const kind = data === undefined ? store : "files";
    return { port: Number(port), once: once === true, opensearch, store: kind, data };
  } catch (error) {
    throw new Failure(`${(error as Error).message}\n${usage}`, EXIT.usage);
  }
}

async function endedAlone(service: ServiceProcess): Promise<never> {
  await service.exited;
  throw new Failure("The service ended by itself; its own message is above.", EXIT.unavailable);
}

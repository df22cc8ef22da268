import { once } from "node:events";
import type { Config } from "../config/types.js";
import { listen, type HttpServer } from "../http/server.js";
import { formatDiagnostic, type Diagnostic } from "../lib/diagnostics.js";
import { EXIT } from "../lib/errors.js";
import { SpoolUnusableError } from "../pipeline/open-store.js";
import { createPipeline, type Pipeline } from "../pipeline/pipeline.js";
import { createLog, type Log } from "../telemetry/log.js";
import { createMetrics, type Metrics } from "../telemetry/metrics.js";
import { readFlags } from "./args.js";
import type { Command } from "./command.js";
import { createConfiguredApp, toConnectionLimits } from "./configured-app.js";
import { CONFIG_HELP, CONFIG_OPTIONS, configFromFlags } from "./config-flags.js";
import { toRefusals } from "./refusals.js";
import { createSecurity, type Security } from "./security.js";
import { listenForSignals, type Signals } from "./signals.js";
import { packageVersion } from "./version.js";

/** How long requests under way may take once a signal to stop has come. */
const STOP_GRACE_MS = 20_000;

export const serveCommand: Command = {
  usage: `trailtag serve [flags]\n\n${CONFIG_HELP}`,
  run: async (args) => {
    const config = configFromFlags(readFlags("serve", args, CONFIG_OPTIONS), process.env);
    return serve(config, createLog(config.log));
  },
};

/** Resolves with the exit code once a signal has stopped the service. */
async function serve(config: Config, log: Log): Promise<number> {
  const signals = listenForSignals();
  const metrics = createMetrics();
  const security = createSecurity(config, { log, metrics });
  try {
    return await serveWith(config, { log, metrics, security, signals });
  } finally {
    // Whichever way it ends: the audit log gets its last lines, and nobody looks at certificates any more.
    security.close();
  }
}

interface Parts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly security: Security;
  readonly signals: Signals;
}

async function serveWith(config: Config, { log, metrics, security, signals }: Parts): Promise<number> {
  let pipeline: Pipeline;
  try {
    pipeline = await createPipeline({ config, log, metrics });
  } catch (error) {
    if (!(error instanceof SpoolUnusableError)) throw error;
    log.error(error.message);
    return EXIT.unavailable;
  }
  if (saysOfRules(pipeline, config, log) === "missing") {
    await pipeline.close();
    return EXIT.configuration;
  }
  signals.onReload(() => {
    security.reload();
    void pipeline.reload();
  });

  let server: HttpServer | undefined;
  try {
    // An OpenSearch that hangs keeps the start waiting: a signal must not wait with it.
    await Promise.race([pipeline.start(), aborted(signals.stop)]);
    if (!signals.stop.aborted) {
      const app = createConfiguredApp(config, { pipeline, metrics, log, security, stop: signals.stop });
      const limits = toConnectionLimits(config, metrics);
      server = await listen(app, { ...config.http.listen, limits, tls: security.tls });
    }
  } catch (error) {
    await pipeline.close();
    log.error(whyNotStarted(error, config));
    return EXIT.unavailable;
  }
  if (server !== undefined) {
    log.info(`TrailTag ${packageVersion()} listens on ${server.url}.`, {
      store: config.store.kind,
      rules: pipeline.rules().rules.length,
    });
    await aborted(signals.stop);
  }
  log.info(`${String(signals.stop.reason)} came: finishing what is under way. A second signal ends at once.`);
  await server?.close(STOP_GRACE_MS);
  if (config.spool.drain_on_stop_ms > 0) await drain(pipeline, config.spool.drain_on_stop_ms, log);
  await pipeline.close();
  log.info("TrailTag has stopped.");
  return EXIT.ok;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

/** Before a replica is taken away for good, with the disk of its spool. */
async function drain(pipeline: Pipeline, forMs: number, log: Log): Promise<void> {
  const { spool } = pipeline.status();
  if (spool.mode === "off" || spool.documents === 0) return;
  log.info("Emptying the spool before the end.", { documents: spool.documents, for_ms: forMs });
  const left = await pipeline.drain(Date.now() + forMs);
  if (left === 0) log.info("The spool is empty.");
  else log.warn("The spool is not empty: these are stored when it is opened again.", { documents: left });
}

function whyNotStarted(error: unknown, config: Config): string {
  const { host, port } = config.http.listen;
  if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
    return `Port ${port} on ${host} is taken. Stop what listens there, or choose another with --listen.`;
  }
  return `TrailTag cannot start: ${error instanceof Error ? error.message : String(error)}`;
}

/** A refused rule costs itself only; a path that is not there means rules that somebody counts on, all of them. */
function saysOfRules(pipeline: Pipeline, config: Config, log: Log): "missing" | "fine" {
  const { refused } = pipeline.rules();
  const missing = refused.filter((diagnostic) => diagnostic.code === "path-not-found");
  for (const { file } of missing) {
    const key = (["lists", "exceptions"] as const).find((section) => config[section].paths.includes(file));
    const mend = key === undefined ? "rules.paths or --rules" : `${key}.paths`;
    log.error(`There are no ${key ?? "rules"} at ${file} (looked from ${process.cwd()}). Mend ${mend}.`);
  }
  if (missing.length > 0) return "missing";
  tellRefused(refused, log);
  return "fine";
}

function tellRefused(refused: readonly Diagnostic[], log: Log): void {
  const { told, unsupported, untold } = toRefusals(refused);
  for (const diagnostic of told) {
    log.warn("A rule, list or exception was refused; the others are in force.", {
      diagnostic: formatDiagnostic(diagnostic),
    });
  }
  if (untold + unsupported === 0) return;
  log.warn("More was refused; `trailtag list rules --all`, `trailtag lint` and GET /v1/rules say what.", {
    unsupported,
    errors: untold,
  });
}

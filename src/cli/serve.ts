import { createApp } from "../http/app.js";
import type { HttpContext } from "../http/context.js";
import { listen, type HttpServer } from "../http/server.js";
import type { Config } from "../config/types.js";
import { EXIT } from "../lib/errors.js";
import { formatDiagnostic } from "../lib/diagnostics.js";
import { createPipeline, type Pipeline } from "../pipeline/pipeline.js";
import { createLog, type Log } from "../telemetry/log.js";
import { createMetrics } from "../telemetry/metrics.js";
import { readArgs } from "./args.js";
import type { Command } from "./command.js";
import { CONFIG_HELP, CONFIG_OPTIONS, configFromFlags } from "./config-flags.js";
import { packageVersion } from "./version.js";

/** How long requests under way may take once a signal to stop has come. */
const STOP_GRACE_MS = 20_000;

export const serveCommand: Command = {
  summary: "take events over HTTP, tag them, write them to the store",
  usage: `trailtag serve [flags]\n\n${CONFIG_HELP}`,
  run: async (args) => {
    const config = configFromFlags(readArgs(args, CONFIG_OPTIONS).values, process.env);
    return serve(config, createLog(config.log));
  },
};

/** Resolves with the exit code once a signal has stopped the service. */
async function serve(config: Config, log: Log): Promise<number> {
  const metrics = createMetrics();
  const pipeline = await createPipeline({ config, log, metrics });
  sayRefused(pipeline, log);
  let stopping = false;
  const context: HttpContext = {
    pipeline,
    metrics,
    log,
    limits: {
      maxBodyBytes: config.limits.max_body_bytes,
      maxDocumentBytes: config.limits.max_document_bytes,
      maxDepth: config.limits.max_depth,
      holdMs: config.limits.hold_ms,
      bodyIdleMs: config.limits.body_idle_ms,
    },
    compat: config.http.compat,
    stopping: () => stopping,
  };

  const { host, port } = config.http.listen;
  let server: HttpServer;
  try {
    await pipeline.start();
    server = await listen(createApp(context), host, port);
  } catch (error) {
    await pipeline.close();
    const inUse = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    const message = inUse
      ? `Port ${port} on ${host} is taken. Stop what listens there, or choose another with --listen.`
      : `TrailTag cannot start: ${error instanceof Error ? error.message : String(error)}`;
    log.error(message);
    return EXIT.unavailable;
  }
  log.info(`TrailTag ${packageVersion()} listens on ${server.url}.`, {
    store: config.store.kind,
    rules: pipeline.rules().rules.length,
  });

  const onReload = (): void => {
    void pipeline.reload();
  };
  process.on("SIGHUP", onReload);
  const signal = await firstSignal();
  stopping = true;
  log.info(`${signal} came: finishing what is under way. A second signal ends at once.`);
  const atOnce = (): never => process.exit(1);
  process.on("SIGTERM", atOnce);
  process.on("SIGINT", atOnce);
  await server.close(STOP_GRACE_MS);
  await pipeline.close();
  log.info("TrailTag has stopped.");
  return EXIT.ok;
}

function sayRefused(pipeline: Pipeline, log: Log): void {
  for (const diagnostic of pipeline.rules().refused) {
    log.warn("A rule was refused; the others are in force.", { diagnostic: formatDiagnostic(diagnostic) });
  }
}

function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      process.removeListener("SIGTERM", stop);
      process.removeListener("SIGINT", stop);
      resolve(signal);
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}

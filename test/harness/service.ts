import type { Express } from "express";
import { createConfiguredApp, toConnectionLimits } from "../../src/cli/configured-app.js";
import { loadConfig } from "../../src/config/load.js";
import { listen } from "../../src/http/server.js";
import type { JsonObject } from "../../src/lib/json.js";
import { createPipeline, type Pipeline } from "../../src/pipeline/pipeline.js";
import { createLog } from "../../src/telemetry/log.js";
import { createMetrics } from "../../src/telemetry/metrics.js";
import { waitFor } from "./wait-for.js";

/** The whole service within the test's process, on a free port of 127.0.0.1. */
export interface TestService {
  readonly url: string;
  readonly app: Express;
  readonly pipeline: Pipeline;
  /** From then on new work is answered as while shutting down. */
  beginStopping(): void;
  close(): Promise<void>;
}

export interface TestServiceOptions {
  /** Nested as in a configuration file. */
  readonly config: JsonObject;
  /** Default true: waits for the store itself; false for one that is away. */
  readonly waitUntilReady?: boolean;
}

export async function startService(options: TestServiceOptions): Promise<TestService> {
  // Off unless a test says otherwise: suites that run at once must not share the default folder.
  const flags = { spool: { mode: "off" }, ...options.config };
  const config = loadConfig({ files: [], env: {}, flags });
  const log = createLog({ level: "error", format: "text" });
  const metrics = createMetrics();
  const pipeline = await createPipeline({ config, log, metrics });
  const stop = new AbortController();
  const app = createConfiguredApp(config, { pipeline, metrics, log, stop: stop.signal });
  await pipeline.start();
  const limits = toConnectionLimits(config, metrics);
  const server = await listen(app, { host: "127.0.0.1", port: 0, limits });
  if (options.waitUntilReady !== false) {
    await waitFor(() => pipeline.status().store.ready, { what: "the service to be ready" });
  }
  return {
    url: server.url,
    app,
    pipeline,
    beginStopping: () => {
      stop.abort("SIGTERM");
    },
    close: async () => {
      await server.close(1000);
      await pipeline.close();
    },
  };
}

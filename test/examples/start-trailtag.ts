import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.js";
import { createApp } from "../../src/http/app.js";
import { listen } from "../../src/http/server.js";
import { createPipeline } from "../../src/pipeline/pipeline.js";
import { createLog } from "../../src/telemetry/log.js";
import { createMetrics } from "../../src/telemetry/metrics.js";

export interface RunningTrailTag {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  readonly port: number;
  /** Folder of the files store. */
  readonly dir: string;
  stop(): Promise<void>;
}

/**
 * The whole service in this process, on a free port, with a files store of its own.
 *
 * @param keep folder of the files store, which outlives the service; else it has one that goes with it.
 */
export async function startTrailTag(keep?: string): Promise<RunningTrailTag> {
  const dir = keep ?? mkdtempSync(join(tmpdir(), "trailtag-examples-"));
  const config = loadConfig({
    files: [],
    env: {},
    flags: { http: { listen: "127.0.0.1:0" }, store: { kind: "files", dir }, log: { level: "error" } },
  });
  const log = createLog(config.log);
  const metrics = createMetrics();
  const pipeline = await createPipeline({ config, log, metrics });
  await pipeline.start();
  const { max_body_bytes, max_document_bytes, max_depth, hold_ms } = config.limits;
  const app = createApp({
    pipeline,
    metrics,
    log,
    limits: {
      maxBodyBytes: max_body_bytes,
      maxDocumentBytes: max_document_bytes,
      maxDepth: max_depth,
      holdMs: hold_ms,
    },
    compat: config.http.compat,
    stopping: () => false,
  });
  const server = await listen(app, config.http.listen.host, config.http.listen.port);
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    dir,
    async stop() {
      await server.close(1_000);
      await pipeline.close();
      if (keep === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.js";
import { createApp } from "../../src/http/app.js";
import { listen } from "../../src/http/server.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { createPipeline } from "../../src/pipeline/pipeline.js";
import { createLog } from "../../src/telemetry/log.js";
import { createMetrics } from "../../src/telemetry/metrics.js";
import { testOpenSearch } from "../harness/opensearch.js";
import { waitFor } from "../harness/wait-for.js";

const SAMPLES = join(packageRoot, "examples", "samples");

/** Ships the sample through the whole service into the OpenSearch of the tests, and makes it searchable. */
export async function loadSample(prefix: string): Promise<void> {
  const flags = { opensearch: { node: testOpenSearch().url, index_prefix: prefix } };
  const config = loadConfig({ files: [], env: {}, flags });
  const log = createLog({ level: "error", format: "text" });
  const metrics = createMetrics();
  const pipeline = await createPipeline({ config, log, metrics });
  await pipeline.start();
  const { limits } = config;
  const app = createApp({
    pipeline,
    metrics,
    log,
    limits: {
      maxBodyBytes: limits.max_body_bytes,
      maxDocumentBytes: limits.max_document_bytes,
      maxDepth: limits.max_depth,
      holdMs: limits.hold_ms,
    },
    compat: config.http.compat,
    stopping: () => false,
  });
  const server = await listen(app, "127.0.0.1", 0);
  try {
    await waitFor(() => pipeline.status().ready, { what: "the service to be ready" });
    for (const file of readdirSync(SAMPLES).filter((name) => name.endsWith(".json.gz"))) {
      await ship(`${server.url}/v1/events`, readFileSync(join(SAMPLES, file)));
    }
    await pipeline.settle();
  } finally {
    await server.close(1000);
    await pipeline.close();
  }
  await fetch(`${testOpenSearch().url}/${prefix}-*/_refresh`, { method: "POST" });
}

async function ship(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  const response = await fetch(url, { method: "POST", headers, body });
  if (!response.ok) throw new Error(`The sample was refused: ${response.status} ${await response.text()}`);
}

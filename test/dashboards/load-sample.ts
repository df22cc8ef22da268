import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/lib/package-root.js";
import { testOpenSearch } from "../harness/opensearch.js";
import { startService } from "../harness/service.js";

const SAMPLES = join(packageRoot, "examples", "samples");

/** Ships the sample through the whole service into the OpenSearch of the tests, and makes it searchable. */
export async function loadSample(prefix: string): Promise<void> {
  const node = testOpenSearch().url;
  const service = await startService({ config: { opensearch: { node, index_prefix: prefix } } });
  try {
    for (const file of readdirSync(SAMPLES).filter((name) => name.endsWith(".json.gz"))) {
      await ship(`${service.url}/v1/events`, readFileSync(join(SAMPLES, file)));
    }
    await service.pipeline.settle();
  } finally {
    await service.close();
  }
  await fetch(`${node}/${prefix}-*/_refresh`, { method: "POST" });
}

async function ship(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  const response = await fetch(url, { method: "POST", headers, body });
  if (!response.ok) throw new Error(`The sample was refused: ${response.status} ${await response.text()}`);
}

import { SkippedError } from "./finding.js";
import type { MetricsReading } from "./parse-metrics.js";
import type { ServiceClient } from "./service-client.js";

/** @throws SkippedError when credentials are missing, ServiceAwayError */
export async function readMetrics(service: ServiceClient): Promise<MetricsReading> {
  const { status } = await service.get("/metrics");
  if (status === 401 || status === 403) {
    throw new SkippedError(
      `${service.url}/metrics wants credentials (HTTP ${status}): give --key-file a key with the scope read.`,
    );
  }
  return service.metrics();
}

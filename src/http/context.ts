import type { DecodeLimits } from "../decode/types.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { Pipeline } from "../pipeline/pipeline.js";

/** What the routes need; one for each app. */
export interface HttpContext {
  readonly pipeline: Pipeline;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly limits: DecodeLimits & { readonly maxBodyBytes: number; readonly holdMs: number };
  readonly compat: "auto" | "opensearch" | "elasticsearch";
  /** True from the first signal to stop: new work is answered 503. */
  stopping(): boolean;
}

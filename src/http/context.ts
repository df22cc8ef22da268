import type { DecodeLimits } from "../decode/types.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import type { Pipeline } from "../pipeline/pipeline.js";
import type { HttpSecurity } from "./security.js";

export interface HttpLimits extends DecodeLimits {
  /** Inflated bytes of one request. */
  readonly maxBodyBytes: number;
  /** How long a request is held before it is refused whole. */
  readonly holdMs: number;
  /** How long a client may send nothing in the middle of a body. */
  readonly bodyIdleMs: number;
  /** How fast a body has to come, judged over `bodyIdleMs`. */
  readonly minBytesPerSecond: number;
  /** Inflated bytes for each byte sent. */
  readonly maxInflationRatio: number;
  /** Actions or events of one request. */
  readonly maxRecords: number;
}

/** What the routes need; one for each app. */
export interface HttpContext {
  readonly pipeline: Pipeline;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly limits: HttpLimits;
  readonly security: HttpSecurity;
  readonly compat: "auto" | "opensearch" | "elasticsearch";
  /** Aborted by the first signal to stop: new work is answered 503, and so is work that waits for a store that is away. */
  readonly stop: AbortSignal;
}

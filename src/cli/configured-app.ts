import { setMaxListeners } from "node:events";
import type { Config } from "../config/types.js";
import { createApp } from "../http/app.js";
import type { ConnectionLimits } from "../http/connection-limits.js";
import type { HttpContext } from "../http/context.js";
import type { Metrics } from "../telemetry/metrics.js";
import { createSecurity } from "./security.js";

/** The HTTP surface as the configuration has it; the one place where its keys become limits. */
export function createConfiguredApp(
  config: Config,
  parts: Pick<HttpContext, "pipeline" | "metrics" | "log" | "stop"> & Partial<Pick<HttpContext, "security">>,
): ReturnType<typeof createApp> {
  // Each request that is under way listens.
  setMaxListeners(0, parts.stop);
  // First of the listeners: what is held goes to the spool where there is one, rather than be refused.
  parts.stop.addEventListener("abort", () => parts.pipeline.beginStopping());
  const { limits } = config;
  return createApp({
    ...parts,
    security: parts.security ?? createSecurity(config, parts),
    limits: {
      maxBodyBytes: limits.max_body_bytes,
      maxDocumentBytes: limits.max_document_bytes,
      maxDepth: limits.max_depth,
      maxKeys: limits.max_keys,
      holdMs: limits.hold_ms,
      bodyIdleMs: limits.body_idle_ms,
      minBytesPerSecond: limits.min_body_bytes_per_s,
      maxInflationRatio: limits.max_inflation_ratio,
      maxRecords: limits.max_records,
    },
    compat: config.http.compat,
  });
}

export function toConnectionLimits(config: Config, metrics: Metrics): ConnectionLimits {
  const { headers_timeout_ms, keep_alive_ms, max_connections } = config.http;
  return {
    headersTimeoutMs: headers_timeout_ms,
    keepAliveMs: keep_alive_ms,
    maxConnections: max_connections,
    onLimit: (limit) => metrics.limits.hit(limit),
    onRefused: (status) => metrics.request("none", status, 0),
  };
}

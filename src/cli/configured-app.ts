import { setMaxListeners } from "node:events";
import type { Config } from "../config/types.js";
import { createApp } from "../http/app.js";
import type { HttpContext } from "../http/context.js";

/** The HTTP surface as the configuration has it; the one place where its keys become limits. */
export function createConfiguredApp(
  config: Config,
  parts: Pick<HttpContext, "pipeline" | "metrics" | "log" | "stop">,
): ReturnType<typeof createApp> {
  // Each request that is under way listens.
  setMaxListeners(0, parts.stop);
  const { limits } = config;
  return createApp({
    ...parts,
    limits: {
      maxBodyBytes: limits.max_body_bytes,
      maxDocumentBytes: limits.max_document_bytes,
      maxDepth: limits.max_depth,
      holdMs: limits.hold_ms,
      bodyIdleMs: limits.body_idle_ms,
    },
    compat: config.http.compat,
  });
}

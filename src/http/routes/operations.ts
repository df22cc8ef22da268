import { Router } from "express";
import { ApiError } from "../../lib/errors.js";
import { formatDiagnostic } from "../../lib/diagnostics.js";
import type { HttpContext } from "../context.js";
import { onlyMethods } from "../error-answers.js";
import { sendJson, sendText } from "../send.js";

/** Routes for those who run TrailTag: health, metrics, loaded rules, reload. */
export function operationsRoutes(context: HttpContext): Router {
  const router = Router();

  router.get("/healthz", (req, res) => {
    sendJson(req, res, 200, { status: "ok" });
  });

  router.get("/readyz", (req, res) => {
    const { ready, message } = context.stop.aborted
      ? { ready: false, message: "TrailTag is shutting down." }
      : context.pipeline.status();
    const { rules, lists, exceptions, ruleset } = context.pipeline.loaded();
    sendJson(req, res, ready ? 200 : 503, {
      ready,
      message,
      rules,
      lists,
      exceptions: { ...exceptions },
      ruleset,
    });
  });

  router.get("/metrics", async (_req, res) => {
    context.metrics.exceptions(context.pipeline.loaded().exceptions);
    const { ready } = context.pipeline.status();
    context.metrics.ready(!context.stop.aborted && ready, ready);
    const { contentType, text } = await context.metrics.expose();
    sendText(res, 200, contentType, text);
  });

  router.get("/v1/rules", (req, res) => {
    sendJson(req, res, 200, context.pipeline.rules());
  });

  router.post("/-/reload", async (req, res) => {
    const { ok, newErrors, removed } = await context.pipeline.reload();
    if (!ok) {
      const refused = newErrors.map(formatDiagnostic);
      throw new ApiError("reload_refused", `The rules in force stay: ${refused.join("; ")}`);
    }
    const { rules, lists, exceptions, ruleset } = context.pipeline.loaded();
    const loaded = { rules, lists, exceptions: { ...exceptions }, ruleset };
    sendJson(req, res, 200, { acknowledged: true, ...loaded, removed });
  });

  for (const path of ["/healthz", "/readyz", "/metrics", "/v1/rules"]) router.all(path, onlyMethods("GET"));
  router.all("/-/reload", onlyMethods("POST"));
  return router;
}

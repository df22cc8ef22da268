import type { Router } from "express";
import { ApiError } from "../../lib/errors.js";
import { formatDiagnostic } from "../../lib/diagnostics.js";
import { addressOf, principalOf, routeOf, type Guards } from "../authenticate.js";
import type { HttpContext } from "../context.js";
import { guardedRoutes } from "../guarded-routes.js";
import { sendJson, sendText } from "../send.js";

/** Routes for those who run TrailTag: health, metrics, loaded rules, reload. */
export function operationsRoutes(context: HttpContext, guards: Guards): Router {
  const router = guardedRoutes(guards);

  router.get("/healthz", (req, res) => {
    sendJson(req, res, 200, { status: "ok" });
  });

  router.get("/readyz", async (req, res) => {
    const { store, spool, ...status } = context.pipeline.status();
    const { ready, message } = context.stop.aborted
      ? { ready: false, message: "TrailTag is shutting down." }
      : status;
    if (!(await guards.may(req, "read"))) {
      sendJson(req, res, ready ? 200 : 503, { ready });
      return;
    }
    const { rules, lists, exceptions, ruleset } = context.pipeline.loaded();
    sendJson(req, res, ready ? 200 : 503, {
      ready,
      message,
      rules,
      lists,
      exceptions: { ...exceptions },
      ruleset,
      store: { ...store },
      spool: { ...spool },
    });
  });

  router.get("/metrics", async (_req, res) => {
    context.metrics.exceptions(context.pipeline.loaded().exceptions);
    const { ready, store } = context.pipeline.status();
    context.metrics.ready(!context.stop.aborted && ready, store.ready);
    context.pipeline.observe();
    const { contentType, text } = await context.metrics.expose();
    sendText(res, 200, contentType, text);
  });

  router.get("/v1/rules", (req, res) => {
    sendJson(req, res, 200, context.pipeline.rules());
  });

  router.post("/-/reload", async (req, res) => {
    const kept = context.security.reload();
    const { ok, newErrors, removed } = await context.pipeline.reload();
    context.security.audit.acted({
      action: "reload",
      outcome: ok && kept.length === 0 ? "done" : "failed",
      actor: { mode: principalOf(req).mode, id: principalOf(req).id },
      address: addressOf(context, req).text,
      route: routeOf(req),
    });
    const rulesKept = ok ? [] : [`The rules in force stay: ${newErrors.map(formatDiagnostic).join("; ")}`];
    if (rulesKept.length + kept.length > 0) {
      throw new ApiError("reload_refused", [...rulesKept, ...kept].join(" "));
    }
    const { rules, lists, exceptions, ruleset } = context.pipeline.loaded();
    const loaded = { rules, lists, exceptions: { ...exceptions }, ruleset };
    sendJson(req, res, 200, { acknowledged: true, ...loaded, removed });
  });

  for (const path of ["/healthz", "/readyz", "/metrics", "/v1/rules"] as const) router.only(path, "GET");
  router.only("/-/reload", "POST");
  return router.router;
}

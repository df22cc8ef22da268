import express, { type Express, type RequestHandler } from "express";
import type { HttpContext } from "./context.js";
import { createGuards } from "./authenticate.js";
import { countLimits, errorAnswers, noRoute } from "./error-answers.js";
import { guardedRoutes } from "./guarded-routes.js";
import { bulkRoute } from "./routes/bulk.js";
import { eventsRoute, simulateRoute } from "./routes/events.js";
import { firehoseErrors, firehoseRoute } from "./routes/firehose.js";
import { operationsRoutes } from "./routes/operations.js";
import { triageRoutes } from "./routes/triage.js";
import { speaksElasticsearch, startUpRoutes } from "./routes/start-up.js";

/** The whole HTTP surface; docs/reference/http.md lists the routes. */
export function createApp(context: HttpContext): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");
  app.use(measure(context));
  app.use((req, res, next) => {
    if (context.stop.aborted) res.set("connection", "close");
    if (speaksElasticsearch(req, context.compat)) res.set("X-Elastic-Product", "Elasticsearch");
    next();
  });

  const guards = createGuards(context);
  const routes = guardedRoutes(guards);
  routes.post(["/_bulk", "/:index/_bulk"], bulkRoute(context));
  routes.put(["/_bulk", "/:index/_bulk"], bulkRoute(context));
  routes.only(["/_bulk", "/:index/_bulk"], "POST", "PUT");
  routes.post("/v1/events", eventsRoute(context));
  routes.only("/v1/events", "POST");
  routes.post("/v1/simulate", simulateRoute(context));
  routes.only("/v1/simulate", "POST");
  routes.post("/v1/firehose", firehoseRoute(context));
  routes.only("/v1/firehose", "POST");
  app.use(routes.router);
  app.use("/v1/firehose", firehoseErrors);
  app.use(operationsRoutes(context, guards));
  app.use(triageRoutes(context, guards));
  // Which paths there are is told to those alone who may come in; OPTIONS the router answers by itself.
  const anybody = guards.require("any");
  app.use((req, res, next) => {
    if (req.method === "OPTIONS") return anybody(req, res, next);
    next();
  });
  app.use(startUpRoutes(context, guards));
  app.use(anybody);
  app.use(noRoute);
  app.use(countLimits(context.metrics));
  app.use(errorAnswers(context.log));
  return app;
}

/** Counted for a client that left before its answer. */
const CLIENT_GONE = 499;

/** Counts answers by the route's pattern, never by the path: paths are without number. */
function measure(context: HttpContext): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    res.once("close", () => {
      const { path: paths } = (req.route ?? {}) as { path?: string | string[] };
      const path = (Array.isArray(paths) ? paths[0] : paths) ?? "none";
      // Who left before there was an answer saw none.
      const status = res.headersSent ? res.statusCode : CLIENT_GONE;
      context.metrics.request(path, status, (performance.now() - started) / 1000);
    });
    next();
  };
}

import express, { type Express, type RequestHandler } from "express";
import type { HttpContext } from "./context.js";
import { errorAnswers, noRoute, onlyMethods } from "./error-answers.js";
import { bulkRoute } from "./routes/bulk.js";
import { eventsRoute, simulateRoute } from "./routes/events.js";
import { firehoseRoute } from "./routes/firehose.js";
import { operationsRoutes } from "./routes/operations.js";
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

  const bulkPaths = ["/_bulk", "/:index/_bulk"];
  app.post(bulkPaths, bulkRoute(context));
  app.put(bulkPaths, bulkRoute(context));
  app.all(bulkPaths, onlyMethods("POST", "PUT"));
  app.post("/v1/events", eventsRoute(context));
  app.all("/v1/events", onlyMethods("POST"));
  app.post("/v1/simulate", simulateRoute(context));
  app.all("/v1/simulate", onlyMethods("POST"));
  app.post("/v1/firehose", firehoseRoute(context));
  app.all("/v1/firehose", onlyMethods("POST"));
  app.use(operationsRoutes(context));
  app.use(startUpRoutes(context));
  app.use(noRoute);
  app.use(errorAnswers(context.log));
  return app;
}

/** Counts answers by the route's pattern, never by the path: paths are without number. */
function measure(context: HttpContext): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    res.once("close", () => {
      const { path: paths } = (req.route ?? {}) as { path?: string | string[] };
      const path = (Array.isArray(paths) ? paths[0] : paths) ?? "none";
      context.metrics.request(path, res.statusCode, (performance.now() - started) / 1000);
    });
    next();
  };
}

import type { ErrorRequestHandler, RequestHandler } from "express";
import { API_ERRORS, ApiError } from "../lib/errors.js";
import { limitOfError } from "../lib/limits.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import { sendText } from "./send.js";

/** For a path that is no route: says which there are. */
export const noRoute: RequestHandler = (req) => {
  throw new ApiError(
    "no_route",
    `There is no route ${req.method} ${req.path}. Shippers send to /_bulk, /{index}/_bulk, /v1/events or /v1/firehose.`,
  );
};

/** For a route that is there, under another method. */
export function onlyMethods(...methods: readonly string[]): RequestHandler {
  return (req) => {
    const allow = methods.join(", ");
    throw new ApiError("method_not_allowed", `${req.path} takes ${allow}, not ${req.method}.`, { allow });
  };
}

/** Counts the limits that requests were refused for. */
export function countLimits(metrics: Metrics): ErrorRequestHandler {
  return (error: unknown, _req, _res, next) => {
    countLimit(metrics, error);
    next(error);
  };
}

export function countLimit(metrics: Metrics, error: unknown): void {
  const limit = error instanceof ApiError ? limitOfError(error.code) : undefined;
  if (limit !== undefined) metrics.limits.hit(limit);
}

/** Turns whatever was thrown into OpenSearch's error shape. */
export function errorAnswers(log: Log): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  return (error: unknown, req, res, _next) => {
    // Nobody is there to read an answer. (A request that was read to its end counts as destroyed, too.)
    if (res.destroyed) return;
    if (res.headersSent) {
      log.error("An answer broke off.", { path: req.path, error: String(error) });
      res.destroy();
      return;
    }
    const { status, type, reason, headers } = toAnswer(error, log, req.path);
    // The body may be unread: a connection that is kept would take its rest for the next request.
    if (!req.complete) res.set("connection", "close");
    res.set(headers);
    // Whole, whatever filter_path says: an error that is filtered away helps nobody.
    const answer = { error: { root_cause: [{ type, reason }], type, reason }, status };
    sendText(res, status, "application/json; charset=UTF-8", JSON.stringify(answer));
  };
}

interface ErrorAnswer {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
}

function toAnswer(error: unknown, log: Log, path: string): ErrorAnswer {
  if (error instanceof ApiError) {
    return { status: error.status, type: error.type, reason: error.message, headers: error.headers };
  }
  if (error instanceof URIError) {
    const reason = `The path ${path} is not valid percent-encoding.`;
    return { status: 400, type: "illegal_argument_exception", reason, headers: {} };
  }
  log.error("A request failed in a way that TrailTag did not foresee.", {
    path,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  const reason =
    "TrailTag failed on this request; its log says why. Nothing was acknowledged: send it again.";
  return { status: API_ERRORS.internal.status, type: API_ERRORS.internal.type, reason, headers: {} };
}

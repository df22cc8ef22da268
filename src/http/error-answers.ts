import type { ErrorRequestHandler, RequestHandler } from "express";
import { API_ERRORS, ApiError } from "../lib/errors.js";
import type { Log } from "../telemetry/log.js";
import { sendJson } from "./send.js";

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

/** Turns whatever was thrown into OpenSearch's error shape. */
export function errorAnswers(log: Log): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent || res.destroyed) {
      next(error);
      return;
    }
    const { status, type, reason, headers } = toAnswer(error, log, req.path);
    // The body may be unread: a connection that is kept would take its rest for the next request.
    if (!req.complete) res.set("connection", "close");
    res.set(headers);
    sendJson(req, res, status, { error: { root_cause: [{ type, reason }], type, reason }, status });
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

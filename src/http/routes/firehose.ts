import type { ErrorRequestHandler, RequestHandler } from "express";
import { parseFirehose } from "../../decode/firehose.js";
import { ApiError } from "../../lib/errors.js";
import type { HttpContext } from "../context.js";
import { countLimit } from "../error-answers.js";
import { receiveWhole, sourceOf } from "../receive.js";
import { sendJson } from "../send.js";
import { ingestOrRefuse } from "./ingest-or-refuse.js";

/**
 * `POST /v1/firehose`: Amazon Data Firehose's HTTP endpoint delivery. Only a 200 that repeats the
 * request id counts as delivered; anything else is sent again, with `errorMessage` shown in its log.
 */
export function firehoseRoute(context: HttpContext): RequestHandler {
  return async (req, res) => {
    const requestId = String(req.headers["x-amz-firehose-request-id"] ?? "");
    try {
      const received = await receiveWhole(req, context);
      try {
        const source = sourceOf(req, "/v1/firehose");
        const counters = { shipperFieldsDropped: 0 };
        const options = { counters, maxInflatedBytes: context.limits.maxBodyBytes };
        const delivery = parseFirehose(received.bytes, context.limits, options);
        const { deadline, onHeld, onProgress } = received;
        await ingestOrRefuse(context, {
          units: delivery.units,
          more: () => received.room(delivery.inflates),
          source: () => source,
          counters,
          deadline,
          onHeld,
          onProgress,
        });
        sendJson(req, res, 200, { requestId: delivery.requestId, timestamp: Date.now() });
      } finally {
        received.close();
      }
    } catch (error) {
      countLimit(context.metrics, error);
      const status = error instanceof ApiError && error.status !== 429 ? error.status : 503;
      const errorMessage = error instanceof ApiError ? error.message : "TrailTag failed; its log says why.";
      if (!(error instanceof ApiError))
        context.log.error("A Firehose delivery failed.", { error: String(error) });
      sendJson(req, res, status, { requestId, timestamp: Date.now(), errorMessage });
    }
  };
}

/** What was refused before the route began, in the shape that Firehose reads. */
export const firehoseErrors: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (!(error instanceof ApiError)) {
    next(error);
    return;
  }
  if (!req.complete) res.set("connection", "close");
  res.set(error.headers);
  const requestId = String(req.headers["x-amz-firehose-request-id"] ?? "");
  sendJson(req, res, error.status, { requestId, timestamp: Date.now(), errorMessage: error.message });
};

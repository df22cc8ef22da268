import type { Request, RequestHandler } from "express";
import { parseEventsBody } from "../../decode/events.js";
import { ApiError } from "../../lib/errors.js";
import type { IngestCounts } from "../../lib/ingest-counts.js";
import type { JsonObject } from "../../lib/json.js";
import type { HttpContext } from "../context.js";
import { receive, sourceOf, type Received } from "../receive.js";
import { sendJson } from "../send.js";
import { ingestOrRefuse } from "./ingest-or-refuse.js";

/** `POST /v1/events`: plain HTTP outputs. Answers what became of the events. */
export function eventsRoute(context: HttpContext): RequestHandler {
  return async (req, res) => {
    const received = await receiveEvents(req, context);
    try {
      const counters = { shipperFieldsDropped: 0 };
      const source = sourceOf(req, "/v1/events");
      const options = { counters, maxInflatedBytes: context.limits.maxBodyBytes };
      const counts = await ingestOrRefuse(context, {
        units: parseEventsBody(received.bytes, req.headers["content-type"], context.limits, options),
        counters,
        source: () => source,
        deadline: received.deadline,
      });
      sendJson(req, res, 200, toAnswer(counts));
    } finally {
      received.share.release();
    }
  };
}

/** What is answered with success refuses nothing, so that `refused` would say nothing. */
function toAnswer({
  received,
  stored,
  duplicates,
  dead_lettered,
  spooled,
  skipped,
}: IngestCounts): JsonObject {
  return { received, stored, duplicates, dead_lettered, spooled, skipped };
}

/** The answer holds all of it again, tagged: enough for a day's trail of a small account. */
const MAX_SIMULATED_BYTES = 16 * 1024 * 1024;

/** `POST /v1/simulate`: what `/v1/events` would store, stored nowhere. */
export function simulateRoute(context: HttpContext): RequestHandler {
  return async (req, res) => {
    const most = Math.min(context.limits.maxBodyBytes, MAX_SIMULATED_BYTES);
    const received = await receiveEvents(req, context, most);
    try {
      const options = { maxInflatedBytes: context.limits.maxBodyBytes };
      const units = parseEventsBody(received.bytes, req.headers["content-type"], context.limits, options);
      const answer = await context.pipeline.simulate(units, sourceOf(req, "/v1/simulate"));
      sendJson(req, res, 200, answer);
    } finally {
      received.share.release();
    }
  };
}

async function receiveEvents(req: Request, context: HttpContext, maxBytes?: number): Promise<Received> {
  if (/msgpack/i.test(req.headers["content-type"] ?? "")) {
    const reason = "msgpack is not read here: set the output's format to json or json_lines.";
    throw new ApiError("content_type_unknown", reason);
  }
  const received = await receive(req, context, maxBytes);
  if (received.bytes.length === 0) {
    received.share.release();
    throw new ApiError("body_required", "The request has no body: send events as JSON.");
  }
  return received;
}

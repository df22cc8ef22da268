import type { Request, RequestHandler } from "express";
import { badGzip, parseEventsBody, readEvents } from "../../decode/events.js";
import { isGzip } from "../../decode/gunzip.js";
import type { DecodeCounters, DecodedUnit } from "../../decode/types.js";
import { ApiError } from "../../lib/errors.js";
import type { IngestCounts } from "../../lib/ingest-counts.js";
import type { JsonObject } from "../../lib/json.js";
import { BodyError } from "../body-error.js";
import type { HttpContext } from "../context.js";
import { PARSED_FACTOR, receive, receiveWhole, sourceOf, tooManyRecords, type Received } from "../receive.js";
import { sendJson } from "../send.js";
import { ingestOrRefuse } from "./ingest-or-refuse.js";

/** `POST /v1/events`: plain HTTP outputs. Answers what became of the events. */
export function eventsRoute(context: HttpContext): RequestHandler {
  return async (req, res) => {
    refuseMsgpack(req);
    const received = await receive(req, context);
    try {
      if (received.window.end === 0) throw noBody();
      const counters = { shipperFieldsDropped: 0 };
      const source = sourceOf(req, "/v1/events");
      const { window, more, deadline, onHeld, onProgress } = received;
      const read = isGzip(window.bytes)
        ? await unlabelled(received, context, counters)
        : { units: readEvents(window, context.limits, counters), more };
      const counts = await ingestOrRefuse(context, {
        units: limited(read.units, context.limits.maxRecords),
        more: read.more,
        counters,
        source: () => source,
        deadline,
        onHeld,
        onProgress,
      });
      sendJson(req, res, 200, toAnswer(counts));
    } finally {
      received.close();
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
    refuseMsgpack(req);
    const maxBodyBytes = Math.min(context.limits.maxBodyBytes, MAX_SIMULATED_BYTES);
    const received = await receiveWhole(req, context, { maxBodyBytes, factor: PARSED_FACTOR });
    try {
      if (received.bytes.length === 0) throw noBody();
      const options = { maxInflatedBytes: maxBodyBytes };
      const units = parseEventsBody(received.bytes, req.headers["content-type"], context.limits, options);
      const answer = await context.pipeline.simulate(units, sourceOf(req, "/v1/simulate"));
      sendJson(req, res, 200, answer);
    } finally {
      received.close();
    }
  };
}

/** A body that is gzip without saying so. What inflates is read; bytes that do not are kept as a dead letter. */
async function unlabelled(
  received: Received,
  { limits }: HttpContext,
  counters: DecodeCounters,
): Promise<{ units: Iterable<DecodedUnit | undefined>; more: () => Promise<void> }> {
  const { window, more, raw } = await received.inflate();
  let fault: { readonly error: unknown } | undefined;
  function* units(): Generator<DecodedUnit | undefined, void> {
    let item = 0;
    for (const unit of readEvents(window, limits, counters)) {
      if (unit !== undefined) ({ item } = unit);
      if (fault === undefined || unit?.kind !== "skipped") yield unit;
    }
    if (fault !== undefined) yield* badGzip(item + 1, raw, fault.error);
  }
  return {
    units: units(),
    async more() {
      try {
        await more();
      } catch (error) {
        if (!(error instanceof BodyError)) throw error;
        fault = { error };
        window.push([], true);
      }
    },
  };
}

function* limited(
  units: Iterable<DecodedUnit | undefined>,
  most: number,
): Generator<DecodedUnit | undefined, void> {
  let count = 0;
  for (const unit of units) {
    if (unit !== undefined && ++count > most) throw tooManyRecords(most);
    yield unit;
  }
}

function refuseMsgpack(req: Request): void {
  if (!/msgpack/i.test(req.headers["content-type"] ?? "")) return;
  const reason = "msgpack is not read here: set the output's format to json or json_lines.";
  throw new ApiError("content_type_unknown", reason);
}

function noBody(): ApiError {
  return new ApiError("body_required", "The request has no body: send events as JSON.");
}

import type { Request, RequestHandler } from "express";
import { parseBulk } from "../../decode/bulk.js";
import { readUnits } from "../../decode/record.js";
import type { DecodeCounters, DecodedUnit } from "../../decode/types.js";
import type { DeadLetterSource } from "../../enrich/types.js";
import type { JsonObject } from "../../lib/json.js";
import type { HttpContext } from "../context.js";
import { receive, sourceOf } from "../receive.js";
import { sendJson, sendText } from "../send.js";
import { ingestOrRefuse } from "./ingest-or-refuse.js";

/** One action of the request, as its reply needs it. */
interface Item {
  readonly op: string;
  readonly source: DeadLetterSource;
  readonly refused: { readonly status: number; readonly type: string; readonly reason: string } | undefined;
}

/**
 * `POST|PUT /_bulk` and `/{index}/_bulk`: OpenSearch's bulk endpoint, for shippers.
 *
 * The reply has one item for each action, in order, under the same op; an item without an error
 * carries only its status, because Fluent Bit sends the whole chunk again when a reply is over 512,000 bytes.
 */
export function bulkRoute(context: HttpContext): RequestHandler {
  return async (req, res) => {
    const started = performance.now();
    const { bytes, share, deadline } = await receive(req, context);
    const items: Item[] = [];
    try {
      const counters = { shipperFieldsDropped: 0 };
      const here = sourceOf(req, routeOf(req));
      const units = unitsOf(bytes, items, here, context, counters);
      const source = (item: number): DeadLetterSource => items[item]?.source ?? here;
      await ingestOrRefuse(context, { units, source, deadline, counters });
    } finally {
      share.release();
    }
    const took = Math.round(performance.now() - started);
    if (typeof req.query["filter_path"] === "string") {
      sendJson(req, res, 200, { took, errors: items.some((i) => i.refused), items: items.map(toReply) });
    } else {
      sendText(res, 200, "application/json; charset=UTF-8", toReplyText(took, items));
    }
  };
}

function* unitsOf(
  bytes: Uint8Array,
  items: Item[],
  here: DeadLetterSource,
  context: HttpContext,
  counters: DecodeCounters,
): Generator<DecodedUnit> {
  for (const entry of parseBulk(bytes)) {
    const index = items.length;
    const source = entry.index === undefined ? here : { ...here, index: entry.index };
    items.push({ op: entry.op, source, refused: entry.refused });
    if (entry.refused === undefined && entry.document !== undefined) {
      yield* readUnits(index, entry.document, context.limits, counters);
    }
  }
}

function routeOf(req: Request): string {
  return req.params["index"] === undefined ? "/_bulk" : "/{index}/_bulk";
}

function toReply(item: Item): JsonObject {
  if (item.refused === undefined) return { [item.op]: { status: 201 } };
  const { status, type, reason } = item.refused;
  return { [item.op]: { status, error: { type, reason } } };
}

function toReplyText(took: number, items: readonly Item[]): string {
  const errors = items.some((item) => item.refused !== undefined);
  const texts = items.map((item) =>
    item.refused ? JSON.stringify(toReply(item)) : `{"${item.op}":{"status":201}}`,
  );
  return `{"took":${took},"errors":${errors},"items":[${texts.join(",")}]}`;
}

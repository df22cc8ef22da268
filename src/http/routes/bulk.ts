import type { Request, RequestHandler } from "express";
import { readBulk } from "../../decode/bulk.js";
import type { ByteWindow } from "../../decode/byte-window.js";
import { readUnits } from "../../decode/record.js";
import type { DecodeCounters, DecodedUnit } from "../../decode/types.js";
import type { DeadLetterSource } from "../../enrich/types.js";
import type { HttpContext } from "../context.js";
import { receive, sourceOf, tooManyRecords } from "../receive.js";
import { sendJsonPieces } from "../send.js";
import { BulkReply } from "./bulk-reply.js";
import { ingestOrRefuse } from "./ingest-or-refuse.js";

/**
 * `POST|PUT /_bulk` and `/{index}/_bulk`: OpenSearch's bulk endpoint, for shippers.
 *
 * The reply has one item for each action, in order, under the same op; an item without an error
 * carries only its status, because Fluent Bit sends the whole chunk again when a reply is over 512,000 bytes.
 */
export function bulkRoute(context: HttpContext): RequestHandler {
  return async (req, res) => {
    const started = performance.now();
    const received = await receive(req, context);
    try {
      const bulk = new BulkUnits(received.window, sourceOf(req, routeOf(req)), context);
      const { deadline, onHeld, onProgress } = received;
      await ingestOrRefuse(context, {
        units: bulk.units(),
        source: () => bulk.source,
        counters: bulk.counters,
        deadline,
        onHeld,
        onProgress,
        more: () => {
          received.hold(bulk.reply.bytes);
          return received.more();
        },
      });
      const took = Math.round(performance.now() - started);
      const filter = req.query["filter_path"];
      const pieces =
        typeof filter === "string" && filter !== ""
          ? bulk.reply.filteredText(took, filter)
          : bulk.reply.text(took);
      await sendJsonPieces(res, 200, pieces);
    } finally {
      received.close();
    }
  };
}

/** The actions of one request, taken one after the other. */
class BulkUnits {
  readonly reply = new BulkReply();
  readonly counters: DecodeCounters = { shipperFieldsDropped: 0 };
  /** Of the action that was taken last. */
  source: DeadLetterSource;

  constructor(
    private readonly window: ByteWindow,
    private readonly here: DeadLetterSource,
    private readonly context: HttpContext,
  ) {
    this.source = here;
  }

  *units(): Generator<DecodedUnit | undefined, void> {
    const { limits } = this.context;
    const { reply, here } = this;
    for (const entry of readBulk(this.window, { maxLookAheadBytes: limits.maxDocumentBytes })) {
      if (entry === undefined) {
        yield undefined;
        continue;
      }
      const index = reply.length;
      if (index >= limits.maxRecords) throw tooManyRecords(limits.maxRecords);
      if (this.source.index !== (entry.index ?? here.index)) {
        this.source = entry.index === undefined ? here : { ...here, index: entry.index };
      }
      reply.add(entry.op, entry.refused);
      if (entry.document !== undefined) {
        yield* readUnits(index, entry.document, limits, this.counters);
      }
    }
  }
}

function routeOf(req: Request): string {
  return req.params["index"] === undefined ? "/_bulk" : "/{index}/_bulk";
}

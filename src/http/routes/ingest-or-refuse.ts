import type { DecodeCounters } from "../../decode/types.js";
import { ApiError } from "../../lib/errors.js";
import { StoreUnavailableError } from "../../output/store.js";
import type { IngestCounts } from "../../lib/ingest-counts.js";
import type { IngestRequest } from "../../pipeline/ingest.js";
import type { HttpContext } from "../context.js";
import { shuttingDown } from "../receive.js";

const NONE: IngestCounts = {
  received: 0,
  stored: 0,
  duplicates: 0,
  dead_lettered: 0,
  spooled: 0,
  skipped: 0,
  refused: 0,
};

/**
 * Stores all of a request, or refuses all of it with 429 when the store stayed away for as long as a
 * request is held. Whatever part was stored by then is met again as a duplicate when the shipper sends it again.
 */
export async function ingestOrRefuse(
  context: HttpContext,
  request: Omit<IngestRequest, "onCounts"> & { readonly counters: DecodeCounters },
): Promise<IngestCounts> {
  const { route } = request.source(0);
  let counts = NONE;
  const onCounts = (all: IngestCounts): void => {
    counts = all;
    context.metrics.ingested(route, all);
  };
  try {
    await unlessStopped(context, context.pipeline.ingest({ ...request, onCounts }));
    return counts;
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    throw new ApiError("store_away", `${error.message} Nothing was acknowledged: send this again.`, {
      "retry-after": "5",
    });
  } finally {
    context.metrics.shipperFieldsDropped(request.counters.shipperFieldsDropped);
  }
}

/** A request that is held for a store that is away would hold up the shutdown: it is refused when that begins. */
function unlessStopped<T>(context: HttpContext, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onStop = (): void => {
      if (!context.pipeline.status().ready) reject(shuttingDown());
    };
    context.stop.addEventListener("abort", onStop);
    work.then(resolve, reject).finally(() => context.stop.removeEventListener("abort", onStop));
  });
}

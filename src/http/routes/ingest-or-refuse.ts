import type { DecodeCounters } from "../../decode/types.js";
import { ApiError } from "../../lib/errors.js";
import { StoreUnavailableError } from "../../output/store.js";
import type { IngestCounts, IngestRequest } from "../../pipeline/ingest.js";
import type { HttpContext } from "../context.js";

/**
 * Stores all of a request, or refuses all of it with 429 when the store stayed away for as long as a
 * request is held. Whatever part was stored by then is met again as a duplicate when the shipper sends it again.
 */
export async function ingestOrRefuse(
  context: HttpContext,
  request: Omit<IngestRequest, "onProgress"> & { readonly counters: DecodeCounters },
): Promise<IngestCounts> {
  let taken = 0;
  const onProgress = (units: number): void => {
    taken = units;
  };
  try {
    const counts = await context.pipeline.ingest({ ...request, onProgress });
    context.metrics.ingested(request.source.route, counts);
    return counts;
  } catch (error) {
    context.metrics.refused(request.source.route, taken);
    if (!(error instanceof StoreUnavailableError)) throw error;
    throw new ApiError("store_away", `${error.message} Nothing was acknowledged: send this again.`, {
      "retry-after": "5",
    });
  } finally {
    context.metrics.shipperFieldsDropped(request.counters.shipperFieldsDropped);
  }
}

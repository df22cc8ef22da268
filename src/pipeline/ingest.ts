import type { DecodedUnit } from "../decode/types.js";
import type { DeadLetterSource } from "../enrich/types.js";
import type { IngestCounts } from "../lib/ingest-counts.js";
import type { EventWrite, Store, StoreWrite, WriteOutcome } from "../output/store.js";
import type { Processor } from "./process.js";
import { createTurns } from "./turns.js";

export interface IngestRequest {
  /** Decoded lazily: a large body is never held as a list of documents. */
  readonly units: Iterable<DecodedUnit>;
  /** Where an item of the request came in, for its dead letter. */
  readonly source: (item: number) => DeadLetterSource;
  /** Milliseconds since the epoch until which the request may be held. */
  readonly deadline: number;
  /**
   * Told once, when all work on the request has ended, whether it succeeded or not. Of a request that fails, what was
   * made durable before is counted as such and will be met again as duplicates.
   */
  readonly onCounts: (counts: IngestCounts) => void;
}

/** Documents handed to the store at once. */
const SLICE_DOCUMENTS = 1000;
const SLICE_BYTES = 4 * 1024 * 1024;
/** Slices of one request in the store at a time: enough to keep it busy, few enough to bound memory. */
const SLICES_IN_FLIGHT = 4;

/**
 * Carries one request from decoded units to the store.
 *
 * Invariant: resolves only when every unit is durable (or skipped by design).
 * @throws what the store's `write` rejects with, after all slices in flight have ended.
 */
export async function ingest(
  request: IngestRequest,
  process: Processor,
  store: Store,
  onStored: (write: EventWrite) => void,
): Promise<void> {
  const flights = new Set<Promise<void>>();
  const counts = { stored: 0, duplicate: 0, dead_lettered: 0, spooled: 0 };
  let failure: { readonly error: unknown } | undefined;
  let skipped = 0;
  let units = 0;

  const send = (slice: StoreWrite[]): void => {
    const flight = store.write(slice, request.deadline).then(
      (outcomes: WriteOutcome[]) => {
        for (const [i, outcome] of outcomes.entries()) {
          counts[outcome]++;
          const write = slice[i];
          if (outcome === "stored" && write?.kind === "event") onStored(write);
        }
      },
      (error: unknown) => {
        failure ??= { error };
      },
    );
    flights.add(flight);
    void flight.then(() => flights.delete(flight));
  };

  let slice: StoreWrite[] = [];
  let sliceBytes = 0;
  const otherTurn = createTurns();
  try {
    for (const unit of request.units) {
      units++;
      if (unit.kind === "skipped") skipped++;
      else {
        const write = process.toWrite(unit, request.source(unit.item));
        slice.push(write);
        sliceBytes += write.raw.length;
      }
      if (slice.length >= SLICE_DOCUMENTS || sliceBytes >= SLICE_BYTES) {
        send(slice);
        slice = [];
        sliceBytes = 0;
        while (flights.size >= SLICES_IN_FLIGHT) await Promise.race(flights);
      }
      const turn = otherTurn();
      if (turn !== undefined) await turn;
      // The request will be refused whole: more work on it would be in vain. Cast: set in a callback.
      if (failure as unknown) break;
    }
    if (slice.length > 0 && !(failure as unknown)) send(slice);
  } finally {
    await Promise.all(flights);
    const { stored, duplicate, dead_lettered, spooled } = counts;
    const refused = units - stored - duplicate - dead_lettered - spooled - skipped;
    request.onCounts({
      received: units,
      stored,
      duplicates: duplicate,
      dead_lettered,
      spooled,
      skipped,
      refused,
    });
  }
  if (failure !== undefined) throw (failure as { error: unknown }).error;
}

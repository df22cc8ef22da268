import type { DecodedUnit } from "../decode/types.js";
import type { DeadLetterSource } from "../enrich/types.js";
import type { IngestCounts } from "../lib/ingest-counts.js";
import { limitOfDeadReason, type Limit } from "../lib/limits.js";
import {
  markBegun,
  StoreUnavailableError,
  type EventWrite,
  type Store,
  type StoreWrite,
  type WriteOutcome,
} from "../output/store.js";
import type { Processor } from "./process.js";
import { createTurns } from "./turns.js";

export interface IngestRequest {
  /**
   * Decoded lazily: a large body is never held as a list of documents. Undefined among them asks for `more` of the
   * body, which is awaited before the next is taken.
   */
  readonly units: Iterable<DecodedUnit | undefined>;
  readonly more?: () => Promise<void>;
  /** Where the item of the unit that was taken last came in, for its dead letter. */
  readonly source: (item: number) => DeadLetterSource;
  /** Milliseconds since the epoch until which the request may be held; asked for each part that is stored. */
  readonly deadline: number | (() => number);
  /** Told for how long no part could be taken, since those before it were not stored yet. */
  readonly onHeld?: (ms: number) => void;
  /** Told each time that a part was stored. */
  readonly onProgress?: () => void;
  /**
   * Told once, when all work on the request has ended, whether it succeeded or not. Of a request that fails, what was
   * made durable before is counted as such and will be met again as duplicates.
   */
  readonly onCounts: (counts: IngestCounts) => void;
}

export interface IngestObserver {
  stored(write: EventWrite): void;
  /** Once for each request. */
  limited(limit: Limit, documents: number): void;
}

/** Documents handed to the store at once. */
const SLICE_DOCUMENTS = 1000;
const SLICE_BYTES = 2 * 1024 * 1024;
/** Slices of one request in the store at a time: enough to keep it busy, few enough to bound memory. */
const SLICES_IN_FLIGHT = 4;
/** Past it no further slice is begun. A request never has more in flight than this and one slice, or one document. */
const BYTES_IN_FLIGHT = 6 * 1024 * 1024;

/**
 * Carries one request from decoded units to the store.
 *
 * Invariant: resolves only when every unit is durable (or skipped by design).
 * @throws what `more` or the store's `write` rejects with, after all slices in flight have ended.
 */
export async function ingest(
  request: IngestRequest,
  process: Processor,
  store: Store,
  observer: IngestObserver,
): Promise<void> {
  const { deadline } = request;
  const flights = new Set<Promise<void>>();
  const counts = { stored: 0, duplicate: 0, dead_lettered: 0, spooled: 0 };
  const limited = createLimitTally();
  let bytesInFlight = 0;
  let failure: { readonly error: unknown } | undefined;
  let skipped = 0;
  let units = 0;

  const deadlineNow = (): number => (typeof deadline === "number" ? deadline : deadline());
  let written = 0;
  /** Tries on where other slices got through meanwhile: the store is slow, not away. */
  const write = async (slice: readonly StoreWrite[]): Promise<WriteOutcome[]> => {
    let batch = slice;
    for (;;) {
      const before = written;
      try {
        return await store.write(batch, deadlineNow());
      } catch (error) {
        const again = error instanceof StoreUnavailableError && written > before;
        if (!again || failure !== undefined || deadlineNow() <= Date.now()) throw error;
        batch = markBegun(batch, error.begun);
      }
    }
  };
  const send = (slice: StoreWrite[], bytes: number): void => {
    bytesInFlight += bytes;
    const flight = write(slice).then(
      (outcomes: WriteOutcome[]) => {
        bytesInFlight -= bytes;
        written++;
        request.onProgress?.();
        for (const [i, outcome] of outcomes.entries()) {
          counts[outcome]++;
          const write = slice[i];
          if (outcome === "stored" && write?.kind === "event") observer.stored(write);
        }
      },
      (error: unknown) => {
        bytesInFlight -= bytes;
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
      if (unit === undefined) {
        if (request.more === undefined) throw new TypeError("More of a body is asked for than there is.");
        await request.more();
        if (failure as unknown) break;
        continue;
      }
      units++;
      if (unit.kind === "skipped") skipped++;
      else {
        if (unit.kind === "dead") limited.add(unit);
        const write = process.toWrite(unit, request.source(unit.item));
        slice.push(write);
        sliceBytes += write.raw.length;
      }
      if (slice.length >= SLICE_DOCUMENTS || sliceBytes >= SLICE_BYTES) {
        send(slice, sliceBytes);
        slice = [];
        sliceBytes = 0;
        const started = performance.now();
        while (flights.size >= SLICES_IN_FLIGHT || bytesInFlight >= BYTES_IN_FLIGHT) {
          await Promise.race(flights);
        }
        request.onHeld?.(performance.now() - started);
      }
      const turn = otherTurn();
      if (turn !== undefined) await turn;
      // The request will be refused whole: more work on it would be in vain. Cast: set in a callback.
      if (failure as unknown) break;
    }
    if (slice.length > 0 && !(failure as unknown)) send(slice, sliceBytes);
  } finally {
    await Promise.all(flights);
    const { stored, duplicate, dead_lettered, spooled } = counts;
    const refused = units - stored - duplicate - dead_lettered - spooled - skipped;
    limited.report(observer);
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

/** Counts documents that met a limit; the parts of one that is too large follow each other and are one. */
function createLimitTally() {
  const hits = new Map<Limit, number>();
  let tooLarge = -1;
  return {
    add(unit: Extract<DecodedUnit, { kind: "dead" }>): void {
      const limit = limitOfDeadReason(unit.reason.code);
      if (limit === undefined) return;
      if (limit === "max_document_bytes") {
        if (unit.item === tooLarge) return;
        tooLarge = unit.item;
      }
      hits.set(limit, (hits.get(limit) ?? 0) + 1);
    },
    report(observer: IngestObserver): void {
      for (const [limit, documents] of hits) observer.limited(limit, documents);
    },
  };
}

import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What became of documents that left the spool. */
export interface DrainedCounts {
  readonly stored: number;
  readonly duplicate: number;
  readonly dead_lettered: number;
}

export interface SpoolGauges {
  readonly bytes: number;
  readonly maxBytes: number;
  /** ms since the epoch; undefined when the spool is empty */
  readonly oldestAt: number | undefined;
  readonly accepting: boolean;
}

export interface SpoolMetrics {
  /** What was in the spool when it was opened: received by this process from its disk. */
  found(documents: number, setAside: number): void;
  drained(counts: DrainedCounts): void;
  /** Could not be read back; kept beside the spool. */
  setAside(documents: number, bytes: number): void;
  /** Found at the start in a spool that is switched off. */
  leftBehind(documents: number): void;
  synced(seconds: number): void;
  gauges(gauges: SpoolGauges): void;
}

/** Counters of all events, which those of the spool have to add up with. */
export interface EventCounters {
  readonly received: Counter<"route">;
  readonly stored: Counter;
  readonly duplicate: Counter;
  readonly deadLettered: Counter;
}

/**
 * Invariant: at every scrape received = stored + duplicate + dead_lettered + skipped + refused + spool_events +
 * spool_set_aside_events. A request is counted when all of it has ended, and a part of it may have left the spool by
 * then: what left waits in line here until as much was counted as received.
 *
 * @returns the metrics, and `spooled`, to be told of each request in the same breath as its other counts.
 */
export function createSpoolMetrics(
  registers: Registry[],
  events: EventCounters,
): { readonly metrics: SpoolMetrics; readonly spooled: (documents: number) => void } {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const inSpool = gauge("trailtag_spool_events", "Events that wait in the spool.");
  const bytes = gauge("trailtag_spool_bytes", "Bytes of the spool on disk.");
  const maxBytes = gauge("trailtag_spool_max_bytes", "Bytes that the spool may hold; 0 without a spool.");
  const oldest = gauge(
    "trailtag_spool_oldest_timestamp_seconds",
    "When the oldest events in the spool came, in seconds since the epoch; 0 when it is empty.",
  );
  const accepting = gauge("trailtag_spool_accepting", "1 when the spool takes events.");
  const spooled = counter("trailtag_events_spooled_total", "Events acknowledged from the spool.");
  const leftBehind = gauge(
    "trailtag_spool_left_behind_events",
    "Events in spool.dir at the start with spool.mode off: nothing stores them.",
  );
  const setAside = counter(
    "trailtag_spool_set_aside_events_total",
    "Events that could not be read back from the spool; their bytes are kept beside it.",
  );
  const setAsideBytes = counter(
    "trailtag_spool_set_aside_bytes_total",
    "Bytes that could not be read back from the spool and are kept beside it.",
  );
  const syncSeconds = new Histogram({
    name: "trailtag_spool_sync_seconds",
    help: "Time of writing to the spool and syncing it.",
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });

  let held = 0;
  let line: DrainedCounts[] = [];

  function settle(): void {
    let next = 0;
    for (const counts of line) {
      const documents = sum(counts);
      if (documents > held) break;
      held -= documents;
      events.stored.inc(counts.stored);
      events.duplicate.inc(counts.duplicate);
      events.deadLettered.inc(counts.dead_lettered);
      next++;
    }
    line = line.slice(next);
    inSpool.set(held);
  }

  return {
    metrics: {
      found(documents, setAsideAtOpen) {
        events.received.inc({ route: "spool" }, documents + setAsideAtOpen);
        setAside.inc(setAsideAtOpen);
        held += documents;
        settle();
      },
      drained(counts) {
        line.push(counts);
        settle();
      },
      setAside(documents, count) {
        setAsideBytes.inc(count);
        const known = Math.min(documents, held);
        setAside.inc(known);
        held -= known;
        inSpool.set(held);
      },
      leftBehind: (documents) => leftBehind.set(documents),
      synced: (seconds) => syncSeconds.observe(seconds),
      gauges(now) {
        bytes.set(now.bytes);
        maxBytes.set(now.maxBytes);
        oldest.set((now.oldestAt ?? 0) / 1000);
        accepting.set(now.accepting ? 1 : 0);
      },
    },
    spooled(documents) {
      spooled.inc(documents);
      held += documents;
      settle();
    },
  };
}

function sum(counts: DrainedCounts): number {
  return counts.stored + counts.duplicate + counts.dead_lettered;
}

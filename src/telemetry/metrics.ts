import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { DEAD_REASON_CODES, type DeadReasonCode } from "../lib/dead-reason.js";
import type { IngestCounts } from "../lib/ingest-counts.js";
import { packageVersion } from "../lib/package-version.js";
import { createLimitMetrics, type LimitMetrics } from "./limit-metrics.js";
import { createSecurityMetrics, type SecurityMetrics } from "./security-metrics.js";
import { createSpoolMetrics, type SpoolMetrics } from "./spool-metrics.js";

export interface Metrics {
  /** Reported by the store, once per bulk request. */
  readonly store: {
    bulk(result: "ok" | "retried" | "failed", documents: number, seconds: number): void;
    retried(reason: string, documents: number): void;
    reshaped(documents: number): void;
    deadLettered(reason: DeadReasonCode, documents: number): void;
    concurrency(limit: number): void;
  };
  readonly spool: SpoolMetrics;
  readonly security: SecurityMetrics;
  readonly limits: LimitMetrics;
  request(route: string, status: number, seconds: number): void;
  ingested(route: string, counts: IngestCounts): void;
  ruleHits(ruleId: string, events: number): void;
  ruleErrors(ruleId: string, events: number): void;
  suppressedHits(ruleId: string, exceptionId: string, events: number): void;
  shipperFieldsDropped(fields: number): void;
  rules(loaded: number, refused: number): void;
  lists(loaded: number): void;
  exceptions(counts: { readonly active: number; readonly expired: number }): void;
  reload(ok: boolean): void;
  /** The rules now in force were read. @param now ms since the epoch */
  reloaded(now: number): void;
  inFlight(bytes: number): void;
  /** @param store whether the store takes writes, whatever the spool does */
  ready(ready: boolean, store: boolean): void;
  /** Prometheus text format. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Each app has a registry of its own, so that several can live in one process. docs/reference/metrics.md is the contract. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });

  const requests = counter(
    "trailtag_requests_total",
    "Requests answered, by route and status.",
    "route",
    "status",
  );
  const requestSeconds = new Histogram({
    name: "trailtag_request_seconds",
    help: "Time from a request's first byte to its answer.",
    labelNames: ["route"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 50],
    registers,
  });
  const received = counter("trailtag_events_received_total", "Events received, by route.", "route");
  const stored = counter("trailtag_events_stored_total", "Events newly stored.");
  const duplicate = counter("trailtag_events_duplicate_total", "Events that were stored before.");
  const deadLettered = counter("trailtag_events_dead_lettered_total", "Documents stored as dead letters.");
  const deadLetters = counter("trailtag_dead_letters_total", "Dead letters, by reason.", "reason");
  // Series that are there from the start: a rate over the first one of a reason would be none.
  for (const reason of DEAD_REASON_CODES) deadLetters.inc({ reason }, 0);
  const skipped = counter(
    "trailtag_events_skipped_total",
    "Pieces without events: digests, control messages.",
  );
  const refused = counter(
    "trailtag_events_refused_total",
    "Documents of requests refused whole that were not stored before the refusal; the shipper keeps them.",
  );
  const hits = counter(
    "trailtag_rule_hits_total",
    "Events newly stored with the rule's tag, by rule.",
    "rule_id",
  );
  const errors = counter("trailtag_rule_errors_total", "Events on which a rule failed, by rule.", "rule_id");
  const suppressed = counter(
    "trailtag_suppressed_hits_total",
    "Hits on newly stored events that an exception took away, by rule and exception.",
    "rule_id",
    "exception_id",
  );
  const dropped = counter(
    "trailtag_shipper_fields_dropped_total",
    "Wrapper fields too many or too large to keep.",
  );
  const bulks = counter("trailtag_store_bulks_total", "Bulk requests to the store, by result.", "result");
  const bulkDocuments = counter(
    "trailtag_store_documents_total",
    "Documents in those bulks, by result.",
    "result",
  );
  const bulkSeconds = new Histogram({
    name: "trailtag_store_bulk_seconds",
    help: "Time of one bulk request to the store.",
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  const retried = counter(
    "trailtag_store_retried_documents_total",
    "Documents sent again, by reason.",
    "reason",
  );
  const reshaped = counter("trailtag_store_reshaped_total", "Documents stored in their safest form.");
  const concurrency = gauge(
    "trailtag_store_concurrency",
    "Bulk requests to the store that may be under way at once, as found out.",
  );
  const rulesLoaded = gauge("trailtag_rules_loaded", "Rules in force.");
  const rulesRefused = gauge(
    "trailtag_rules_refused",
    "Errors in rules, lists and exceptions of the set in force; what has one is not loaded.",
  );
  const listsLoaded = gauge("trailtag_lists_loaded", "Named lists in force.");
  const exceptions = new Gauge({
    name: "trailtag_exceptions",
    help: "Exceptions loaded, by whether they apply or have expired.",
    labelNames: ["state"],
    registers,
  });
  const reloads = counter("trailtag_reloads_total", "Reloads of the rules, by result.", "result");
  const reloadOk = gauge(
    "trailtag_last_reload_successful",
    "1 when the last reload, or the start, put what it read in force; 0 when it was refused.",
  );
  const reloadedAt = gauge(
    "trailtag_last_reload_success_timestamp_seconds",
    "When the rules in force were read, in seconds since the epoch.",
  );
  const inFlight = gauge("trailtag_in_flight_bytes", "Bytes of all requests being worked on.");
  new Gauge({
    name: "trailtag_build_info",
    help: "Always 1; its label tells the version.",
    labelNames: ["version"],
    registers,
  }).set({ version: packageVersion() }, 1);
  const ready = gauge(
    "trailtag_ready",
    "1 when requests are accepted and the store or the spool takes writes.",
  );
  const storeReady = gauge("trailtag_store_ready", "1 when the store itself takes writes.");
  const spool = createSpoolMetrics(registers, { received, stored, duplicate, deadLettered });

  return {
    store: {
      bulk: (result, documents, seconds) => {
        bulks.inc({ result });
        bulkDocuments.inc({ result }, documents);
        bulkSeconds.observe(seconds);
      },
      retried: (reason, documents) => retried.inc({ reason }, documents),
      reshaped: (documents) => reshaped.inc(documents),
      deadLettered: (reason, documents) => deadLetters.inc({ reason }, documents),
      concurrency: (limit) => concurrency.set(limit),
    },
    spool: spool.metrics,
    security: createSecurityMetrics(registry),
    limits: createLimitMetrics(registers),
    request: (route, status, seconds) => {
      requests.inc({ route, status: String(status) });
      requestSeconds.observe({ route }, seconds);
    },
    ingested: (route, counts) => {
      received.inc({ route }, counts.received);
      stored.inc(counts.stored);
      duplicate.inc(counts.duplicates);
      deadLettered.inc(counts.dead_lettered);
      skipped.inc(counts.skipped);
      refused.inc(counts.refused);
      spool.spooled(counts.spooled);
    },
    ruleHits: (rule_id, events) => hits.inc({ rule_id }, events),
    ruleErrors: (rule_id, events) => errors.inc({ rule_id }, events),
    suppressedHits: (rule_id, exception_id, events) => suppressed.inc({ rule_id, exception_id }, events),
    shipperFieldsDropped: (fields) => dropped.inc(fields),
    rules: (loaded, refusedRules) => {
      rulesLoaded.set(loaded);
      rulesRefused.set(refusedRules);
    },
    lists: (loaded) => listsLoaded.set(loaded),
    exceptions: ({ active, expired }) => {
      exceptions.set({ state: "active" }, active);
      exceptions.set({ state: "expired" }, expired);
    },
    reload: (ok) => {
      reloads.inc({ result: ok ? "ok" : "refused" });
      reloadOk.set(ok ? 1 : 0);
    },
    reloaded: (now) => {
      reloadOk.set(1);
      reloadedAt.set(now / 1000);
    },
    inFlight: (bytes) => inFlight.set(bytes),
    ready: (isReady, storeIsReady) => {
      ready.set(isReady ? 1 : 0);
      storeReady.set(storeIsReady ? 1 : 0);
    },
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

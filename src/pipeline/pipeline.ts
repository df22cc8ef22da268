import type { Config } from "../config/types.js";
import type { DecodedUnit } from "../decode/types.js";
import type { DeadLetterSource } from "../enrich/types.js";
import { systemClock } from "../lib/clock.js";
import type { AlertTriage } from "../output/alert-triage.js";
import type { StoreLog } from "../output/store.js";
import type { Rule } from "../rules/ir.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import { createByteBudget, type ByteBudget } from "./byte-budget.js";
import { ingest, type IngestRequest } from "./ingest.js";
import { createHitCounts } from "./hit-counts.js";
import { openStore } from "./open-store.js";
import { createProcessor, type Processor } from "./process.js";
import { toRuleListing, type RuleListing } from "./rule-listing.js";
import { toRuleSources, type RuleState } from "./rule-state.js";
import { createRulesInForce, type ExceptionCounts, type ReloadResult } from "./rules-in-force.js";
import { simulate, type Simulation } from "./simulate.js";
import { toSpoolView, type SpoolView } from "./spool-view.js";

/** All of TrailTag behind the HTTP surface: rules, processing, store. */
export interface Pipeline {
  readonly budget: ByteBudget;
  /** For people who work on alerts. */
  readonly alerts: AlertTriage;
  /** @throws StoreUnavailableError when the store took no writes up to the deadline. */
  ingest(request: IngestRequest): Promise<void>;
  simulate(units: Iterable<DecodedUnit>, source: DeadLetterSource): Promise<Simulation>;
  rules(): RuleListing;
  /** How much is in force; the whole of it is in `rules`. */
  loaded(): LoadedCounts;
  /** Reads rules, lists and exceptions again. With errors that were not there before, those in force stay. */
  reload(): Promise<ReloadResult>;
  status(): PipelineStatus;
  /** Tells the metrics what is so just now: before each scrape. */
  observe(): void;
  start(): Promise<void>;
  /** From now on nothing waits for a store that is away: it goes to the spool, or is refused. */
  beginStopping(): void;
  /** Goes on emptying the spool, at most until `deadline` (ms since the epoch). @returns how many documents are left in it */
  drain(deadline: number): Promise<number>;
  /** Resolves when every alert is derived from its stored events. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface PipelineStatus {
  /** Whether what is sent has a chance: the store or the spool takes writes. */
  readonly ready: boolean;
  readonly message: string;
  readonly store: { readonly ready: boolean; readonly message: string };
  readonly spool: SpoolView;
}

export interface LoadedCounts {
  readonly rules: number;
  readonly lists: number;
  readonly exceptions: ExceptionCounts;
  readonly ruleset: string;
}

export interface PipelineOptions {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
}

const DAY_MS = 86_400_000;

/** @throws SpoolUnusableError */
export async function createPipeline({ config, log, metrics }: PipelineOptions): Promise<Pipeline> {
  const clock = systemClock;
  const inForce = await createRulesInForce({ sources: toRuleSources(config), log, metrics, clock });
  const ruleById = (id: string): Rule | undefined => inForce.current().byId.get(id);
  const storeLog: StoreLog = (level, message, fields) => log[level](message, fields);
  const counts = createHitCounts(metrics);
  const opened = await openStore(config, {
    log: storeLog,
    metrics: metrics.store,
    spoolMetrics: metrics.spool,
    ruleById,
    onDrained: (writes, outcomes) => {
      for (const [i, write] of writes.entries()) {
        if (outcomes[i] === "stored" && write.kind === "event") counts.add(write);
      }
      counts.report(inForce.current());
    },
  });
  const { store, alerts } = opened;
  const maxAgeMs = config.events.max_age_days * DAY_MS;

  /** Invariant: one request meets one set of rules, whatever is reloaded while it runs. */
  async function withRules<T>(run: (process: Processor, state: RuleState) => Promise<T>): Promise<T> {
    const state = inForce.current();
    try {
      return await run(createProcessor({ rules: state, maxAgeMs, clock }), state);
    } finally {
      counts.report(state);
    }
  }

  return {
    budget: createByteBudget(
      config.limits.in_flight_bytes,
      (used) => metrics.inFlight(used),
      (requests) => metrics.limits.waiting(requests),
    ),
    alerts,
    ingest: (request) =>
      withRules((process) =>
        ingest(request, process, store, {
          stored: (write) => counts.add(write),
          limited: (limit, documents) => metrics.limits.hit(limit, documents),
        }),
      ),
    simulate: (units, source) =>
      withRules((process, { byId }) => simulate(units, source, process, (id) => byId.get(id), clock)),
    rules: () => toRuleListing(inForce.current(), clock()),
    loaded() {
      const { loaded, lists } = inForce.current();
      const { rules, ruleset } = loaded;
      return { rules: rules.length, lists: lists.size, exceptions: inForce.exceptionCounts(), ruleset };
    },
    reload: () => inForce.reload(),
    status() {
      const spool = opened.spoolStatus();
      return { ...opened.status(), spool: spool === undefined ? { mode: "off" } : toSpoolView(spool) };
    },
    observe() {
      const spool = opened.spoolStatus();
      if (spool !== undefined) metrics.spool.gauges(spool);
    },
    start: () => store.start(),
    beginStopping: () => opened.hurry(),
    async drain(deadline) {
      await opened.untilDrained(deadline);
      return opened.spoolStatus()?.documents ?? 0;
    },
    settle: () => store.settle(),
    close: () => store.close(),
  };
}

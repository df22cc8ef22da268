import type { Config } from "../config/types.js";
import type { DecodedUnit } from "../decode/types.js";
import type { DeadLetterSource } from "../enrich/types.js";
import { systemClock } from "../lib/clock.js";
import type { StoreLog } from "../output/store.js";
import type { Rule } from "../rules/ir.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import { createByteBudget, type ByteBudget } from "./byte-budget.js";
import { createStore } from "./create-store.js";
import { ingest, type IngestRequest } from "./ingest.js";
import { createHitCounts } from "./hit-counts.js";
import { createProcessor, type Processor } from "./process.js";
import { toRuleListing, type RuleListing } from "./rule-listing.js";
import { toRuleSources, type RuleState } from "./rule-state.js";
import { createRulesInForce, type ExceptionCounts, type ReloadResult } from "./rules-in-force.js";
import { simulate, type Simulation } from "./simulate.js";

/** All of TrailTag behind the HTTP surface: rules, processing, store. */
export interface Pipeline {
  readonly budget: ByteBudget;
  /** @throws StoreUnavailableError when the store took no writes up to the deadline. */
  ingest(request: IngestRequest): Promise<void>;
  simulate(units: Iterable<DecodedUnit>, source: DeadLetterSource): Promise<Simulation>;
  rules(): RuleListing;
  /** How much is in force; the whole of it is in `rules`. */
  loaded(): LoadedCounts;
  /** Reads rules, lists and exceptions again. With errors that were not there before, those in force stay. */
  reload(): Promise<ReloadResult>;
  status(): { readonly ready: boolean; readonly message: string };
  start(): Promise<void>;
  /** Resolves when every alert is derived from its stored events. */
  settle(): Promise<void>;
  close(): Promise<void>;
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

export async function createPipeline({ config, log, metrics }: PipelineOptions): Promise<Pipeline> {
  const clock = systemClock;
  const inForce = await createRulesInForce({ sources: toRuleSources(config), log, metrics, clock });
  const ruleById = (id: string): Rule | undefined => inForce.current().byId.get(id);
  const storeLog: StoreLog = (level, message, fields) => log[level](message, fields);
  const store = createStore(config, { log: storeLog, metrics: metrics.store, ruleById });
  const counts = createHitCounts(metrics);
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
    budget: createByteBudget(config.limits.in_flight_bytes, (used) => metrics.inFlight(used)),
    ingest: (request) =>
      withRules((process) => ingest(request, process, store, (write) => counts.add(write))),
    simulate: (units, source) =>
      withRules((process, { byId }) => simulate(units, source, process, (id) => byId.get(id), clock)),
    rules: () => toRuleListing(inForce.current(), clock()),
    loaded() {
      const { loaded, lists } = inForce.current();
      const { rules, ruleset } = loaded;
      return { rules: rules.length, lists: lists.size, exceptions: inForce.exceptionCounts(), ruleset };
    },
    reload: () => inForce.reload(),
    status: () => store.status(),
    start: () => store.start(),
    settle: () => store.settle(),
    close: () => store.close(),
  };
}

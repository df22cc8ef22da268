import type { Config } from "../config/types.js";
import type { DecodedUnit } from "../decode/types.js";
import type { DeadLetterSource } from "../enrich/types.js";
import { systemClock } from "../lib/clock.js";
import type { Diagnostic } from "../lib/diagnostics.js";
import type { IngestCounts } from "../lib/ingest-counts.js";
import type { JsonObject } from "../lib/json.js";
import type { StoreLog } from "../output/store.js";
import type { Rule } from "../rules/ir.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import { createByteBudget, type ByteBudget } from "./byte-budget.js";
import { createStore } from "./create-store.js";
import { ingest, type IngestRequest } from "./ingest.js";
import { createProcessor } from "./process.js";
import { loadRuleState, type RuleState } from "./rule-state.js";
import { simulate, type Simulation } from "./simulate.js";

/** All of TrailTag behind the HTTP surface: rules, processing, store. */
export interface Pipeline {
  readonly budget: ByteBudget;
  /** @throws StoreUnavailableError when the store took no writes up to the deadline. */
  ingest(request: IngestRequest): Promise<IngestCounts>;
  simulate(units: Iterable<DecodedUnit>, source: DeadLetterSource): Promise<Simulation>;
  rules(): RuleListing;
  /** Reads the rules again. With a refused rule among them the rules in force stay. */
  reload(): Promise<{ readonly ok: boolean; readonly diagnostics: readonly Diagnostic[] }>;
  status(): { readonly ready: boolean; readonly message: string };
  start(): Promise<void>;
  /** Resolves when every alert is derived from its stored events. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface RuleListing extends JsonObject {
  readonly rules: readonly JsonObject[];
  readonly refused: readonly (Diagnostic & JsonObject)[];
  /** What somebody should look at in rules that are in force all the same. */
  readonly warnings: readonly (Diagnostic & JsonObject)[];
  /** Hash of the rules in force; events carry it as `detection.ruleset`. */
  readonly ruleset: string;
}

export interface PipelineOptions {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
}

const DAY_MS = 86_400_000;

export async function createPipeline({ config, log, metrics }: PipelineOptions): Promise<Pipeline> {
  let state = await loadRuleState(config.rules);
  announce(state, metrics);
  const ruleById = (id: string): Rule | undefined => state.byId.get(id);
  const storeLog: StoreLog = (level, message, fields) => log[level](message, fields);
  const store = createStore(config, { log: storeLog, metrics: metrics.store, ruleById });
  const hits = new Map<string, number>();
  /** The engine counts from its compilation on; metrics want what is new. */
  let errorsTold = new Map<string, number>();
  const processor = createProcessor({
    rules: () => state,
    maxAgeMs: config.events.max_age_days * DAY_MS,
    clock: systemClock,
  });
  let reloading: Promise<unknown> = Promise.resolve();

  /** Telemetry once per request, never per event. */
  const reportHits = (): void => {
    for (const [ruleId, events] of hits) metrics.ruleHits(ruleId, events);
    hits.clear();
    for (const [ruleId, events] of state.engine.errors) {
      const told = errorsTold.get(ruleId) ?? 0;
      if (events > told) metrics.ruleErrors(ruleId, events - told);
      errorsTold.set(ruleId, events);
    }
  };

  return {
    budget: createByteBudget(config.limits.in_flight_bytes, (used) => metrics.inFlight(used)),
    ingest: async (request) => {
      try {
        return await ingest(request, processor, store, ({ ruleIds }) => count(hits, ruleIds));
      } finally {
        reportHits();
      }
    },
    simulate: (units, source) => simulate(units, source, processor, ruleById, systemClock),
    rules: () => toListing(state),
    reload: () => {
      // One after the other: two at once could leave the older rules in force.
      const next = reloading.then(reload);
      reloading = next.catch(() => undefined);
      return next;
    },
    status: () => store.status(),
    start: () => store.start(),
    settle: () => store.settle(),
    close: () => store.close(),
  };

  async function reload() {
    const next = await loadRuleState(config.rules);
    const ok = !next.loaded.diagnostics.some((d) => d.severity === "error");
    metrics.reload(ok);
    if (ok) {
      state = next;
      errorsTold = new Map();
      announce(state, metrics);
      log.info("The rules were read again.", {
        rules: next.loaded.rules.length,
        ruleset: next.loaded.ruleset,
      });
    } else {
      log.error("The rules were read again and a rule was refused; the rules in force stay.", {
        diagnostics: next.loaded.diagnostics.filter((d) => d.severity === "error"),
      });
    }
    return { ok, diagnostics: next.loaded.diagnostics };
  }
}

function announce({ loaded }: RuleState, metrics: Metrics): void {
  metrics.rules(loaded.rules.length, refusedOf(loaded.diagnostics).length);
}

function refusedOf(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter((d) => d.severity === "error");
}

function count(hits: Map<string, number>, ruleIds: readonly string[]): void {
  for (const id of ruleIds) hits.set(id, (hits.get(id) ?? 0) + 1);
}

function toListing({ loaded }: RuleState): RuleListing {
  const rules = loaded.rules.map((rule) => ({
    id: rule.id,
    name: rule.name,
    kind: rule.kind,
    severity: rule.severity,
    risk_score: rule.riskScore,
    file: rule.file,
    description: rule.description ?? null,
    tags: rule.tags,
    attack: rule.attack.map(({ tactic, technique }) => ({
      tactic: tactic ?? null,
      technique: technique ?? null,
    })),
    tests: rule.tests.length,
  }));
  const refused = refusedOf(loaded.diagnostics) as (Diagnostic & JsonObject)[];
  const warnings = loaded.diagnostics.filter((d) => d.severity === "warning") as (Diagnostic & JsonObject)[];
  return { rules, refused, warnings, ruleset: loaded.ruleset };
}

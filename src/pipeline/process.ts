import type { DecodedUnit } from "../decode/types.js";
import type { DeadLetterSource } from "../enrich/types.js";
import { normalise } from "../event/normalise.js";
import type { Clock } from "../lib/clock.js";
import type { StoreWrite } from "../output/store.js";
import type { RuleState } from "./rule-state.js";

/** A decoded unit that holds something to store. */
export type StorableUnit = Exclude<DecodedUnit, { kind: "skipped" }>;

/** Turns decoded units into writes with one set of rules: normalise, match, tag. Pure but for the clock. */
export interface Processor {
  toWrite(unit: StorableUnit, source: DeadLetterSource): StoreWrite;
}

export interface ProcessorOptions {
  readonly rules: Pick<RuleState, "engine" | "tagger">;
  readonly maxAgeMs: number;
  readonly clock: Clock;
}

/** How far ahead of this machine's clock an event may be. */
const FUTURE_MS = 3_600_000;

export function createProcessor(options: ProcessorOptions): Processor {
  const { engine, tagger } = options.rules;
  return {
    toWrite(unit, source) {
      if (unit.kind === "dead") {
        const { reason, raw, part } = unit;
        return { kind: "dead_letter", reason, raw, source, ...(part === undefined ? {} : { part }) };
      }
      const now = options.clock();
      const limits = { now, maxAgeMs: options.maxAgeMs, futureMs: FUTURE_MS };
      const normalised = normalise(unit.record, limits);
      if (normalised.kind === "dead") {
        return { kind: "dead_letter", reason: normalised.reason, raw: unit.record.raw, source };
      }
      const matches = engine.evaluate(normalised.event.record, now);
      return tagger.tag(normalised.event, matches, source);
    },
  };
}

import { foldAlerts } from "../correlate/fold.js";
import type { DecodedUnit } from "../decode/types.js";
import { toDeadLetters } from "../enrich/dead-letter.js";
import type { DeadLetterSource, EventDocument } from "../enrich/types.js";
import type { Clock } from "../lib/clock.js";
import type { JsonObject } from "../lib/json.js";
import type { Rule } from "../rules/ir.js";
import type { Processor } from "./process.js";

/** Tagged documents, alerts and dead letters, as they would be stored. */
export interface Simulation extends JsonObject {
  /** In input order. */
  readonly events: readonly JsonObject[];
  /** In the order in which the events first raise them. */
  readonly alerts: readonly JsonObject[];
  /** In input order. */
  readonly dead_letters: readonly JsonObject[];
}

/** Runs units through the same steps as `ingest`, up to the store. */
export function simulate(
  units: Iterable<DecodedUnit>,
  source: DeadLetterSource,
  process: Processor,
  ruleById: (id: string) => Rule | undefined,
  clock: Clock,
): Simulation {
  const events: EventDocument[] = [];
  const dead: unknown[] = [];
  for (const unit of units) {
    if (unit.kind === "skipped") continue;
    const write = process.toWrite(unit, source);
    if (write.kind === "event") events.push(JSON.parse(write.document) as EventDocument);
    else {
      const letters = toDeadLetters(write.reason, write.raw, write.source, clock(), Number.MAX_SAFE_INTEGER);
      dead.push(...letters.map(({ document }) => document));
    }
  }
  const order = events.flatMap((event) => event.detection.alert_ids);
  const alerts = foldAlerts(events, ruleById, clock()).sort(
    (a, b) => order.indexOf(a.alert.id) - order.indexOf(b.alert.id),
  );
  return {
    events: events as unknown as JsonObject[],
    alerts: alerts as unknown as JsonObject[],
    dead_letters: dead as JsonObject[],
  };
}

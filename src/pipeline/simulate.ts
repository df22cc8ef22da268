import { foldAlerts } from "../correlate/fold.js";
import type { DecodedUnit } from "../decode/types.js";
import { toDeadLetters } from "../enrich/dead-letter.js";
import type { AlertDocument, DeadLetterSource, EventDocument } from "../enrich/types.js";
import type { Clock } from "../lib/clock.js";
import type { JsonObject } from "../lib/json.js";
import type { Rule } from "../rules/ir.js";
import type { Processor } from "./process.js";
import { createTurns } from "./turns.js";

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
export async function simulate(
  units: Iterable<DecodedUnit>,
  source: DeadLetterSource,
  process: Processor,
  ruleById: (id: string) => Rule | undefined,
  clock: Clock,
): Promise<Simulation> {
  const events: EventDocument[] = [];
  const dead: unknown[] = [];
  const otherTurn = createTurns();
  for (const unit of units) {
    const turn = otherTurn();
    if (turn !== undefined) await turn;
    if (unit.kind === "skipped") continue;
    const write = process.toWrite(unit, source);
    if (write.kind === "event") events.push(JSON.parse(write.document) as EventDocument);
    else {
      const letters = toDeadLetters(write, clock(), Number.MAX_SAFE_INTEGER);
      dead.push(...letters.map(({ document }) => document));
    }
  }
  // The first place of each: a later entry of the same id does not win, since they go in backwards.
  const ids = events.flatMap((event) => event.detection.alert_ids);
  const place = new Map(ids.map((id, i) => [id, i] as const).reverse());
  const placeOf = ({ alert }: AlertDocument): number => place.get(alert.id) ?? 0;
  const alerts = foldAlerts(events, ruleById, clock()).sort((a, b) => placeOf(a) - placeOf(b));
  return {
    events: events as unknown as JsonObject[],
    alerts: alerts as unknown as JsonObject[],
    dead_letters: dead as JsonObject[],
  };
}

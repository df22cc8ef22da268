import { createHash } from "node:crypto";
import type { AlertDocument, DeadLetterDocument } from "../../enrich/types.js";
import type { DeadReasonCode } from "../../lib/dead-reason.js";
import { isJsonObject, type JsonObject } from "../../lib/json.js";
import type { DeadLetterWrite, EventWrite, StoreWrite, WriteOutcome } from "../store.js";

/** One document on its way to a file. */
export interface PlannedLine {
  readonly id: string;
  /** With its line break. */
  readonly bytes: Buffer;
}

/** What a group of writes adds to the files. Nothing of it is on disk yet. */
export interface CommitPlan {
  readonly events: PlannedLine[];
  readonly deadLetters: PlannedLine[];
  readonly alerts: AlertDocument[];
  /** Works out one batch. After an error, what the batch had added is taken back. */
  add(batch: readonly StoreWrite[]): Promise<WriteOutcome[]>;
}

export interface PlanOptions {
  /** The stored document's text, undefined when no event has that id. */
  readonly readEvent: (id: string) => Promise<string | undefined>;
  readonly hasDeadLetter: (id: string) => boolean;
  readonly sameRecord: (stored: JsonObject, incoming: JsonObject) => boolean;
  readonly toDeadLetters: (write: DeadLetterWrite) => readonly DeadLetterDocument[];
}

export function createCommitPlan(options: PlanOptions): CommitPlan {
  const events: PlannedLine[] = [];
  const deadLetters: PlannedLine[] = [];
  const alerts: AlertDocument[] = [];
  const plannedEvents = new Map<string, string>();
  const plannedDead = new Set<string>();

  async function addEvent(write: EventWrite): Promise<WriteOutcome> {
    const stored = plannedEvents.get(write.id) ?? (await options.readEvent(write.id));
    if (stored === undefined) {
      // A caller's fault must show here: once the event is on disk, it can no longer be refused.
      if (write.document.includes("\n")) throw new TypeError(`Event ${write.id} is not on one line.`);
      for (const { alert } of write.alerts) {
        if (alert.count === 1 && alert.event_ids.length === 1) continue;
        throw new TypeError(`Alert ${alert.id} of event ${write.id} must count that one event.`);
      }
      plannedEvents.set(write.id, write.document);
      events.push({ id: write.id, bytes: Buffer.from(`${write.document}\n`) });
      alerts.push(...write.alerts);
      return "stored";
    }
    if (options.sameRecord(parseObject(stored), parseObject(write.document))) return "duplicate";
    const message = `Another event with the id ${write.id} is stored already, with a different content.`;
    const { raw, source } = write;
    return addDeadLetter({ kind: "dead_letter", reason: { code: "id_collision", message }, raw, source });
  }

  function addDeadLetter(write: DeadLetterWrite): WriteOutcome {
    const id = write.part?.id ?? deadLetterId([write.raw]);
    if (options.hasDeadLetter(id) || plannedDead.has(id)) return "dead_lettered";
    plannedDead.add(id);
    // All chunks in one line group: they are read back as neighbours.
    const text = options.toDeadLetters(write).map((document) => `${JSON.stringify(document)}\n`);
    deadLetters.push({ id, bytes: Buffer.from(text.join("")) });
    return "dead_lettered";
  }

  return {
    events,
    deadLetters,
    alerts,
    async add(batch) {
      const before = { events: events.length, deadLetters: deadLetters.length, alerts: alerts.length };
      try {
        const outcomes: WriteOutcome[] = [];
        for (const write of batch) {
          outcomes.push(write.kind === "event" ? await addEvent(write) : addDeadLetter(write));
        }
        return outcomes;
      } catch (error) {
        for (const { id } of events.splice(before.events)) plannedEvents.delete(id);
        for (const { id } of deadLetters.splice(before.deadLetters)) plannedDead.delete(id);
        alerts.length = before.alerts;
        throw error;
      }
    },
  };
}

/** Why the writes that ended as dead letters did. */
export function deadReasonsOf(
  batch: readonly StoreWrite[],
  outcomes: readonly WriteOutcome[],
): readonly DeadReasonCode[] {
  return batch.flatMap((write, position) => {
    if (outcomes[position] !== "dead_lettered") return [];
    // Files take whatever there is: an event is refused by another one alone.
    return [write.kind === "event" ? "id_collision" : write.reason.code];
  });
}

/** The id of a dead letter: a hash of the bytes, whatever chunks they are kept in. */
export function deadLetterId(pieces: Iterable<Uint8Array>): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("base64");
}

function parseObject(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new TypeError("An event document must be a JSON object.");
  return value;
}

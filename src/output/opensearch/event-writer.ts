import type { AlertDocument } from "../../enrich/types.js";
import { isJsonObject, own, type JsonObject } from "../../lib/json.js";
import type { DeadPart } from "../../lib/dead-part.js";
import type { DeadReason, DeadReasonCode } from "../../lib/dead-reason.js";
import {
  StoreUnavailableError,
  type EventWrite,
  type StoreMetrics,
  type StoreWrite,
  type WriteOutcome,
} from "../store.js";
import { pauseBeforeRound } from "./backoff.js";
import { type BatchQueue } from "./batch-queue.js";
import { UnsettledError, type Settled } from "./verdict.js";
import type { BulkItem, BulkResult } from "./bulk-sender.js";
import type { DocumentKey, StoredDocument } from "./document-reader.js";
import type { IndexMaker } from "./index-maker.js";
import type { IndexNames } from "./index-names.js";

/** A dead letter ready to be stored: several for bytes that are split into chunks. */
export interface DeadLetter {
  /** Hash of the bytes (and chunk number): the same bytes are the same dead letter. */
  readonly id: string;
  readonly document: JsonObject | object;
}

export interface EventRules {
  /** The alerts that a stored event raises, from its own hits and nothing else. */
  alertsOf(stored: JsonObject): readonly AlertDocument[];
  /** Whether two event documents carry the same CloudTrail record. */
  sameRecord(written: JsonObject, stored: JsonObject): boolean;
  toDeadLetters(write: {
    reason: DeadReason;
    raw: Uint8Array;
    source: StoreWrite["source"];
    part?: DeadPart | undefined;
  }): readonly DeadLetter[];
}

export interface EventWriterOptions extends EventRules {
  readonly names: IndexNames;
  readonly maker: Pick<IndexMaker, "ensure" | "forget" | "target">;
  readonly bulk: BatchQueue<BulkItem, BulkResult>;
  readonly reader: BatchQueue<DocumentKey & { readonly size: number }, StoredDocument | undefined>;
  readonly metrics?: Pick<StoreMetrics, "reshaped" | "retried">;
}

export interface WrittenEvents {
  readonly outcomes: WriteOutcome[];
  /** Of the events stored now and of the duplicates: each of these alerts has to be marked. */
  readonly alerts: readonly AlertDocument[];
  /** Of each write that ended as a dead letter. */
  readonly deadReasons: readonly DeadReasonCode[];
}

/** One document on its way in, and for which write of the batch it stands. */
interface Attempt {
  readonly position: number;
  readonly write: StoreWrite;
  readonly stage: "document" | "safe" | "dead";
  readonly index: string;
  readonly id: string;
  readonly body: string;
  /** With stage `dead`. */
  readonly reason?: DeadReasonCode;
}

/**
 * Stores the documents of one batch, each until it is durable: as it is, else in its safe form, else as a dead
 * letter. An id that is taken is read back and is either the same record (a duplicate) or a collision.
 */
export function createEventWriter(options: EventWriterOptions) {
  const { names, maker, bulk, reader } = options;

  return async function writeEvents(batch: readonly StoreWrite[], deadline: number): Promise<WrittenEvents> {
    const outcomes = new Array<WriteOutcome>(batch.length).fill("dead_lettered");
    const alerts: AlertDocument[] = [];
    /** By position: bytes in several chunks are one. */
    const dead = new Map<number, DeadReasonCode>();
    let attempts = batch.flatMap((write, position) =>
      write.kind === "event" ? [firstAttempt(write, position)] : deadAttempts(write, position, write.reason),
    );

    for (let round = 1; attempts.length > 0; round++) {
      await pauseBeforeRound(round);
      const results = await bulk.submit(attempts.map(toBulkItem), deadline).catch((error: unknown) => {
        throw withBegun(error, attempts, outcomes);
      });
      const next: Attempt[] = [];
      const gone = new Set<string>();
      const taken: { attempt: Attempt; repeated: boolean }[] = [];
      for (const [i, attempt] of attempts.entries()) {
        const { result, repeated } = results[i] as Settled<BulkResult>;
        if (result.kind === "no_index") {
          gone.add(attempt.index);
          next.push(attempt);
        } else if (result.kind === "fault") next.push(...afterFault(attempt, result.fault));
        else if (attempt.stage === "dead" || attempt.write.kind !== "event") {
          if (attempt.reason !== undefined) dead.set(attempt.position, attempt.reason);
        } else if (result.kind === "conflict") taken.push({ attempt, repeated });
        else {
          outcomes[attempt.position] = "stored";
          for (const alert of attempt.write.alerts) alerts.push(alert);
        }
      }
      if (taken.length > 0) {
        await readBack(taken, next).catch((error: unknown) => {
          throw withBegun(
            error,
            taken.flatMap(({ attempt, repeated }) => (repeated ? [attempt] : [])),
            outcomes,
          );
        });
      }
      if (gone.size > 0) {
        options.metrics?.retried("index_missing", next.filter(({ index }) => gone.has(index)).length);
        for (const index of gone) maker.forget(index);
        await maker.ensure(gone, deadline);
      }
      attempts = next;
    }
    return { outcomes, alerts, deadReasons: [...dead.values()] };

    async function readBack(taken: readonly { attempt: Attempt; repeated: boolean }[], next: Attempt[]) {
      const keys = taken.map(({ attempt: { index, id, body } }) => ({ index, id, size: body.length }));
      const found = await reader.submit(keys, deadline);
      for (const [i, { attempt, repeated }] of taken.entries()) {
        const stored = found[i]?.result?.source;
        const written = JSON.parse(attempt.body) as JsonObject;
        if (stored === undefined) next.push(attempt);
        else if (options.sameRecord(written, stored)) {
          // After a try without an answer the document in the way may be our own.
          const begun = repeated || (attempt.write.kind === "event" && attempt.write.begun === true);
          outcomes[attempt.position] = begun && isSameWrite(written, stored) ? "stored" : "duplicate";
          for (const alert of options.alertsOf(stored)) alerts.push(alert);
        } else {
          const message = `Another record is stored under the id ${attempt.id} in ${attempt.index}.`;
          next.push(...deadAttempts(attempt.write, attempt.position, { code: "id_collision", message }));
        }
      }
    }
  };

  function toBulkItem({ index, id, body }: Attempt): BulkItem {
    return { action: `{"create":{${maker.target(index)},"_id":${JSON.stringify(id)}}}`, body };
  }

  function firstAttempt(write: EventWrite, position: number): Attempt {
    const { id, document: body } = write;
    return { position, write, stage: "document", index: names.events(write.time), id, body };
  }

  function deadAttempts(write: StoreWrite, position: number, reason: DeadReason): Attempt[] {
    return options
      .toDeadLetters({
        reason,
        raw: write.raw,
        source: write.source,
        part: write.kind === "dead_letter" ? write.part : undefined,
      })
      .map(({ id, document }) => ({
        position,
        write,
        stage: "dead",
        reason: reason.code,
        index: names.deadletter,
        id,
        body: JSON.stringify(document),
      }));
  }

  function afterFault(attempt: Attempt, fault: { type: string; reason: string }): Attempt[] {
    const { write, position } = attempt;
    if (attempt.stage === "dead" || write.kind !== "event") {
      // Nothing is left to fall back on: keep trying until the write is refused, rather than lose it.
      return [attempt];
    }
    if (attempt.stage === "document") {
      options.metrics?.reshaped(1);
      return [{ ...attempt, stage: "safe", body: write.toSafeDocument() }];
    }
    const message = `OpenSearch refused the document: ${fault.type}: ${fault.reason}`.slice(0, 1_000);
    return deadAttempts(write, position, { code: "store_refused", message });
  }
}

/** Whether the stored document was made of the very event that is being written, rather than of a redelivery. */
function isSameWrite(written: JsonObject, stored: JsonObject): boolean {
  const [ours, theirs] = [written, stored].map((document) => own(document, "event"));
  return isJsonObject(ours) && isJsonObject(theirs) && own(ours, "ingested") === own(theirs, "ingested");
}

/** Of a batch that is not whole at the deadline: what it may have stored. */
function withBegun(error: unknown, attempts: readonly Attempt[], outcomes: readonly WriteOutcome[]): unknown {
  if (!(error instanceof StoreUnavailableError)) return error;
  const begun = storedOf(outcomes);
  const unsettled = error instanceof UnsettledError ? (error as UnsettledError<BulkResult>) : undefined;
  for (const [i, { position, stage }] of attempts.entries()) {
    const ok = unsettled === undefined || unsettled.sent[i] === true;
    const kind = unsettled?.results[i]?.kind;
    if (stage !== "dead" && (kind === undefined ? ok : kind === "ok")) begun.add(position);
  }
  return new StoreUnavailableError(error.message, { begun, refused: error.refused, cause: error });
}

/** Positions of the events that were newly stored. */
export function storedOf(outcomes: readonly WriteOutcome[]): Set<number> {
  return new Set(outcomes.flatMap((outcome, position) => (outcome === "stored" ? [position] : [])));
}

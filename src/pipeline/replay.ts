import { gunzip, isGzip } from "../decode/gunzip.js";
import { toUnits } from "../decode/record.js";
import type { DecodedUnit, DecodeLimits } from "../decode/types.js";
import type { DeadReason } from "../lib/dead-reason.js";
import { DamagedLetterError, type DeadLetterHead, type DeadLetters } from "../output/dead-letters.js";
import type { EventWrite, Store, WriteOutcome } from "../output/store.js";
import type { Processor } from "./process.js";
import { lettersAtEnd, readWholeLetter, type WholeLetter } from "./whole-letter.js";

/** What became of one letter. */
export type ReplayResult =
  | {
      readonly kind: "replayed";
      readonly head: DeadLetterHead;
      readonly stored: number;
      readonly duplicates: number;
    }
  | { readonly kind: "dead"; readonly head: DeadLetterHead; readonly reason: string }
  /** Its bytes cannot be had whole: nothing of it was tried. */
  | { readonly kind: "damaged"; readonly head: DeadLetterHead; readonly reason: string };

export interface ReplayOptions {
  readonly deadLetters: DeadLetters;
  /** Undefined for a dry run: then `stored` counts what would be written, duplicates too. */
  readonly store: Store | undefined;
  readonly process: Processor;
  readonly limits: DecodeLimits & { readonly maxInflatedBytes: number };
  /** How long one write is tried, ms. */
  readonly holdMs: number;
}

/** Letters that are worked on together, and bytes of them: the last one may be larger. */
const BATCH_LETTERS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;
const READS_AT_ONCE = 8;

/** A letter, or all those that hold parts of one document, as today's rules and limits have it. */
interface Opened {
  readonly head: DeadLetterHead;
  readonly heads: readonly DeadLetterHead[];
  readonly writes: readonly EventWrite[];
  /** Why something of it is still no event. */
  readonly dead: DeadReason | undefined;
  readonly damaged: string | undefined;
}

/**
 * Reads letters again as if they came in now, and stores their events. Doing it again changes nothing: events that are
 * there are duplicates. Only a letter of which everything became an event, now or before, is marked as replayed.
 *
 * @throws StoreUnavailableError, DeadLettersUnavailableError: what was yielded by then is done.
 */
export async function* replay(
  heads: AsyncIterable<DeadLetterHead>,
  options: ReplayOptions,
): AsyncGenerator<ReplayResult, void> {
  for await (const batch of inBatches(oncePerDocument(heads, options.deadLetters))) {
    const opened: Opened[] = [];
    for (let i = 0; i < batch.length; i += READS_AT_ONCE) {
      const some = batch.slice(i, i + READS_AT_ONCE);
      opened.push(...(await Promise.all(some.map((head) => openLetter(head, options)))));
    }
    const writes = opened.flatMap((letter) => letter.writes);
    const outcomes = await write(writes, options);
    const results: ReplayResult[] = [];
    const done: DeadLetterHead[] = [];
    let next = 0;
    for (const letter of opened) {
      const result = toResult(letter, outcomes.slice(next, next + letter.writes.length));
      results.push(result);
      if (result.kind === "replayed") done.push(...letter.heads);
      next += letter.writes.length;
    }
    if (options.store !== undefined) {
      await options.deadLetters.markReplayed(done, Date.now());
    }
    yield* results;
  }
}

/** In place of letters that are parts, those that their documents end in. */
async function* oncePerDocument(
  heads: AsyncIterable<DeadLetterHead>,
  letters: DeadLetters,
): AsyncGenerator<DeadLetterHead> {
  const passed = new Set<string>();
  for await (const head of heads) yield* await lettersAtEnd(letters, head, passed);
}

async function* inBatches(heads: AsyncIterable<DeadLetterHead>): AsyncGenerator<DeadLetterHead[]> {
  let batch: DeadLetterHead[] = [];
  let bytes = 0;
  for await (const head of heads) {
    batch.push(head);
    bytes += head.sizeBytes * (head.part?.of ?? 1);
    if (batch.length < BATCH_LETTERS && bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

async function openLetter(head: DeadLetterHead, options: ReplayOptions): Promise<Opened> {
  let whole: WholeLetter;
  try {
    whole = await readWholeLetter(options.deadLetters, head);
  } catch (error) {
    if (!(error instanceof DamagedLetterError)) throw error;
    return { head, heads: [head], writes: [], dead: undefined, damaged: error.message };
  }
  const writes: EventWrite[] = [];
  let dead: DeadReason | undefined;
  for (const unit of unitsOf(whole.raw, options.limits)) {
    if (unit.kind === "skipped") continue;
    const result = options.process.toWrite(unit, head.source);
    if (result.kind === "event") writes.push(result);
    else dead ??= result.reason;
  }
  return { head, heads: whole.heads, writes, dead, damaged: undefined };
}

/** A letter holds what a bulk document or an element of a body held, or gzip that did not inflate then. */
function unitsOf(raw: Uint8Array, limits: ReplayOptions["limits"]): DecodedUnit[] {
  if (!isGzip(raw)) return toUnits(0, raw, limits);
  try {
    return toUnits(0, gunzip(raw, "gzip", limits.maxInflatedBytes), limits);
  } catch (error) {
    const message = `The data is gzip, but does not inflate: ${error instanceof Error ? error.message : String(error)}.`;
    return [{ kind: "dead", item: 0, reason: { code: "bad_wrapper", message }, raw }];
  }
}

async function write(writes: readonly EventWrite[], options: ReplayOptions): Promise<WriteOutcome[]> {
  const { store, holdMs } = options;
  if (store === undefined) return writes.map(() => "stored");
  return writes.length === 0 ? [] : store.write(writes, Date.now() + holdMs);
}

function toResult({ head, writes, dead, damaged }: Opened, outcomes: readonly WriteOutcome[]): ReplayResult {
  if (damaged !== undefined) return { kind: "damaged", head, reason: damaged };
  if (dead !== undefined) return { kind: "dead", head, reason: `${dead.code}: ${dead.message}` };
  const refused = outcomes.indexOf("dead_lettered");
  if (refused >= 0) return { kind: "dead", head, reason: whyRefused(head, writes[refused]) };
  const duplicates = outcomes.filter((outcome) => outcome === "duplicate").length;
  return { kind: "replayed", head, stored: outcomes.length - duplicates, duplicates };
}

/** The store tells that it kept an event as a dead letter, not why: of two reasons one. */
function whyRefused({ reason }: DeadLetterHead, event: EventWrite | undefined): string {
  if (reason.code === "id_collision" || reason.code === "store_refused")
    return `${reason.code}: ${reason.message}`;
  const id = event?.id ?? "";
  return `id_collision or store_refused: another record is stored under the id ${id}, or the store refuses this one.`;
}

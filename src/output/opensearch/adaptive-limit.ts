/** One batch that was answered. */
export interface BatchSample {
  /** From sending to the answer. */
  readonly ms: number;
  readonly chars: number;
  /** Whether a further full batch was waiting when it was answered: only then does the limit matter. */
  readonly saturated: boolean;
  /** 429, 503, a time-out or a broken connection, for the batch or for some of its items. */
  readonly pushedBack: boolean;
  /** The limit when it was sent. */
  readonly sentAt: number;
}

/** How many batches may be in flight. */
export interface ConcurrencyLimit {
  current(): number;
  /** Beyond this many, only full batches are worth a request of their own. */
  readonly start: number;
  answered(sample: BatchSample): void;
}

export interface AdaptiveLimitOptions {
  /** Where it begins, and where it comes back to by itself after a push-back. Default 2. */
  readonly start?: number;
  readonly max: number;
  readonly changed?: (limit: number) => void;
}

/** Batches looked at before a step is judged: as many as this for each that is in flight. */
const ROUNDS = 3;
/** A step up is kept when this much more gets through: less is noise, and latency has risen in step. */
const WORTH_IT = 1.06;
const FIRST_REST = 4;
const LONGEST_REST = 64;

/** Always the same number. */
export function fixedLimit(limit: number): ConcurrencyLimit {
  return { current: () => limit, start: limit, answered: () => undefined };
}

/**
 * Finds how many bulks at once OpenSearch makes use of. While full batches wait, one more is tried; it is kept when
 * more characters a second get through, and taken back when the answers only take longer in step, with a longer rest
 * before each further try. A push-back halves the limit at once, once for all that were sent under the same limit.
 */
export function createAdaptiveLimit(options: AdaptiveLimitOptions): ConcurrencyLimit {
  const max = Math.max(1, options.max);
  const start = Math.min(max, options.start ?? 2);
  let limit = start;
  /** Characters a second before the step that is being judged; undefined while none is. */
  let before: number | undefined;
  let rest = FIRST_REST;
  let restLeft = 1;
  let batches = 0;
  let chars = 0;
  let ms = 0;
  let calm = 0;
  options.changed?.(limit);

  function set(next: number): void {
    batches = chars = ms = 0;
    if (next === limit) return;
    limit = next;
    options.changed?.(limit);
  }

  function pushedBack(sentAt: number): void {
    calm = 0;
    before = undefined;
    // What was sent when more was allowed says nothing about the lower limit.
    if (sentAt > limit) return;
    restLeft = rest;
    set(Math.max(1, Math.floor(limit / 2)));
  }

  function judge(): void {
    // By Little's law: in flight divided by the time that each character took.
    const through = (limit * chars) / Math.max(1, ms);
    if (before !== undefined && through < before * WORTH_IT) {
      before = undefined;
      restLeft = rest;
      rest = Math.min(LONGEST_REST, rest * 2);
      set(limit - 1);
      return;
    }
    if (before !== undefined) rest = FIRST_REST;
    else if (--restLeft > 0) {
      set(limit);
      return;
    }
    before = limit < max ? through : undefined;
    set(Math.min(max, limit + 1));
  }

  return {
    current: () => limit,
    start,
    answered(sample) {
      if (sample.pushedBack) {
        pushedBack(sample.sentAt);
        return;
      }
      // After trouble it comes back without being asked for: small loads never fill a batch.
      if (limit < start && ++calm >= ROUNDS) {
        calm = 0;
        set(limit + 1);
        return;
      }
      if (!sample.saturated || sample.sentAt !== limit) return;
      batches++;
      chars += sample.chars;
      ms += sample.ms;
      if (batches >= ROUNDS * limit) judge();
    },
  };
}

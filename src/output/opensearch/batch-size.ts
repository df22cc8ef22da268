/** How many characters a batch may have, as OpenSearch taught. */
export interface BatchSize {
  current(): number;
  /** A batch of this many characters was answered 413. */
  refused(chars: number): void;
  /** A batch of this many characters was taken. */
  passed(chars: number): void;
}

const LEAST_CHARS = 64 * 1024;
/** Full batches that pass before a larger one is tried: a 413 costs a whole request. */
const PATIENCE = 100;
const GROWTH = 1.1;

/**
 * Begins at `max`. A 413 (of OpenSearch's `http.max_content_length`, or of a proxy in between) halves what was too
 * large, so that not each batch is sent in vain first; after many that passed it grows again, a tenth at a time.
 */
export function createBatchSize(max: number): BatchSize {
  let limit = max;
  let passed = 0;
  return {
    current: () => limit,
    refused(chars) {
      passed = 0;
      limit = Math.min(limit, Math.max(LEAST_CHARS, Math.floor(chars / 2)));
    },
    passed(chars) {
      if (limit >= max || chars < limit / 2 || ++passed < PATIENCE) return;
      passed = 0;
      limit = Math.min(max, Math.ceil(limit * GROWTH));
    },
  };
}

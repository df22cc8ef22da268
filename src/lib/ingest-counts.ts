/** What became of the events of one request; `received` is the sum of the others. */
export interface IngestCounts {
  readonly received: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly dead_lettered: number;
  /** Pieces without events by design: digests, control messages. */
  readonly skipped: number;
}

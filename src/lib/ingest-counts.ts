/** What became of the events of one request; `received` is the sum of the others. */
export interface IngestCounts {
  readonly received: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly dead_lettered: number;
  /** Synced to the spool on disk: acknowledged, and stored once the store takes writes again. */
  readonly spooled: number;
  /** Pieces without events by design: digests, control messages. */
  readonly skipped: number;
  /** Not taken, since the request is refused: the shipper keeps them. 0 for a request that is answered with success. */
  readonly refused: number;
}

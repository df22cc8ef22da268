/** Which part a dead letter is of a document that is kept in several. */
export interface DeadPart {
  /** SHA-256 in hex of the document's bytes up to and with this part, then `-last`, or `-more` where another follows. */
  readonly id: string;
  /** From 0. */
  readonly n: number;
  /** How many parts there are; only the last one says so. */
  readonly of?: number;
  /** Id of the part before; absent on the first. */
  readonly previous?: string;
}

import { StoreUnavailableError } from "../store.js";
import type { RetryReason } from "./fault.js";

/** What became of one item of a batch that was sent. */
export type Verdict<R> =
  | { readonly kind: "done"; readonly result: R }
  | {
      readonly kind: "retry";
      readonly reason: RetryReason;
      readonly message: string;
      /** "store": nothing has a chance just now, so the whole queue pauses. "item": only this one waits. */
      readonly scope: "item" | "store";
      /** True when the try may have taken effect all the same. */
      readonly unknown: boolean;
      /** What the store asked for (Retry-After): with scope "store", nothing is sent for so long. */
      readonly retryAfterMs?: number;
    };

export interface Settled<R> {
  readonly result: R;
  /** True when an earlier try may have taken effect: a conflict may then be with our own document. */
  readonly repeated: boolean;
}

/** Rejected with at the deadline: what had become of each item by then. */
export class UnsettledError<R> extends StoreUnavailableError {
  /**
   * @param results undefined of items that are not settled
   * @param sent of those, the ones that may have taken effect
   * @param refused whether all of those were answered, and refused
   */
  constructor(
    message: string,
    readonly results: readonly (R | undefined)[],
    readonly sent: readonly boolean[],
    refused: boolean,
  ) {
    super(message, { refused });
  }
}

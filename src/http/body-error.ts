import { ApiError } from "../lib/errors.js";

/** A request body that cannot be had: too large, badly encoded, or cut off by the client. */
export class BodyError extends ApiError {
  /** The sentence that the caller reads. */
  get reason(): string {
    return this.message;
  }
}

export function tooLarge(maxBytes: number): BodyError {
  return new BodyError(
    "body_too_large",
    `The body has more than ${maxBytes} bytes once inflated; send smaller batches.`,
  );
}

export function inflatesTooMuch(maxRatio: number): BodyError {
  return new BodyError(
    "inflation_too_high",
    `The body inflates to more than ${maxRatio} times its bytes, which no log does. If yours do, raise limits.max_inflation_ratio.`,
  );
}

export function malformed(encoding: string, why: string): BodyError {
  return new BodyError(
    "encoding_malformed",
    `The body is labelled ${encoding}, but is not valid ${encoding}: ${why}.`,
  );
}

export function silent(idleMs: number): BodyError {
  return new BodyError(
    "request_timeout",
    `Nothing of the body came for ${Math.round(idleMs / 1000)} s. Nothing was acknowledged: send this again.`,
  );
}

export function tooSlow(minBytesPerSecond: number): BodyError {
  return new BodyError(
    "body_too_slow",
    `The body came with less than ${minBytesPerSecond} bytes a second. Nothing was acknowledged: send this again, faster.`,
  );
}

export function clientGone(): BodyError {
  return new BodyError("client_gone", "The request broke off before its body was complete.");
}

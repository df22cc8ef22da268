import type { Request } from "express";
import type { DeadLetterSource } from "../enrich/types.js";
import { ApiError } from "../lib/errors.js";
import type { Share } from "../pipeline/byte-budget.js";
import { readBody } from "./body.js";
import type { HttpContext } from "./context.js";

/** A request body in memory, with the share of the budget that it holds. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly share: Share;
  /** Milliseconds since the epoch: past it the request is refused whole. */
  readonly deadline: number;
}

/** Assumed of a body that does not say its length. */
const UNKNOWN_LENGTH_BYTES = 1024 * 1024;
/** CloudTrail compresses about tenfold; the share is corrected once the body is read. */
const ASSUMED_INFLATION = 8;

/**
 * Waits for room, then reads the body: a request is first held, since slow answers are the only
 * back-pressure that every shipper honours, and only then refused with 429.
 */
export async function receive(req: Request, context: HttpContext): Promise<Received> {
  if (context.stopping()) {
    throw new ApiError("shutting_down", "TrailTag is shutting down; send this again.", {
      "retry-after": "5",
    });
  }
  const deadline = Date.now() + context.limits.holdMs;
  const share = await context.pipeline.budget.take(expectedBytes(req, context.limits.maxBodyBytes), deadline);
  if (share === undefined) {
    const reason =
      "TrailTag is working on as many bytes as limits.in_flight_bytes allows; send this again later.";
    throw new ApiError("too_busy", reason, { "retry-after": "5" });
  }
  try {
    const bytes = await readBody(req, {
      encoding: req.headers["content-encoding"],
      maxInflatedBytes: context.limits.maxBodyBytes,
    });
    share.resize(bytes.length);
    return { bytes, share, deadline };
  } catch (error) {
    share.release();
    throw error;
  }
}

function expectedBytes(req: Request, maxBodyBytes: number): number {
  const declared = Number(req.headers["content-length"] ?? UNKNOWN_LENGTH_BYTES);
  const encoding = req.headers["content-encoding"] ?? "identity";
  return Math.min(encoding === "identity" ? declared : declared * ASSUMED_INFLATION, maxBodyBytes);
}

/** Where a document of this request came in, for its dead letter. */
export function sourceOf(req: Request, route: string): DeadLetterSource {
  const index = req.params["index"];
  const userAgent = req.headers["user-agent"];
  return {
    route,
    ...(typeof index === "string" ? { index } : {}),
    ...(userAgent === undefined ? {} : { user_agent: userAgent.slice(0, 512) }),
  };
}

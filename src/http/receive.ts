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

/** Assumed of a body that does not say its length, until it shows otherwise. */
const UNKNOWN_LENGTH_BYTES = 1024 * 1024;
/** CloudTrail compresses about tenfold; the share grows with the bytes where it does so better. */
const ASSUMED_INFLATION = 8;

/**
 * Waits for room, then reads the body: a request is first held, since slow answers are the only
 * back-pressure that every shipper honours, and only then refused with 429.
 *
 * Time that the client takes to send is not counted as holding.
 */
export async function receive(
  req: Request,
  context: HttpContext,
  maxBodyBytes = context.limits.maxBodyBytes,
): Promise<Received> {
  if (context.stop.aborted) throw shuttingDown();
  const { holdMs, bodyIdleMs } = context.limits;
  const arrived = Date.now();
  const deadline = arrived + holdMs;
  const share = await context.pipeline.budget.take(expectedBytes(req, maxBodyBytes), deadline);
  if (share === undefined) throw tooBusy();
  const held = Date.now() - arrived;
  try {
    const bytes = await readBody(req, {
      encoding: req.headers["content-encoding"],
      maxInflatedBytes: maxBodyBytes,
      idleMs: bodyIdleMs,
      onBytes: (total) =>
        share.grow(total, Date.now() + holdMs - held)?.then((grown) => {
          if (!grown) throw tooBusy();
        }),
    });
    share.settle(bytes.length);
    return { bytes, share, deadline: Date.now() + holdMs - held };
  } catch (error) {
    share.release();
    throw error;
  }
}

export function shuttingDown(): ApiError {
  const reason = "TrailTag is shutting down. Nothing was acknowledged: send this again.";
  return new ApiError("shutting_down", reason, { "retry-after": "5" });
}

function tooBusy(): ApiError {
  const reason =
    "TrailTag is working on as many bytes as limits.in_flight_bytes allows; send this again later.";
  return new ApiError("too_busy", reason, { "retry-after": "5" });
}

function expectedBytes(req: Request, maxBodyBytes: number): number {
  const declared = Number(req.headers["content-length"] ?? UNKNOWN_LENGTH_BYTES);
  const encoding = (req.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding === "identity" || encoding === "") return Math.min(declared, maxBodyBytes);
  // These are inflated in one go at the end, to a size that nothing before tells.
  if (encoding === "zstd" || encoding === "snappy") return maxBodyBytes;
  return Math.min(declared * ASSUMED_INFLATION, maxBodyBytes);
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

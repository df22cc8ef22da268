import type { Request } from "express";
import { ByteWindow } from "../decode/byte-window.js";
import { isGzip } from "../decode/gunzip.js";
import type { DeadLetterSource } from "../enrich/types.js";
import { ApiError } from "../lib/errors.js";
import type { Share } from "../pipeline/byte-budget.js";
import { openBody, openInflated, readWhole, type BodyStream } from "./body.js";
import type { HttpContext } from "./context.js";
import { continueSending } from "./expect-continue.js";
import { Hold } from "./hold.js";

/** A body that is worked off as it arrives. */
export interface Arriving {
  /** Holds what was read and not worked off; the first part, which of most bodies is all. */
  readonly window: ByteWindow;
  /** Reads on, once there is room. @throws ApiError */
  readonly more: () => Promise<void>;
}

/** A request body as it arrives, with the share of the budget that it holds. */
export interface Received extends Arriving {
  /** Milliseconds since the epoch: past it the request is refused whole. */
  readonly deadline: () => number;
  readonly onHeld: (ms: number) => void;
  /** Some of it is stored. */
  readonly onProgress: () => void;
  /** So many bytes are held besides, for the answer. */
  readonly hold: (bytes: number) => void;
  /** Of a body that is gzip without saying so: reads it whole, then inflates it as it is worked off. */
  inflate(): Promise<Arriving & { readonly raw: Buffer }>;
  /** Ends the work on the body, wherever it stands, and gives back the share. */
  readonly close: () => void;
}

/** A request body in memory, for what can only be read whole. */
export interface ReceivedWhole {
  readonly bytes: Buffer;
  readonly deadline: () => number;
  readonly onHeld: (ms: number) => void;
  readonly onProgress: () => void;
  /** Waits until so many bytes may be held besides. @throws ApiError */
  readonly room: (bytes: number) => Promise<void>;
  readonly close: () => void;
}

/** Assumed of a body that does not say its length, until it shows otherwise. */
const UNKNOWN_LENGTH_BYTES = 1024 * 1024;
/** CloudTrail compresses about tenfold; the share grows with the bytes where it does so better. */
const ASSUMED_INFLATION = 8;
/** A body that is worked off as it arrives never holds more: what is read ahead, and documents on their way to the store. */
const STREAM_BYTES = 8 * 1024 * 1024;
/** Read at once of a document that is larger than what is read ahead. */
const STEP_BYTES = 4 * 1024 * 1024;
/** A document is held as it came and, larger than this, counted as what it takes when it is parsed. */
const LARGE_DOCUMENT_BYTES = 1024 * 1024;
export const PARSED_FACTOR = 6;

/**
 * Waits for room, then begins to read the body: a request is first held, since slow answers are the only
 * back-pressure that every shipper honours, and only then refused with 429.
 */
export async function receive(req: Request, context: HttpContext): Promise<Received> {
  const { maxBodyBytes, maxInflationRatio } = context.limits;
  // A raw block of snappy is inflated in one go.
  const most = encodingOf(req) === "snappy" ? maxBodyBytes * 2 : STREAM_BYTES;
  const { body, share, hold, room } = await begin(req, context, maxBodyBytes, most);
  const bodies = [body];
  let answerBytes = 0;
  /** Fills a window from a body; `beside` bytes are held all the time. */
  const filling = (from: BodyStream, beside: () => number): Arriving => {
    const window = new ByteWindow(maxBodyBytes);
    let large = false;
    const more = async (): Promise<void> => {
      // Twice as much each time: what is scanned again then stays linear.
      const wanted = window.end + window.held;
      do {
        if (large) share.shrink(STREAM_BYTES + beside());
        large = window.held > LARGE_DOCUMENT_BYTES;
        const besides = beside() + (large ? (window.held + STEP_BYTES) * PARSED_FACTOR : 0);
        if (besides > 0) await room(STREAM_BYTES + besides);
        const { parts, ended } = await from.read(large ? STEP_BYTES : 0);
        window.push(parts, ended);
      } while (!window.ended && window.end < wanted);
      if (window.ended && from === body) hold.bodyRead();
      if (window.ended && from !== body) share.settle(share.bytes);
    };
    return { window, more };
  };
  const close = (): void => {
    for (const each of bodies) each.close();
    share.release();
  };

  const { window, more } = filling(body, () => answerBytes);
  try {
    await more();
  } catch (error) {
    close();
    throw error;
  }
  // Gzip within goes on growing; anything else that is whole has its size.
  if (window.ended && !isGzip(window.bytes)) share.settle(window.bytes.length);
  return {
    window,
    more: async () => {
      await more();
      if (window.ended && bodies.length === 1) share.settle(share.bytes);
    },
    deadline: () => hold.deadline(),
    onHeld: (ms) => hold.spend(ms),
    onProgress: () => hold.progressed(),
    hold: (bytes) => (answerBytes = bytes),
    async inflate() {
      while (!window.ended) await more();
      const raw = window.bytes;
      const inner = openInflated(raw, "gzip", {
        maxInflatedBytes: maxBodyBytes,
        maxRatio: maxInflationRatio,
      });
      bodies.push(inner);
      return { ...filling(inner, () => raw.length), raw };
    },
    close,
  };
}

/** What the share of a body that is read whole is for. */
export interface WholeOptions {
  readonly maxBodyBytes?: number;
  /** What it takes in memory in the end, as a multiple of its bytes. Default 1. */
  readonly factor?: number;
}

/** The same for what has to be whole before it is read; it holds a share of its full size. */
export async function receiveWhole(
  req: Request,
  context: HttpContext,
  { maxBodyBytes = context.limits.maxBodyBytes, factor = 1 }: WholeOptions = {},
): Promise<ReceivedWhole> {
  const { body, share, hold, room } = await begin(req, context, maxBodyBytes, maxBodyBytes * 2, factor);
  try {
    const bytes = await readWhole(body);
    hold.bodyRead();
    share.shrink(bytes.length * factor);
    return {
      bytes,
      deadline: () => hold.deadline(),
      onHeld: (ms) => hold.spend(ms),
      onProgress: () => hold.progressed(),
      room: (besides) => room(bytes.length * factor + besides),
      close: () => share.release(),
    };
  } catch (error) {
    body.close();
    share.release();
    throw error;
  }
}

interface Begun {
  readonly body: BodyStream;
  readonly share: Share;
  readonly hold: Hold;
  /** Waits until the share is so large. @throws ApiError */
  readonly room: (bytes: number) => Promise<void>;
}

/** @param most bytes that the share grows to as the body comes, each counted `factor` times */
async function begin(
  req: Request,
  context: HttpContext,
  maxBodyBytes: number,
  most: number,
  factor = 1,
): Promise<Begun> {
  if (context.stop.aborted) throw shuttingDown();
  const { holdMs, bodyIdleMs, minBytesPerSecond, maxInflationRatio } = context.limits;
  const hold = new Hold(holdMs);
  const expected = Math.min(expectedBytes(req), maxBodyBytes, most);
  const share = await hold.during(context.pipeline.budget.take(expected, hold.deadline()));
  if (share === undefined) throw tooBusy();
  const grow = (bytes: number): Promise<void> | undefined => {
    const grown = share.grow(bytes, hold.deadline());
    if (grown === undefined) return undefined;
    return hold.during(grown).then((admitted) => {
      if (!admitted) throw tooBusy();
    });
  };
  try {
    continueSending(req);
    const body = openBody(req, {
      encoding: req.headers["content-encoding"],
      maxInflatedBytes: maxBodyBytes,
      maxRatio: maxInflationRatio,
      idleMs: bodyIdleMs,
      minBytesPerSecond,
      onBytes: (total) => grow(Math.min(total, most) * factor),
    });
    return { body, share, hold, room: async (bytes) => grow(bytes) };
  } catch (error) {
    share.release();
    throw error;
  }
}

export function shuttingDown(): ApiError {
  const reason = "TrailTag is shutting down. Nothing was acknowledged: send this again.";
  return new ApiError("shutting_down", reason, { "retry-after": "5" });
}

export function tooBusy(): ApiError {
  const reason =
    "TrailTag is working on as many bytes as limits.in_flight_bytes allows; send this again later.";
  return new ApiError("too_busy", reason, { "retry-after": "5" });
}

export function tooManyRecords(most: number): ApiError {
  const reason = `The request has more than ${most} records; send smaller batches, or raise limits.max_records.`;
  return new ApiError("too_many_records", reason);
}

function encodingOf(req: Request): string {
  return (req.headers["content-encoding"] ?? "identity").trim().toLowerCase();
}

function expectedBytes(req: Request): number {
  const declared = Number(req.headers["content-length"] ?? UNKNOWN_LENGTH_BYTES);
  const encoding = encodingOf(req);
  return encoding === "identity" || encoding === "" ? declared : declared * ASSUMED_INFLATION;
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

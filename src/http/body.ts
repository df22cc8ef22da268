import type { IncomingMessage } from "node:http";
import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { toZlibFault } from "../decode/gunzip.js";
import { BodyError, malformed, silent, tooLarge } from "./body-error.js";
import { createCollector, createInflater, isZlib, type BodySink, type SinkEvents } from "./body-sink.js";
import { inflateSnappy } from "./snappy.js";
import { canBeZstd, inflateZstd } from "./zstd.js";

export { BodyError } from "./body-error.js";

export const BODY_ENCODINGS = ["identity", "gzip", "deflate", "zstd", "snappy"] as const;
export type BodyEncoding = (typeof BODY_ENCODINGS)[number];

export interface ReadBodyOptions {
  /** The Content-Encoding header. */
  readonly encoding: string | undefined;
  readonly maxInflatedBytes: number;
  /**
   * Told how many bytes are held by now. Where it answers a promise, reading waits for it; a rejection ends the
   * reading with that error.
   */
  readonly onBytes?: (total: number) => Promise<void> | undefined;
  /** How long the client may send nothing, ms. Default 30,000. */
  readonly idleMs?: number;
}

/**
 * Reads and inflates a request body.
 *
 * After an error the rest of the request is read and thrown away, so that the sender gets to the answer.
 *
 * @throws BodyError `body_too_large` past `maxInflatedBytes`, `encoding_unknown`, `encoding_malformed` as soon as the
 *   bytes are seen not to be what the header says, `client_gone` when the request breaks off, `request_timeout` when
 *   the client sends nothing for `idleMs`.
 */
export async function readBody(req: IncomingMessage, options: ReadBodyOptions): Promise<Uint8Array> {
  const { maxInflatedBytes } = options;
  try {
    const encoding = parseEncoding(options.encoding);
    const most = encoding === "identity" ? maxInflatedBytes : mostCompressed(maxInflatedBytes);
    if (Number(req.headers["content-length"] ?? 0) > most) throw tooLarge(maxInflatedBytes);
    return await drain(req, (events) => createSink(encoding, maxInflatedBytes, events), options);
  } catch (error) {
    req.resume();
    throw error;
  }
}

/**
 * Inflates bytes in hand.
 *
 * @throws BodyError as readBody does.
 */
export function inflate(bytes: Uint8Array, encoding: BodyEncoding, maxBytes: number): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (encoding) {
    case "identity":
      if (bytes.length > maxBytes) throw tooLarge(maxBytes);
      return bytes;
    case "zstd":
      return inflateZstd(buffer, maxBytes);
    case "snappy":
      return inflateSnappy(buffer, maxBytes);
    case "gzip":
      return inflateSynchronously("gzip", maxBytes, (options) => gunzipSync(buffer, options), buffer.length);
    case "deflate": {
      const decode = isZlib(buffer) ? inflateSync : inflateRawSync;
      return inflateSynchronously("deflate", maxBytes, (options) => decode(buffer, options), buffer.length);
    }
  }
}

function drain(
  req: IncomingMessage,
  open: (events: SinkEvents) => BodySink,
  { onBytes, idleMs = 30_000 }: ReadBodyOptions,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let ended = false;
    let total = 0;
    /** Why nothing is read just now: the sink is full, or there is no room for more bytes. */
    let full = false;
    let holds = 0;
    let idle: NodeJS.Timeout | undefined;
    const settle = (finish: () => void): void => {
      clearTimeout(idle);
      req.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      sink.destroy();
      finish();
    };
    const fail = (error: unknown): void =>
      settle(() => reject(error instanceof Error ? error : new Error(String(error))));
    const readOn = (): void => {
      if (full || holds > 0) return;
      req.resume();
      idle ??= setTimeout(() => fail(silent(idleMs)), idleMs);
    };
    const stopReading = (): void => {
      req.pause();
      clearTimeout(idle);
      idle = undefined;
    };
    const hold = (room: Promise<void>): void => {
      holds++;
      stopReading();
      sink.pause();
      room.then(() => {
        holds--;
        if (holds === 0) sink.resume();
        readOn();
      }, fail);
    };
    const sink = open({
      done: (bytes) => settle(() => resolve(bytes)),
      fail,
      drain: () => {
        full = false;
        readOn();
      },
      onBytes: (count) => {
        total += count;
        const room = onBytes?.(total);
        if (room !== undefined) hold(room);
      },
    });
    const onData = (chunk: Buffer): void => {
      idle?.refresh();
      if (sink.write(chunk)) return;
      full = true;
      stopReading();
    };
    const onEnd = (): void => {
      ended = true;
      clearTimeout(idle);
      sink.end();
    };
    const onClose = (): void => {
      if (!ended) fail(clientGone());
    };
    if (req.destroyed) {
      reject(clientGone());
      return;
    }
    req.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
    readOn();
  });
}

function createSink(encoding: BodyEncoding, maxBytes: number, events: SinkEvents): BodySink {
  if (encoding === "gzip" || encoding === "deflate") return createInflater(encoding, maxBytes, events);
  const most = encoding === "identity" ? maxBytes : mostCompressed(maxBytes);
  const decode = (bytes: Buffer): Uint8Array =>
    bytes.length === 0 ? bytes : inflate(bytes, encoding, maxBytes);
  const accept = (first: Buffer): void => {
    if (encoding === "zstd" && !canBeZstd(first)) throw malformed("zstd", "it does not begin as zstd");
  };
  return createCollector(most, events, decode, accept);
}

/** Data that does not compress grows a little: by a sixth at worst, in snappy. */
function mostCompressed(maxInflatedBytes: number): number {
  return Math.ceil((maxInflatedBytes * 7) / 6) + 64;
}

function parseEncoding(header: string | undefined): BodyEncoding {
  const name = (header ?? "").trim().toLowerCase();
  if (name === "") return "identity";
  if (name === "x-gzip") return "gzip";
  const known = BODY_ENCODINGS.find((encoding) => encoding === name);
  if (known !== undefined) return known;
  const what = name.includes(",") ? "More than one Content-Encoding" : "This Content-Encoding";
  const shown = name.slice(0, 100);
  throw new BodyError(
    "encoding_unknown",
    `${what} is not read here: [${shown}]. Send one of ${BODY_ENCODINGS.join(", ")}.`,
  );
}

interface Inflated {
  readonly buffer: Uint8Array;
  /** The decoder, which knows how much of the input it used. */
  readonly engine: { readonly bytesWritten: number };
}

function inflateSynchronously(
  encoding: "gzip" | "deflate",
  maxBytes: number,
  decode: (options: { maxOutputLength: number; info: true }) => unknown,
  length: number,
): Uint8Array {
  try {
    const { buffer, engine } = decode({ maxOutputLength: Math.max(1, maxBytes), info: true }) as Inflated;
    if (engine.bytesWritten !== length) throw new Error("bytes follow its end");
    return buffer;
  } catch (error) {
    const fault = toZlibFault(error);
    throw fault.tooLarge ? tooLarge(maxBytes) : malformed(encoding, fault.message);
  }
}

function clientGone(): BodyError {
  return new BodyError("client_gone", "The request broke off before its body was complete.");
}

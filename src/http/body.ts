import type { IncomingMessage } from "node:http";
import { mostCompressed, parseEncoding, type BodyEncoding } from "./body-encoding.js";
import { clientGone, inflatesTooMuch, tooLarge } from "./body-error.js";
import { createSink, type BodySink } from "./body-sink.js";
import { ByteQueue } from "./byte-queue.js";
import { Pace } from "./pace.js";

export { BodyError } from "./body-error.js";

export interface InflateOptions {
  readonly maxInflatedBytes: number;
  /** Inflated bytes for each byte that came; judged past 1 MiB. */
  readonly maxRatio?: number;
  /**
   * Told how many bytes came out by now. Where it answers a promise, nothing more is produced until it resolves; a
   * rejection ends the reading with that error.
   */
  readonly onBytes?: (total: number) => Promise<void> | undefined;
}

export interface BodyOptions extends InflateOptions {
  /** The Content-Encoding header. */
  readonly encoding: string | undefined;
  /** How long the client may send nothing, ms. Default 30,000. */
  readonly idleMs?: number;
  /** Default 0: any. */
  readonly minBytesPerSecond?: number;
}

export interface BodyChunk {
  readonly parts: readonly Uint8Array[];
  /** True when nothing follows. */
  readonly ended: boolean;
}

/** A body that is inflated as it arrives, and no further ahead of its reader than 1 MiB. */
export interface BodyStream {
  /**
   * The next bytes: at least `least` of them and 1 MiB, unless the body ends before.
   *
   * @throws BodyError `body_too_large`, `inflation_too_high`, `encoding_malformed` as soon as the bytes are seen not to
   *   be what the header says, `client_gone`, `request_timeout`, `body_too_slow`
   */
  read(least?: number): Promise<BodyChunk>;
  /** Ends the work on it: what is held is dropped, what is still to come thrown away, so that the sender gets to an answer. */
  close(reason?: Error): void;
}

/** What is read ahead of the reader. */
const READ_AHEAD_BYTES = 1024 * 1024;
const JUDGED_FROM_BYTES = 1024 * 1024;
/** Of bytes in hand, what is given to the inflater at once. */
const STEP_BYTES = 64 * 1024;

/**
 * @throws BodyError `encoding_unknown`, or `body_too_large` when the declared length says so. The request is then read to
 *   its end and thrown away.
 */
export function openBody(req: IncomingMessage, options: BodyOptions): BodyStream {
  const { maxInflatedBytes, idleMs = 30_000, minBytesPerSecond = 0 } = options;
  try {
    const encoding = parseEncoding(options.encoding);
    const most = encoding === "identity" ? maxInflatedBytes : mostCompressed(maxInflatedBytes);
    const declared = Number(req.headers["content-length"] ?? 0);
    if (declared > most) throw tooLarge(maxInflatedBytes);
    const body = new Body(encoding, options, declared);
    const pace = new Pace({ idleMs, minBytesPerSecond, fail: (error) => body.fail(error) });
    const onData = (chunk: Buffer): void => {
      pace.came(chunk.length);
      body.take(chunk);
    };
    const onEnd = (): void => {
      pace.stop();
      body.end();
    };
    const onClose = (): void => body.fail(clientGone());
    body.from({
      resume() {
        req.resume();
        pace.start();
      },
      pause() {
        req.pause();
        pace.stop();
      },
      stop() {
        pace.stop();
        req.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
        // A listener has to stay: an error without one would end the process.
        req.on("error", () => undefined);
        req.resume();
      },
    });
    if (req.destroyed) body.fail(clientGone());
    else req.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
    return body;
  } catch (error) {
    req.resume();
    throw error;
  }
}

/** Inflates bytes in hand, in the same short turns. */
export function openInflated(bytes: Buffer, encoding: BodyEncoding, options: InflateOptions): BodyStream {
  const body = new Body(encoding, options, bytes.length);
  let at = 0;
  let next: NodeJS.Immediate | undefined;
  const feed = (): void => {
    next = undefined;
    if (at >= bytes.length) {
      body.end();
      return;
    }
    const step = bytes.subarray(at, at + STEP_BYTES);
    at += step.length;
    next = setImmediate(feed);
    body.take(step);
  };
  const pause = (): void => {
    clearImmediate(next);
    next = undefined;
  };
  body.from({ resume: () => (next ??= setImmediate(feed)), pause, stop: pause });
  return body;
}

/** Reads all of a body. */
export async function readWhole(body: BodyStream): Promise<Buffer> {
  const { parts } = await body.read(Infinity);
  const only = parts[0];
  if (parts.length !== 1 || only === undefined) return Buffer.concat(parts);
  return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
}

interface Source {
  resume(): void;
  pause(): void;
  /** No more is wanted. */
  stop(): void;
}

class Body implements BodyStream {
  private readonly queue = new ByteQueue();
  private readonly sink: BodySink;
  private source: Source | undefined;
  private came = 0;
  private total = 0;
  /** With what is held inside the sink. */
  private counted = 0;
  /** What has come to its end: nothing, what the client sends, what the sink gives out, what the reader takes. */
  private state: "flows" | "sent" | "inflated" | "taken" = "flows";
  private failure: Error | undefined;
  private want = READ_AHEAD_BYTES;
  private reader: { resolve(chunk: BodyChunk): void; reject(error: Error): void } | undefined;
  /** Why nothing is produced just now: the sink is full, or there is no room for more bytes. */
  private full = false;
  private holds = 0;

  /** @param declared bytes of the body as it is sent, as far as known */
  constructor(
    encoding: BodyEncoding,
    private readonly options: InflateOptions,
    private readonly declared: number,
  ) {
    this.sink = createSink(encoding, options.maxInflatedBytes, {
      data: (part) => this.give(part),
      ended: () => this.complete(),
      fail: (error) => this.fail(error),
      drain: () => {
        this.full = false;
        this.flow();
      },
      holds: (count) => this.count(count),
    });
  }

  from(source: Source): void {
    this.source = source;
    this.flow();
  }

  take(chunk: Buffer): void {
    if (this.failure !== undefined) return;
    this.came += chunk.length;
    if (this.sink.write(chunk)) return;
    this.full = true;
    this.flow();
  }

  end(): void {
    if (this.state !== "flows") return;
    this.state = "sent";
    this.sink.end();
  }

  fail(error: Error): void {
    // The client may leave once it has sent everything: what it sent is worked off all the same.
    if (this.state === "flows" || !isGone(error)) this.close(error);
  }

  read(least = 0): Promise<BodyChunk> {
    return new Promise((resolve, reject) => {
      this.want = Math.max(least, READ_AHEAD_BYTES);
      this.reader = { resolve, reject };
      this.settle();
      this.flow();
    });
  }

  close(reason: Error = clientGone()): void {
    if (this.state === "taken" || this.failure !== undefined) return;
    this.failure = reason;
    this.queue.take();
    this.sink.destroy();
    this.source?.stop();
    this.settle();
  }

  private give(part: Uint8Array): void {
    if (this.failure !== undefined) return;
    const { maxInflatedBytes, maxRatio = Infinity } = this.options;
    this.total += part.length;
    if (this.total > maxInflatedBytes) {
      this.fail(tooLarge(maxInflatedBytes));
      return;
    }
    if (this.total > JUDGED_FROM_BYTES && this.total > maxRatio * Math.max(this.came, this.declared)) {
      this.fail(inflatesTooMuch(maxRatio));
      return;
    }
    this.queue.push(part);
    this.count(part.length);
    this.settle();
    this.flow();
  }

  private count(bytes: number): void {
    this.counted += bytes;
    const room = this.options.onBytes?.(this.counted);
    if (room === undefined) return;
    this.holds++;
    this.flow();
    room.then(
      () => {
        this.holds--;
        this.settle();
        this.flow();
      },
      (error: unknown) => this.fail(error instanceof Error ? error : new Error(String(error))),
    );
  }

  private complete(): void {
    if (this.failure !== undefined) return;
    this.state = "inflated";
    this.source?.stop();
    this.settle();
  }

  private settle(): void {
    const { reader } = this;
    if (reader === undefined) return;
    if (this.failure !== undefined) {
      this.reader = undefined;
      reader.reject(this.failure);
      return;
    }
    const ended = this.state === "inflated" && this.holds === 0;
    if (!ended && this.queue.length < this.want) return;
    this.reader = undefined;
    this.want = READ_AHEAD_BYTES;
    if (ended) this.state = "taken";
    reader.resolve({ parts: this.queue.take(), ended });
  }

  private flow(): void {
    if ((this.state !== "flows" && this.state !== "sent") || this.failure !== undefined) return;
    if (this.holds > 0 || this.queue.length >= this.want) {
      this.sink.pause();
      if (this.state === "flows") this.source?.pause();
      return;
    }
    this.sink.resume();
    if (this.state !== "flows") return;
    if (this.full) this.source?.pause();
    else this.source?.resume();
  }
}

function isGone(error: Error): boolean {
  return (error as { readonly code?: unknown }).code === "client_gone";
}

import {
  createGunzip,
  createInflate,
  createInflateRaw,
  type Gunzip,
  type Inflate,
  type InflateRaw,
} from "node:zlib";
import { malformed, tooLarge } from "./body-error.js";

/** Takes the bytes of a body as they arrive. */
export interface BodySink {
  /** False when it has taken enough for now; `onDrain` is called once it can take more. */
  write(chunk: Buffer): boolean;
  /** Produces nothing until `resume`: there is no room for more. */
  pause(): void;
  resume(): void;
  /** No more bytes come; `done` or `fail` follows. */
  end(): void;
  /** Drops what is held. */
  destroy(): void;
}

export interface SinkEvents {
  readonly done: (bytes: Uint8Array) => void;
  readonly fail: (error: Error) => void;
  readonly drain: () => void;
  /** That many bytes more are held. */
  readonly onBytes: (count: number) => void;
}

type Inflater = Gunzip | Inflate | InflateRaw;

/** A sink that keeps the bytes and hands them to `decode` at the end. */
export function createCollector(
  maxBytes: number,
  events: SinkEvents,
  decode: (bytes: Buffer) => Uint8Array,
  accept: (first: Buffer) => void,
): BodySink {
  let parts: Buffer[] = [];
  let total = 0;
  let accepted = false;
  return {
    write(chunk) {
      total += chunk.length;
      if (total > maxBytes) events.fail(tooLarge(maxBytes));
      else {
        parts.push(chunk);
        events.onBytes(chunk.length);
      }
      if (!accepted && total >= 4) {
        accepted = true;
        attempt(events, () => accept(Buffer.concat(parts)));
      }
      return true;
    },
    // It holds what it was given and makes nothing of it before the end.
    pause: () => undefined,
    resume: () => undefined,
    end: () =>
      attempt(events, () =>
        events.done(decode(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts))),
      ),
    destroy: () => (parts = []),
  };
}

function attempt(events: SinkEvents, action: () => void): void {
  try {
    action();
  } catch (error) {
    events.fail(error instanceof Error ? error : new Error(String(error)));
  }
}

/** A sink that inflates as the bytes arrive, so that a bomb is stopped at the cap and bad data is refused at once. */
export function createInflater(encoding: "gzip" | "deflate", maxBytes: number, events: SinkEvents): BodySink {
  let stream: Inflater | undefined;
  let head = Buffer.alloc(0);
  let parts: Buffer[] = [];
  let written = 0;
  let total = 0;

  const open = (first: Buffer): Inflater => {
    const inflater = createStream(encoding, first);
    inflater.on("data", (part: Buffer) => {
      total += part.length;
      if (total > maxBytes) {
        events.fail(tooLarge(maxBytes));
        return;
      }
      parts.push(part);
      events.onBytes(part.length);
    });
    inflater.on("drain", events.drain);
    inflater.on("error", (error) => events.fail(malformed(encoding, error.message)));
    inflater.on("end", () => {
      // zlib stops at the end of the data and silently leaves what follows.
      if (inflater.bytesWritten !== written) events.fail(malformed(encoding, "bytes follow its end"));
      else events.done(Buffer.concat(parts));
    });
    return inflater;
  };

  return {
    write(chunk) {
      let next = chunk;
      if (stream === undefined) {
        head = Buffer.concat([head, chunk]);
        // Two bytes tell zlib's deflate from the raw one.
        if (head.length < 2) return true;
        next = head;
        stream = open(head);
      }
      written += next.length;
      return stream.write(next);
    },
    pause: () => stream?.pause(),
    resume: () => stream?.resume(),
    end() {
      if (stream === undefined) {
        if (head.length === 0) {
          events.done(head);
          return;
        }
        stream = open(head);
        written += head.length;
        stream.write(head);
      }
      stream.end();
    },
    destroy() {
      parts = [];
      stream?.destroy();
    },
  };
}

function createStream(encoding: "gzip" | "deflate", head: Buffer): Inflater {
  const options = { chunkSize: 64 * 1024 };
  if (encoding === "gzip") return createGunzip(options);
  return isZlib(head) ? createInflate(options) : createInflateRaw(options);
}

/** Whether deflate data has zlib's two-byte header; some senders leave it out. */
export function isZlib(head: Uint8Array): boolean {
  const [first = 0, second = 0] = head;
  return head.length >= 2 && (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

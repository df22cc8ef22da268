import {
  createGunzip,
  createInflate,
  createInflateRaw,
  type Gunzip,
  type Inflate,
  type InflateRaw,
} from "node:zlib";
import { mostCompressed, type BodyEncoding } from "./body-encoding.js";
import { malformed, tooLarge } from "./body-error.js";
import { inflateSnappy } from "./snappy.js";
import { createZstdSink } from "./zstd-sink.js";

/** Takes the bytes of a body as they arrive and gives them out inflated. */
export interface BodySink {
  /** False when it has taken enough for now; `drain` is called once it can take more. */
  write(chunk: Buffer): boolean;
  /** Gives out nothing until `resume`: there is no room for more. */
  pause(): void;
  resume(): void;
  /** No more bytes come; `ended` or `fail` follows. */
  end(): void;
  /** Drops what is held. */
  destroy(): void;
}

export interface SinkEvents {
  /** Inflated bytes. */
  readonly data: (part: Uint8Array) => void;
  readonly ended: () => void;
  readonly fail: (error: Error) => void;
  readonly drain: () => void;
  /** That many bytes more are held within. */
  readonly holds: (count: number) => void;
}

export function createSink(encoding: BodyEncoding, maxBytes: number, events: SinkEvents): BodySink {
  switch (encoding) {
    case "identity":
      return createPassage(events);
    case "gzip":
    case "deflate":
      return createInflater(encoding, events);
    case "zstd":
      return createZstdSink(maxBytes, events);
    case "snappy":
      return createSnappySink(maxBytes, events);
  }
}

/** For bodies that are not compressed. */
function createPassage(events: SinkEvents): BodySink {
  return {
    write(chunk) {
      events.data(chunk);
      return true;
    },
    pause: () => undefined,
    resume: () => undefined,
    end: () => events.ended(),
    destroy: () => undefined,
  };
}

/** A raw block is kept until it is whole: it can only be inflated in one go. */
function createSnappySink(maxBytes: number, events: SinkEvents): BodySink {
  let parts: Buffer[] = [];
  let total = 0;
  return {
    write(chunk) {
      total += chunk.length;
      if (total > mostCompressed(maxBytes)) events.fail(tooLarge(maxBytes));
      else {
        parts.push(chunk);
        events.holds(chunk.length);
      }
      return true;
    },
    pause: () => undefined,
    resume: () => undefined,
    end() {
      try {
        const bytes = Buffer.concat(parts);
        parts = [];
        if (bytes.length > 0) events.data(inflateSnappy(bytes, maxBytes));
        events.ended();
      } catch (error) {
        events.fail(error instanceof Error ? error : new Error(String(error)));
      }
    },
    destroy: () => (parts = []),
  };
}

type Inflater = Gunzip | Inflate | InflateRaw;

function createInflater(encoding: "gzip" | "deflate", events: SinkEvents): BodySink {
  let stream: Inflater | undefined;
  let head = Buffer.alloc(0);
  let written = 0;
  let paused = false;

  const open = (first: Buffer): Inflater => {
    const inflater = createStream(encoding, first);
    inflater.on("data", events.data);
    inflater.on("drain", events.drain);
    inflater.on("error", (error) => events.fail(malformed(encoding, error.message)));
    inflater.on("end", () => {
      // zlib stops at the end of the data and silently leaves what follows.
      if (inflater.bytesWritten !== written) events.fail(malformed(encoding, "bytes follow its end"));
      else events.ended();
    });
    if (paused) inflater.pause();
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
    pause() {
      paused = true;
      stream?.pause();
    },
    resume() {
      paused = false;
      stream?.resume();
    },
    end() {
      if (stream === undefined) {
        if (head.length === 0) {
          events.ended();
          return;
        }
        stream = open(head);
        written += head.length;
        stream.write(head);
      }
      stream.end();
    },
    destroy: () => stream?.destroy(),
  };
}

function createStream(encoding: "gzip" | "deflate", head: Buffer): Inflater {
  const options = { chunkSize: 64 * 1024 };
  if (encoding === "gzip") return createGunzip(options);
  return isZlib(head) ? createInflate(options) : createInflateRaw(options);
}

/** Whether deflate data has zlib's two-byte header; some senders leave it out. */
function isZlib(head: Uint8Array): boolean {
  const [first = 0, second = 0] = head;
  return head.length >= 2 && (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

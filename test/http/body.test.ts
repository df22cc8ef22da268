import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { compress } from "snappyjs";
import { BodyError, openBody, openInflated, readWhole, type BodyOptions } from "../../src/http/body.js";
import type { BodyEncoding } from "../../src/http/body-encoding.js";

const CAP = 1024 * 1024;
const TEXT = `{"a": "${"hello zstd ".repeat(20)}"}\n`;
/** TEXT by the zstd command, with its size in the frame header and (from a pipe) without it. */
const ZSTD_SIZED = Buffer.from("KLUv/STm5QAAqHsiYSI6ICJoZWxsbyB6c3RkICJ9CgEAnKZKGMFRz/o=", "base64");
const ZSTD_UNSIZED = Buffer.from("KLUv/QRo5QAAqHsiYSI6ICJoZWxsbyB6c3RkICJ9CgEAnKZKGMFRz/o=", "base64");
/** 20,000,000 zero bytes. */
const ZSTD_BOMB = Buffer.from(
  "KLUv/QRoTAAACAABAPz/ORACAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAANoCQAh91DZ",
  "base64",
);

async function readBody(req: IncomingMessage, options: BodyOptions): Promise<Uint8Array> {
  return readWhole(openBody(req, options));
}

const inflate = (bytes: Buffer, encoding: BodyEncoding, maxInflatedBytes: number): Promise<Buffer> =>
  readWhole(openInflated(bytes, encoding, { maxInflatedBytes }));

type Outcome = { readonly bytes: Uint8Array } | { readonly error: unknown };

let server: Server;
let outcome: Promise<Outcome>;
let counted = 0;

beforeEach(async () => {
  counted = 0;
  let tell: (value: Outcome) => void = () => undefined;
  outcome = new Promise((resolve) => (tell = resolve));
  server = createServer((req: IncomingMessage, res) => {
    const encoding = req.headers["content-encoding"];
    const onBytes = (total: number): undefined => void (counted = total);
    readBody(req, { encoding, maxInflatedBytes: CAP, onBytes }).then(
      (bytes) => {
        tell({ bytes });
        res.end("ok");
      },
      (error: unknown) => {
        tell({ error });
        res.statusCode = error instanceof BodyError ? error.status : 500;
        res.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Sends a body in the given pieces; the last one is held back for ever when `open`. */
function send(pieces: readonly Uint8Array[], encoding?: string, open = false): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const headers = encoding === undefined ? {} : { "content-encoding": encoding };
    const req = request({ port, host: "127.0.0.1", method: "POST", headers }, (res) => {
      res.resume();
      resolve(res.statusCode ?? 0);
    });
    req.on("error", reject);
    const next = (at: number): void => {
      const piece = pieces[at];
      if (piece !== undefined) req.write(piece, () => setImmediate(next, at + 1));
      else if (!open) req.end();
    };
    next(0);
  });
}

async function textOf(): Promise<string> {
  const result = await outcome;
  if ("error" in result) throw result.error;
  return Buffer.from(result.bytes).toString();
}

const ENCODED: readonly (readonly [BodyEncoding, string, Buffer])[] = [
  ["identity", "identity", Buffer.from(TEXT)],
  ["gzip", "gzip", gzipSync(TEXT)],
  ["gzip", "gzip of several members", Buffer.concat([gzipSync(TEXT.slice(0, 9)), gzipSync(TEXT.slice(9))])],
  ["deflate", "deflate with zlib's header", deflateSync(TEXT)],
  ["deflate", "raw deflate", deflateRawSync(TEXT)],
  ["zstd", "zstd", ZSTD_SIZED],
  ["zstd", "zstd without its size", ZSTD_UNSIZED],
  ["snappy", "snappy", compress(Buffer.from(TEXT))],
];

describe("readBody", () => {
  test.each(ENCODED)("%s: %s", async (encoding, _what, bytes) => {
    expect(await send([bytes], encoding)).toBe(200);
    expect(await textOf()).toBe(TEXT);
    // A raw block of snappy is inflated at the end in one go: until then what was sent is held.
    expect(counted).toBe((encoding === "snappy" ? bytes.length : 0) + TEXT.length);
  });

  test.each(ENCODED)("%s: %s, a byte at a time", async (encoding, _what, bytes) => {
    const pieces = Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
    expect(await send(pieces, encoding.toUpperCase())).toBe(200);
    expect(await textOf()).toBe(TEXT);
  });

  test.each(ENCODED.filter(([encoding]) => encoding !== "identity"))(
    "%s: %s, cut off",
    async (encoding, _what, bytes) => {
      expect(await send([bytes.subarray(0, bytes.length - 3)], encoding)).toBe(400);
      expect(await outcome).toMatchObject({ error: { code: "encoding_malformed", type: "parse_exception" } });
    },
  );

  test.each(ENCODED.filter(([encoding]) => encoding !== "identity"))(
    "%s: %s, with bytes after it",
    async (encoding, _what, bytes) => {
      expect(await send([bytes, Buffer.from("trailing")], encoding)).toBe(400);
      expect(await outcome).toMatchObject({ error: { code: "encoding_malformed" } });
    },
  );

  test("an empty body is empty under any encoding", async () => {
    for (const encoding of ["identity", "gzip", "deflate", "zstd", "snappy"]) {
      expect(await send([], encoding)).toBe(200);
    }
    expect(await textOf()).toBe("");
  });

  // The sender keeps the request open: the refusal must not wait for its end.
  test.each(["gzip", "zstd"])("a body mislabelled %s is refused at once", async (encoding) => {
    expect(await send([Buffer.from('{"index":{}}\n{"eventName":"x"}\n')], encoding, true)).toBe(400);
    expect(await outcome).toMatchObject({ error: { code: "encoding_malformed" } });
  });

  test.each(["deflate", "snappy", "zstd", "gzip"])("a body mislabelled %s is refused", async (encoding) => {
    expect(await send([Buffer.from('{"index":{}}\n{"eventName":"x"}\n'.repeat(50))], encoding)).toBe(400);
  });

  test.each([
    ["gzip", gzipSync(Buffer.alloc(20 * CAP))],
    ["deflate", deflateSync(Buffer.alloc(20 * CAP))],
    ["zstd", ZSTD_BOMB],
    ["snappy", Buffer.concat([Buffer.from([0x80, 0x80, 0x80, 0x80, 0x04]), Buffer.alloc(100)])],
    ["identity", Buffer.alloc(CAP + 1)],
  ])("%s over the limit is 413", async (encoding, bytes) => {
    expect(await send([bytes], encoding)).toBe(413);
    expect(await outcome).toMatchObject({
      error: { code: "body_too_large", type: "content_too_long_exception" },
    });
    expect(counted).toBeLessThanOrEqual(CAP);
  });

  test("a declared length over the limit is refused before the body comes", async () => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${CAP + 1}\r\n\r\n`);
    expect(await outcome).toMatchObject({ error: { status: 413 } });
    socket.destroy();
  });

  test.each(["br", "gzip, gzip", "gzip,zstd"])("encoding %s is 415", async (encoding) => {
    expect(await send([Buffer.from("x")], encoding)).toBe(415);
    expect(await outcome).toMatchObject({ error: { code: "encoding_unknown" } });
  });

  test("a client that goes away is an error, not a hang", async () => {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc", () => socket.destroy());
    expect(await outcome).toMatchObject({ error: { code: "client_gone" } });
  });

  test("a connection is good for the next request after a refusal", async () => {
    expect(await send([Buffer.from("no gzip")], "gzip")).toBe(400);
    expect(await send([Buffer.from(TEXT)])).toBe(200);
  });
});

describe("inflate", () => {
  test.each(ENCODED)("%s: %s", async (encoding, _what, bytes) => {
    expect((await inflate(bytes, encoding, CAP)).toString()).toBe(TEXT);
  });

  test("several zstd frames, and skippable ones between", async () => {
    const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const bytes = Buffer.concat([ZSTD_SIZED, skippable, ZSTD_UNSIZED]);
    expect((await inflate(bytes, "zstd", CAP)).toString()).toBe(TEXT + TEXT);
  });

  test("the limit counts all frames and members together", async () => {
    const half = Buffer.alloc(CAP / 2 + 1);
    await expect(inflate(Buffer.concat([gzipSync(half), gzipSync(half)]), "gzip", CAP)).rejects.toMatchObject(
      {
        status: 413,
      },
    );
    const frames = Buffer.concat([ZSTD_SIZED, ZSTD_UNSIZED]);
    await expect(inflate(frames, "zstd", TEXT.length * 2 - 1)).rejects.toMatchObject({ status: 413 });
    expect(await inflate(frames, "zstd", TEXT.length * 2)).toHaveLength(TEXT.length * 2);
  });

  test("framed snappy is named", async () => {
    const framed = Buffer.from([0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59, 0, 0]);
    await expect(inflate(framed, "snappy", CAP)).rejects.toThrow(/framed format/);
  });

  test("any bytes, also damaged ones, give bytes or a BodyError", async () => {
    const damaged = fc
      .tuple(fc.constantFrom(...ENCODED), fc.nat(), fc.integer({ min: 1, max: 255 }))
      .map(([[encoding, , bytes], at, flip]) => {
        const copy = Buffer.from(bytes);
        copy[at % copy.length]! ^= flip;
        return [encoding, copy] as const;
      });
    const random = fc.tuple(
      fc.constantFrom<BodyEncoding>("gzip", "deflate", "zstd", "snappy"),
      fc.uint8Array({ maxLength: 300 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged, random), async ([encoding, bytes]) => {
        try {
          expect((await inflate(Buffer.from(bytes), encoding, CAP)).length).toBeLessThanOrEqual(CAP);
        } catch (error) {
          expect(error).toBeInstanceOf(BodyError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

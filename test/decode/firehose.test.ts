import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parseFirehose } from "../../src/decode/firehose.js";
import type { DecodedUnit } from "../../src/decode/types.js";
import { ApiError } from "../../src/lib/errors.js";
import { bytes, LIMITS, record, summary } from "./samples.js";

const A = JSON.stringify(record("a"));
const B = JSON.stringify(record("b"));
const SUBSCRIPTION = JSON.stringify({
  messageType: "DATA_MESSAGE",
  logEvents: [{ message: A }, { message: B }],
});

function delivery(data: readonly unknown[]): Buffer {
  const records = data.map((one) => ({ data: Buffer.isBuffer(one) ? one.toString("base64") : one }));
  return bytes({ requestId: "r-1", timestamp: 1717200000000, records });
}

const only = (units: Iterable<DecodedUnit | undefined>): DecodedUnit[] =>
  [...units].filter((unit) => unit !== undefined);

describe("parseFirehose", () => {
  test("every form of data, each unit with its record's number", () => {
    const { requestId, timestamp, units } = parseFirehose(
      delivery([
        bytes(A),
        bytes(`${A}${B}`),
        bytes(`${A}\n${B}\n`),
        gzipSync(SUBSCRIPTION),
        bytes(`{"detail":${B}}`),
      ]),
      LIMITS,
    );
    const all = only(units);
    expect({ requestId, timestamp }).toEqual({ requestId: "r-1", timestamp: 1717200000000 });
    expect(summary(all)).toEqual(["a", "a", "b", "a", "b", "a", "b", "b"]);
    expect(all.map((unit) => unit.item)).toEqual([0, 1, 1, 2, 2, 3, 3, 4]);
  });

  test("bad base64, bad gzip and a missing data cost their own record only", () => {
    const cut = gzipSync(SUBSCRIPTION).subarray(0, -9);
    const data = ["not base64!", bytes(A), cut, undefined, bytes(""), bytes(B)];
    const found = only(parseFirehose(delivery(data), LIMITS).units);
    expect(summary(found)).toEqual([
      "dead:bad_wrapper",
      "a",
      "dead:bad_wrapper",
      "dead:bad_wrapper",
      "skipped:empty",
      "b",
    ]);
    expect(found[0]).toMatchObject({ raw: bytes("not base64!") });
    expect(found[2]).toMatchObject({ raw: cut });
  });

  test("asks for room before a record that inflates to much", () => {
    const large = gzipSync(
      JSON.stringify({
        logEvents: [{ message: A, pad: "x".repeat(1_000_000) }],
        messageType: "DATA_MESSAGE",
      }),
    );
    const { units, ...rest } = parseFirehose(delivery([bytes(A), large]), LIMITS);
    expect(rest.inflates).toBe(0);
    const found: unknown[] = [];
    const delivered = parseFirehose(delivery([bytes(A), large]), LIMITS);
    for (const unit of delivered.units) found.push(unit === undefined ? delivered.inflates : unit.kind);
    expect(found).toEqual(["record", expect.any(Number), "record"]);
    expect(found[1]).toBeGreaterThan(1_000_000);
    expect(summary(only(units))).toEqual(["a", "a"]);
  });

  test("a record that inflates to more than it says of itself is a dead letter", () => {
    const said = gzipSync(Buffer.alloc(5_000_000, 0x20));
    said.writeUInt32LE(10, said.length - 4);
    expect(summary(only(parseFirehose(delivery([said, bytes(A)]), LIMITS).units))).toEqual([
      "dead:bad_wrapper",
      "a",
    ]);
  });

  test("the limit on inflated bytes is for the whole delivery", () => {
    const filler = gzipSync(Buffer.alloc(600, 0x20));
    const { units } = parseFirehose(delivery([filler, filler, bytes(A)]), LIMITS, { maxInflatedBytes: 1000 });
    expect(summary(only(units))).toEqual(["skipped:empty", "dead:bad_wrapper", "a"]);
  });

  test.each([
    "",
    "{",
    "[]",
    "{}",
    '{"requestId":"r"}',
    '{"requestId":1,"records":[]}',
    '{"requestId":"r","records":{}}',
  ])("%j is no delivery", (text) => {
    expect(() => parseFirehose(bytes(text), LIMITS)).toThrow(
      expect.objectContaining({ code: "body_malformed", status: 400 }),
    );
  });

  test("property: any bytes and any JSON give units or an ApiError", () => {
    const near = fc.record({
      requestId: fc.string(),
      records: fc.array(fc.record({ data: fc.oneof(fc.base64String(), fc.jsonValue()) })),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array().map((any) => Buffer.from(any)),
          near.map(bytes),
        ),
        (input) => {
          try {
            const { units } = parseFirehose(input, LIMITS);
            const { records } = JSON.parse(input.toString()) as { records: readonly unknown[] };
            expect(new Set(only(units).map((unit) => unit.item)).size).toBe(records.length);
          } catch (error) {
            if (!(error instanceof ApiError)) throw error;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

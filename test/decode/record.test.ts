import { createHash } from "node:crypto";
import fc from "fast-check";
import { readUnits, toUnits } from "../../src/decode/record.js";
import { bytes, LIMITS, onlyRecord, record, summary } from "./samples.js";

function units(value: unknown) {
  return toUnits(0, bytes(value), LIMITS);
}

const A = record("a");
const TEXT = JSON.stringify(A);

describe("toUnits: one record", () => {
  test("keeps the text, the bytes and the item's number", () => {
    const input = bytes(`  ${TEXT}\r`);
    const [unit] = toUnits(7, input, LIMITS);
    expect(unit).toMatchObject({
      kind: "record",
      item: 7,
      record: { value: A, text: TEXT, duplicateKeys: false },
    });
    const { raw, shipper } = onlyRecord([unit!]);
    expect(Buffer.from(raw).toString()).toBe(TEXT);
    expect(raw.buffer).toBe(input.buffer);
    expect(shipper).toBeUndefined();
  });

  test("a byte order mark is passed over", () => {
    expect(onlyRecord(units(`\ufeff${TEXT}`)).text).toBe(TEXT);
  });

  test("repeated keys, also nested ones, leave no text to store verbatim", () => {
    const text = `${TEXT.slice(0, -1)},"requestParameters":{"a":1,"a":2}}`;
    expect(onlyRecord(units(text))).toMatchObject({
      duplicateKeys: true,
      text: undefined,
      value: { requestParameters: { a: 2 } },
    });
  });

  test("line breaks between tokens leave no text, and are no repeated keys", () => {
    expect(onlyRecord(units(JSON.stringify(A, null, 2)))).toMatchObject({
      duplicateKeys: false,
      text: undefined,
    });
  });

  test("`__proto__` is a key like any other", () => {
    const text = `${TEXT.slice(0, -1)},"__proto__":{"eventName":"x"},"constructor":{"prototype":1}}`;
    const found = onlyRecord(units(text));
    expect(found.text).toBe(text);
    expect(Object.getPrototypeOf(found.value)).toBe(Object.prototype);
    expect(Object.keys(found.value)).toContain("__proto__");
    expect(({} as Record<string, unknown>)["eventName"]).toBeUndefined();
  });

  test("an object whose fields are only inherited from a `__proto__` key is no record", () => {
    expect(summary(units(`{"__proto__":${TEXT}}`))).toEqual(["dead:not_cloudtrail"]);
  });

  test.each([
    [
      "an Insight event",
      { eventVersion: "1.07", eventCategory: "Insight", insightDetails: {}, eventID: "i" },
      "i",
    ],
    ["an aggregated event", { eventId: "g", eventCategory: "Aggregated", timeWindow: {} }, "g"],
    [
      "a Logstash-shaped one",
      { "@timestamp": "2024-01-01T00:00:00Z", "@version": "1", host: "h", ...A },
      "a",
    ],
  ])("%s", (_what, value, id) => {
    expect(summary(units(value))).toEqual([id]);
  });
});

describe("toUnits: what is no record", () => {
  test.each([
    ["", "skipped:empty"],
    [" \n", "skipped:empty"],
    ['{"Records":[]}', "skipped:empty"],
    ["[]", "skipped:empty"],
    ["{}", "dead:not_cloudtrail"],
    ['{"hello":"world"}', "dead:not_cloudtrail"],
    ['{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put"}', "dead:not_cloudtrail"],
    ["42", "dead:not_an_object"],
    ["null", "dead:not_an_object"],
    ['"text"', "dead:not_an_object"],
    ['{"eventName":"x"', "dead:invalid_json"],
    ['{"eventName":"x\u0000y","eventID":"a"}', "dead:invalid_json"],
    ['{"eventName":"x"}\u0000', "dead:not_cloudtrail dead:invalid_json"],
    ["plain text", "dead:invalid_json"],
    [
      '{"digestStartTime":"2024-01-01T00:00:00Z","previousDigestS3Object":"x","logFiles":[],"awsAccountId":"1"}',
      "skipped:digest",
    ],
  ])("%j: %s", (text, expected) => {
    expect(summary(units(text)).join(" ")).toBe(expected);
  });

  test("invalid JSON says where, and keeps its bytes", () => {
    const text = `${TEXT.slice(0, 20)}\u0001${TEXT.slice(20)}`;
    expect(units(text)[0]).toMatchObject({
      reason: { code: "invalid_json", message: expect.stringMatching(/position 20/) },
      raw: bytes(text),
    });
  });

  test("invalid UTF-8", () => {
    const input = Buffer.concat([bytes(TEXT.slice(0, -2)), Buffer.from([0xff, 0xc0]), bytes('"}')]);
    expect(toUnits(0, input, LIMITS)[0]).toMatchObject({ reason: { code: "invalid_utf8" }, raw: input });
  });

  test("depth 10,000", () => {
    const text = `${TEXT.slice(0, -1)},"requestParameters":${'{"a":'.repeat(10_000)}1${"}".repeat(10_001)}`;
    expect(units(text)[0]).toMatchObject({
      reason: { code: "too_deep", message: expect.stringContaining("10001 levels") },
    });
  });

  test("a single document of 60 MB is dead-lettered in parts that say so, and hold all of it", () => {
    const input = bytes({ ...A, requestParameters: { text: "x".repeat(60_000_000) } });
    const parts = toUnits(0, input, LIMITS).map((unit) => (unit.kind === "dead" ? unit : undefined));
    expect(parts).toHaveLength(15);
    expect(parts[14]).toMatchObject({ item: 0, reason: { code: "too_large" } });
    const whole = createHash("sha256").update(input).digest("hex");
    expect(parts[14]!.part).toEqual({ id: `${whole}-last`, n: 14, of: 15, previous: parts[13]!.part!.id });
    expect(Buffer.concat(parts.map((part) => part!.raw)).equals(input)).toBe(true);
  });

  test("keys are limited for each record, not for what holds them", () => {
    const limits = { ...LIMITS, maxKeys: 40 };
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, i]));
    const Records = [...Array.from({ length: 20 }, (_, i) => record(`r${i}`)), record("b", { many })];
    const ids = [...Array.from({ length: 20 }, (_, i) => `r${i}`), "dead:too_many_keys"];
    expect(summary(toUnits(0, bytes({ Records }), limits))).toEqual(ids);
    expect(summary(toUnits(0, bytes({ first: 1, Records }), limits))).toEqual(ids);
    const logEvents = Records.map((each, id) => ({ id, timestamp: 0, message: JSON.stringify(each) }));
    const messageType = "DATA_MESSAGE";
    expect(summary(toUnits(0, bytes({ messageType, logEvents }), limits))).toEqual(ids);
    const disguised = toUnits(0, bytes(record("b", { many, logEvents: [] })), limits);
    expect(disguised).toMatchObject([
      { reason: { code: "too_many_keys", message: expect.stringContaining("46") } },
    ]);
  });

  test("many elements in one item are decoded as they are asked for", () => {
    const input = bytes(`[${TEXT},${"{},".repeat(3_000_000)}{}]`);
    const [first] = readUnits(0, input, LIMITS);
    expect(first).toMatchObject({ kind: "record" });
  });

  test("the size limit is for each record, not for what holds them", () => {
    const limits = { ...LIMITS, maxDocumentBytes: 200 };
    const Records = [record("a"), record("b", { filler: "x".repeat(200) }), record("c")];
    expect(summary(toUnits(0, bytes({ Records }), limits))).toEqual(["a", "dead:too_large", "c"]);
    expect(summary(toUnits(0, bytes({ first: "x", Records }), limits))).toEqual(["a", "dead:too_large", "c"]);
  });
});

describe("toUnits: several records in one item", () => {
  test("each has its own bytes and text", () => {
    const [first, second] = units(`{"Records":[${TEXT},\n${JSON.stringify(record("b"))}]}`);
    expect(first).toMatchObject({ item: 0, record: { text: TEXT, raw: bytes(TEXT) } });
    expect(second).toMatchObject({ item: 0, record: { text: JSON.stringify(record("b")) } });
  });

  test.each([
    ["glued", `${TEXT}${JSON.stringify(record("b"))}`],
    ["an array", `[${TEXT},${JSON.stringify(record("b"))}]`],
    ["Records not first", JSON.stringify({ other: 1, Records: [A, record("b")] })],
    ["Records under an escaped key", `{"\\u0052ecords":[${TEXT},${JSON.stringify(record("b"))}]}`],
    ["Records in a message", JSON.stringify({ message: JSON.stringify({ Records: [A, record("b")] }) })],
  ])("%s", (_what, text) => {
    expect(summary(units(text))).toEqual(["a", "b"]);
  });

  test("a cut-off tail is its own dead letter", () => {
    const result = units(`{"Records":[${TEXT},${JSON.stringify(record("b"))},{"eve`);
    expect(summary(result)).toEqual(["a", "b", "dead:invalid_json"]);
    expect(result[2]).toMatchObject({ raw: bytes('{"eve') });
  });

  test("property: a record cut anywhere costs none of those beside it", () => {
    const text = JSON.stringify(
      record("bad", { requestParameters: { a: ['x\\"{[', { b: null }], c: "}]" }, t: true }),
    );
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.nat({ max: 3 }), (cut, at) => {
        const good = ["a", "b", "c"].map((id) => JSON.stringify(record(id)));
        const elements = [...good.slice(0, at), text.slice(0, cut), ...good.slice(at)];
        const found = summary(units(`{"Records":[${elements.join(",")}]}`));
        expect(found.filter((word) => !word.startsWith("dead:"))).toEqual(["a", "b", "c"]);
      }),
      { numRuns: 500 },
    );
  });

  test("property: any bytes, and any JSON, give units and never an error", () => {
    const limits = { ...LIMITS, maxDocumentBytes: 100, maxDepth: 3 };
    const key = fc.constantFrom(
      "message",
      "log",
      "Records",
      "detail",
      "logEvents",
      "messageType",
      "eventName",
      "eventID",
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        fc.jsonValue({ maxDepth: 1 }),
        fc.dictionary(key, tie("any"), { maxKeys: 3 }),
        tie("text"),
      ),
      text: fc
        .dictionary(key, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 })
        .map((inner) => JSON.stringify(inner)),
    })).any;
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), value.map(bytes)), (input) => {
        expect(toUnits(0, input, limits).length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});

import { toUnits } from "../../src/decode/record.js";
import { bytes, LIMITS, onlyRecord, record, summary } from "./samples.js";

const A = record("a");
// Spaces, and a number that a parsed and re-written record would lose, show that the text is the sender's own.
const TEXT = JSON.stringify(A).replace("{", '{ "big": 12345678901234567890123, ');

function units(value: unknown) {
  return toUnits(0, bytes(value), LIMITS);
}

describe("wrappers", () => {
  test.each<[string, unknown, object | undefined]>([
    [
      "Filebeat",
      {
        "@timestamp": "2024-06-01T00:00:00Z",
        agent: { type: "filebeat", version: "7.17" },
        message: TEXT,
        tags: ["x"],
      },
      { "@timestamp": "2024-06-01T00:00:00Z", "agent.type": "filebeat", "agent.version": "7.17" },
    ],
    ["Fluent Bit tail", { date: 1717200000.5, log: `${TEXT}\n` }, { date: 1717200000.5 }],
    [
      "Logstash",
      { "@version": "1", event: { original: TEXT, kind: "x" } },
      { "@version": "1", "event.kind": "x" },
    ],
    ["rsyslog", { msg: ` ${TEXT}`, host: "h" }, { host: "h" }],
    [
      "SNS",
      { Type: "Notification", MessageId: "1", Message: TEXT },
      { Type: "Notification", MessageId: "1" },
    ],
    ["OpenTelemetry", { body: TEXT, severity: { number: 9 } }, { "severity.number": 9 }],
    ["OTLP body", { body: { stringValue: TEXT } }, undefined],
    [
      "a syslog header",
      { message: `<13>1 2024-06-01T00:00:00Z host tag - - [x a="b"] ${TEXT}`, facility: 1 },
      { facility: 1, prefix: '<13>1 2024-06-01T00:00:00Z host tag - - [x a="b"]' },
    ],
  ])("%s", (_what, wrapper, shipper) => {
    const found = onlyRecord(units(wrapper));
    expect(found.text).toBe(TEXT);
    expect(found.shipper).toEqual(shipper);
    // Replaying the dead letter must find the wrapper again.
    expect(Buffer.from(found.raw).toString()).toBe(JSON.stringify(wrapper));
  });

  test("EventBridge: the detail's text as it stood in the wrapper", () => {
    const text = `{"version":"0","detail-type":"AWS API Call via CloudTrail","resources":[],"detail":${TEXT}}`;
    const found = onlyRecord(units(text));
    expect(found.text).toBe(TEXT);
    expect(found.shipper).toEqual({ version: "0", "detail-type": "AWS API Call via CloudTrail" });
  });

  test("CloudWatch Logs subscription: each message is its own record", () => {
    const subscription = {
      messageType: "DATA_MESSAGE",
      owner: "123",
      logGroup: "trail",
      subscriptionFilters: ["f"],
      logEvents: [
        { id: "1", timestamp: 5, message: TEXT },
        { id: "2", timestamp: 6, message: '{"cut":' },
        { id: "3", timestamp: 7, message: JSON.stringify(record("c")) },
      ],
    };
    const found = units(subscription);
    expect(summary(found)).toEqual(["a", "dead:invalid_json", "c"]);
    expect(onlyRecord(found.slice(0, 1))).toMatchObject({
      text: TEXT,
      raw: bytes(TEXT),
      shipper: { messageType: "DATA_MESSAGE", owner: "123", logGroup: "trail", id: "1", timestamp: 5 },
    });
  });

  test("a control message is skipped", () => {
    expect(
      summary(units({ messageType: "CONTROL_MESSAGE", logEvents: [{ message: "CWL CONTROL MESSAGE" }] })),
    ).toEqual(["skipped:control_message"]);
  });

  test("wrappers in wrappers, up to a fixed number", () => {
    const wrap = (levels: number): string =>
      levels === 0 ? TEXT : JSON.stringify({ message: wrap(levels - 1) });
    expect(summary(units(wrap(5)))).toEqual(["a"]);
    expect(summary(units(wrap(6)))).toEqual(["dead:not_cloudtrail"]);
    const eventBridge = { "detail-type": "x", detail: A };
    const sns = { Type: "Notification", Message: JSON.stringify({ Records: [eventBridge, record("b")] }) };
    expect(summary(units({ log: JSON.stringify(sns) }))).toEqual(["a", "b"]);
  });

  test("the first member that holds a record counts", () => {
    expect(summary(units({ message: "{ not json }", log: TEXT }))).toEqual(["a"]);
  });

  test.each([
    [{ message: "no JSON here" }, "not_cloudtrail"],
    [{ message: '{"other":1}' }, "not_cloudtrail"],
    [{ message: TEXT.slice(0, -1) }, "invalid_json"],
    [{ message: `many { braces ${TEXT}` }, "invalid_json"],
  ])("%j is not a record, and its raw bytes are the wrapper's", (wrapper, code) => {
    const [unit, ...rest] = units(wrapper);
    expect(rest).toEqual([]);
    expect(unit).toMatchObject({ kind: "dead", raw: bytes(wrapper) });
    expect(summary([unit!])).toEqual([`dead:${code}`]);
  });

  test("many, long or non-scalar fields are dropped and counted", () => {
    const counters = { shipperFieldsDropped: 0 };
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f${at}`, at]));
    const wrapper = { list: [1], long: "x".repeat(1025), none: null, ...many, message: TEXT };
    const [unit] = toUnits(0, bytes(wrapper), LIMITS, counters);
    expect(Object.keys(onlyRecord([unit!]).shipper ?? {})).toHaveLength(32);
    expect(counters.shipperFieldsDropped).toBe(10);
  });

  test("a wrapper's `__proto__` is a field of that name", () => {
    const found = onlyRecord(units(`{"__proto__":"x","message":${JSON.stringify(TEXT)}}`));
    expect(Object.keys(found.shipper ?? {})).toEqual(["__proto__"]);
  });
});

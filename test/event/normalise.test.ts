import { createHash } from "node:crypto";
import { toCanonicalJson } from "../../src/event/canonical.js";
import type { JsonObject } from "../../src/lib/json.js";
import { eventOf, normaliseRecord, NOW, trailRecord } from "./make.js";

test("a plain record becomes an event and is not touched", () => {
  const record = trailRecord();
  const event = eventOf(record);
  expect(event.id).toBe("aaaaaaaa-0000-4000-8000-000000000001");
  expect(event.time).toBe(Date.parse("2026-03-01T10:20:30Z"));
  expect(event.record).toBe(record);
  expect(event.text).toBe(JSON.stringify(record));
  expect(event.actor).toBe("maria");
  expect(event.account).toBe("123456789012");
  expect(event.ecs).toEqual({
    "@timestamp": "2026-03-01T10:20:30.000Z",
    event: {
      id: event.id,
      kind: "event",
      action: "CreateAccessKey",
      provider: "iam.amazonaws.com",
      outcome: "success",
      ingested: new Date(NOW).toISOString(),
    },
    cloud: { provider: "aws", account: { id: "123456789012" }, region: "us-east-1" },
    source: { address: "198.51.100.7", ip: "198.51.100.7" },
    user: { id: "AIDAEXAMPLEMARIA", name: "maria" },
    user_agent: { original: "aws-cli/2.15.0" },
    related: expect.objectContaining({ ip: ["198.51.100.7"] }),
  });
});

test.each<[string, JsonObject, string]>([
  ["no CloudTrail at all", { message: "hello", eventTime: "2026-03-01T10:00:00Z" }, "not_cloudtrail"],
  [
    "a notification of S3",
    trailRecord({ eventSource: "aws:s3", eventName: "ObjectCreated:Put" }),
    "not_cloudtrail",
  ],
  ["no time", trailRecord({ eventTime: undefined }), "no_event_time"],
  ["a bad time", trailRecord({ eventTime: "soon" }), "bad_event_time"],
  ["a bad time beside @timestamp", trailRecord({ eventTime: "soon", "@timestamp": NOW }), "bad_event_time"],
  ["1970", trailRecord({ eventTime: "1970-01-01T00:00:00Z" }), "event_too_old"],
  ["2100", trailRecord({ eventTime: "2100-01-01T00:00:00Z" }), "event_in_future"],
  ["empty", {}, "not_cloudtrail"],
])("%s is dead-lettered", (_name, record, code) => {
  const result = normaliseRecord(record);
  expect(result).toMatchObject({ kind: "dead", reason: { code } });
});

test("an hour ahead is taken", () => {
  expect(normaliseRecord(trailRecord({ eventTime: NOW + 3_600_000 })).kind).toBe("event");
  expect(normaliseRecord(trailRecord({ eventTime: NOW + 3_600_001 })).kind).toBe("dead");
});

test("an Insight event takes action and provider from insightDetails", () => {
  const event = eventOf({
    eventVersion: "1.08",
    eventTime: "2026-02-10T01:42:00Z",
    awsRegion: "us-east-1",
    eventID: "i1",
    eventType: "AwsCloudTrailInsight",
    recipientAccountId: "123456789012",
    insightDetails: {
      state: "Start",
      eventSource: "ec2.amazonaws.com",
      eventName: "RunInstances",
      insightContext: { statistics: { baseline: { average: 9.8e-5 } } },
    },
    eventCategory: "Insight",
  });
  expect(event.ecs.event).toMatchObject({
    action: "RunInstances",
    provider: "ec2.amazonaws.com",
    outcome: "unknown",
  });
  expect(event.actor).toBeUndefined();
});

test("an aggregated event takes the start of its window, eventId and accountId", () => {
  const event = eventOf({
    eventVersion: "1.0",
    accountId: "123456789012",
    eventId: "g1",
    eventCategory: "Aggregated",
    eventType: "AwsAggregatedEvent",
    awsRegion: "us-east-1",
    eventSource: "s3.amazonaws.com",
    timeWindow: {
      windowStart: "2026-02-10T19:20:00Z",
      windowEnd: "2026-02-10T19:25:00Z",
      windowSize: "PT5M",
    },
    summary: { primaryDimension: { dimension: "eventName", statistics: [{ name: "PutObject", value: 3 }] } },
  });
  expect(event.id).toBe("g1");
  expect(event.ecs["@timestamp"]).toBe("2026-02-10T19:20:00.000Z");
  expect(event.ecs.event.outcome).toBe("unknown");
  expect(event.account).toBe("123456789012");
});

test("a Logstash-shaped record without eventTime takes @timestamp, which goes to shipper with @version", () => {
  const record = trailRecord({
    eventTime: undefined,
    "@timestamp": "2026-03-01T09:00:00.123Z",
    "@version": "1",
  });
  const event = eventOf(record);
  expect(event.ecs["@timestamp"]).toBe("2026-03-01T09:00:00.123Z");
  expect(event.shipper).toEqual({ "@timestamp": "2026-03-01T09:00:00.123Z", "@version": "1" });
  expect(Object.keys(event.record)).not.toContain("@timestamp");
  expect(event.text).toBeUndefined();
});

test("names of ours are moved off a record, dotted and nested ones too", () => {
  const record = trailRecord({
    rule: { id: ["Forged"] },
    "rule.id": "Forged",
    detection: "none",
    event: { original: "x".repeat(2000) },
    tags: ["a", "b"],
    _id: "mine",
    unknownField: 1,
  });
  const event = eventOf(record);
  expect(event.shipper).toEqual({
    rule: { id: ["Forged"] },
    "rule.id": "Forged",
    detection: "none",
    tags: { values: ["a", "b"] },
    _id: "mine",
  });
  expect(event.truncated).toEqual(["shipper.event"]);
  expect(event.record).toEqual(trailRecord({ unknownField: 1 }));
});

test("the wrapper's fields are kept, and one does not hide the other", () => {
  const event = eventOf(trailRecord({ host: "inner" }), { shipper: { host: "outer", offset: 7 } });
  expect(event.shipper).toEqual({ host: "outer", offset: 7, "record.host": "inner" });
});

test("a record's own __proto__ stays a plain key", () => {
  const record = JSON.parse(
    `{"__proto__":{"rule":1},"host":"h",${JSON.stringify(trailRecord()).slice(1)}`,
  ) as JsonObject;
  const event = eventOf(record);
  expect(Object.keys(event.record)).not.toContain("host");
  expect(Object.hasOwn(event.shipper ?? {}, "__proto__")).toBe(true);
  expect(({} as Record<string, unknown>)["rule"]).toBeUndefined();
});

test.each([
  ["absent", undefined],
  ["empty", ""],
  ["a number", 5],
  ["with a NUL", "a\u0000b"],
  ["too long", "x".repeat(513)],
  ["too many bytes", "é".repeat(300)],
  ["half a surrogate pair", "\ud83d"],
])("an eventID that is %s gives way to the hash of the record", (_name, eventID) => {
  const record = trailRecord({ eventID });
  const expected = createHash("sha256").update(toCanonicalJson(record)).digest("hex");
  expect(eventOf(record).id).toBe(expected);
  const turned = Object.fromEntries(Object.entries(record).reverse());
  expect(eventOf(turned).id).toBe(expected);
});

test.each<[string, Record<string, unknown>, string]>([
  ["errorCode", { errorCode: "AccessDenied" }, "failure"],
  ["errorMessage alone", { errorMessage: "Failed authentication" }, "failure"],
  ["a failed login", { eventName: "ConsoleLogin", responseElements: { ConsoleLogin: "Failure" } }, "failure"],
  [
    "a failed credential check",
    { responseElements: null, serviceEventDetails: { CredentialVerification: "Failure" } },
    "failure",
  ],
  ["a login", { eventName: "ConsoleLogin", responseElements: { ConsoleLogin: "Success" } }, "success"],
  ["null errorCode", { errorCode: null }, "success"],
])("outcome: %s", (_name, changes, outcome) => {
  expect(eventOf(trailRecord(changes)).ecs.event.outcome).toBe(outcome);
});

test("an account that came as a number gets its zeros back", () => {
  expect(eventOf(trailRecord({ recipientAccountId: 12345678901 })).account).toBe("012345678901");
});

test.each([
  ["198.51.100.7", { address: "198.51.100.7", ip: "198.51.100.7" }],
  ["2001:db8::1", { address: "2001:db8::1", ip: "2001:db8::1" }],
  ["ec2.amazonaws.com", { address: "ec2.amazonaws.com" }],
  ["AWS Internal", { address: "AWS Internal" }],
  ["010.1.1.1", { address: "010.1.1.1" }],
])("source of %s", (sourceIPAddress, source) => {
  expect(eventOf(trailRecord({ sourceIPAddress })).ecs.source).toEqual(source);
});

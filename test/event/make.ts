import { normalise, type NormaliseResult } from "../../src/event/normalise.js";
import type { NormalisedEvent, SourceRecord } from "../../src/event/types.js";
import type { JsonObject } from "../../src/lib/json.js";

/** The clock of these tests. */
export const NOW = Date.parse("2026-03-01T12:00:00Z");
const DAY = 86_400_000;

/** A plain management event with what a test wants changed; a key set to undefined is left out. */
export function trailRecord(changes: Readonly<Record<string, unknown>> = {}): JsonObject {
  const record = {
    eventVersion: "1.11",
    userIdentity: {
      type: "IAMUser",
      principalId: "AIDAEXAMPLEMARIA",
      arn: "arn:aws:iam::123456789012:user/maria",
      accountId: "123456789012",
      accessKeyId: "AKIAEXAMPLEMARIA",
      userName: "maria",
    },
    eventTime: "2026-03-01T10:20:30Z",
    eventSource: "iam.amazonaws.com",
    eventName: "CreateAccessKey",
    awsRegion: "us-east-1",
    sourceIPAddress: "198.51.100.7",
    userAgent: "aws-cli/2.15.0",
    requestParameters: { userName: "build-bot" },
    responseElements: { accessKey: { accessKeyId: "AKIAEXAMPLENEW", userName: "build-bot" } },
    requestID: "11111111-2222-3333-4444-555555555555",
    eventID: "aaaaaaaa-0000-4000-8000-000000000001",
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: "123456789012",
    eventCategory: "Management",
    ...changes,
  };
  return JSON.parse(JSON.stringify(record)) as JsonObject;
}

export function sourceOf(value: JsonObject, more: Partial<SourceRecord> = {}): SourceRecord {
  const text = JSON.stringify(value);
  return { value, text, raw: Buffer.from(text), duplicateKeys: false, shipper: undefined, ...more };
}

export function normaliseRecord(value: JsonObject, more: Partial<SourceRecord> = {}): NormaliseResult {
  return normalise(sourceOf(value, more), { now: NOW, maxAgeMs: 3650 * DAY, futureMs: 3_600_000 });
}

/** The event of a record that is one. */
export function eventOf(value: JsonObject, more: Partial<SourceRecord> = {}): NormalisedEvent {
  const result = normaliseRecord(value, more);
  if (result.kind === "dead") throw new Error(result.reason.message);
  return result.event;
}

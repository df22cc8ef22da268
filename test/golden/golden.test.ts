import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toDeadLetters } from "../../src/enrich/dead-letter.js";
import { foldAlerts } from "../../src/correlate/fold.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { documentOf, matchOf, ruleOf } from "../enrich/make.js";
import { NOW, trailRecord } from "../event/make.js";

const rule = ruleOf({
  id: "AWS.CloudTrail.Example.KeyMade",
  name: "Access key made",
  attack: [{ tactic: "TA0003", technique: "T1098" }],
});

const record = trailRecord({
  requestParameters: { userName: "build-bot" },
  additionalEventData: "a string where an object is usual",
  "@version": "1",
});
const told = { title: "maria made an access key", context: { key: "AKIAEXAMPLENEW" } };
const expected = ruleOf({ id: "AWS.CloudTrail.Example.BotTouched", name: "Bot user touched", severity: "low" });
const matches = [matchOf(rule, told), matchOf(expected, { suppressedBy: "Bots.KeyRotation" })];
const event = documentOf(record, matches, {
  shipper: { "host.name": "collector-1" },
});

/** One of each document, of our own making, at a fixed time. Written anew with UPDATE_GOLDEN=1. */
const GOLDEN = {
  "event.json": event,
  "event-no-hit.json": documentOf(
    trailRecord({
      eventName: "DescribeInstances",
      eventSource: "ec2.amazonaws.com",
      eventID: "aaaaaaaa-0000-4000-8000-000000000002",
      requestParameters: { instancesSet: { items: [{ instanceId: "i-0123456789abcdef0" }] } },
      responseElements: null,
      readOnly: true,
    }),
  ),
  "alert.json": foldAlerts([event], () => rule, NOW)[0],
  "dead-letter.json": toDeadLetters(
    {
      reason: { code: "not_cloudtrail", message: "The document has no eventName or eventSource." },
      raw: Buffer.from('{"message":"hello"}'),
      source: { route: "/_bulk", index: "logs", user_agent: "Fluent-Bit" },
    },
    NOW,
    1_000_000,
  )[0]?.document,
  "dead-letter-part.json": toDeadLetters(
    {
      reason: { code: "too_large", message: "The document has 8388609 bytes; at most 8388608 are taken." },
      raw: Buffer.from("}"),
      source: { route: "/_bulk", index: "logs", user_agent: "Fluent-Bit" },
      part: { id: `${"a".repeat(64)}-last`, n: 2, of: 3, previous: `${"b".repeat(64)}-more` },
    },
    NOW,
    1_000_000,
  )[0]?.document,
};

test.each(Object.entries(GOLDEN))("%s is what is made today", (file, document) => {
  const path = join(packageRoot, "test", "golden", file);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  expect(document).toEqual(JSON.parse(readFileSync(path, "utf8")));
  expect(Object.keys(document ?? {})).toEqual(Object.keys(JSON.parse(readFileSync(path, "utf8"))));
});

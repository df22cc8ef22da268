import { toAlert, toAlerts, type AlertStats } from "../../src/enrich/alerts.js";
import { trailRecord } from "../event/make.js";
import { documentOf, matchOf, ruleOf, tagged } from "./make.js";

const rule = ruleOf({
  summaryAttributes: [
    "requestParameters.userName",
    "eventName",
    "userIdentity.principalId",
    "resources[0].ARN",
    "no.such",
  ],
});
const record = trailRecord({ resources: [{ ARN: "arn:aws:s3:::b" }] });
const document = documentOf(record, [matchOf(rule, { title: "maria made a key" })]);
const rules = (id: string) => (id === rule.id ? rule : undefined);

test("an alert holds its event's fields, entities and window", () => {
  const [alert] = toAlerts(document, rules);
  expect(alert).toMatchObject({
    "@timestamp": "2026-03-01T10:20:30.000Z",
    alert: {
      id: document.detection.alert_ids[0],
      title: "maria made a key",
      status: "open",
      severity: "medium",
      risk_score: 47,
      count: 1,
      threshold: 1,
      window_start: "2026-03-01T10:00:00.000Z",
      window_end: "2026-03-01T11:00:00.000Z",
      first_seen: "2026-03-01T10:20:30.000Z",
      last_seen: "2026-03-01T10:20:30.000Z",
      event_ids: [record["eventID"]],
      dedup_key: "123456789012|maria",
      pending: true,
    },
    rule: { id: rule.id, kind: "panther", runbook: "Ask its owner.", tags: ["iam"] },
    threat: { technique: { id: ["T1098"], name: ["Technique T1098"] } },
    cloud: { account: { id: "123456789012" } },
  });
  expect(alert?.entities).toEqual([
    { type: "ip", id: "198.51.100.7" },
    { type: "user", id: "maria" },
    { type: "user", id: "build-bot" },
    { type: "account", id: "123456789012" },
    { type: "access_key", id: "AKIAEXAMPLEMARIA" },
    { type: "access_key", id: "AKIAEXAMPLENEW" },
    { type: "bucket", id: "b" },
  ]);
  expect(alert?.outcome).toEqual({
    eventName: "CreateAccessKey",
    eventSource: "iam.amazonaws.com",
    awsRegion: "us-east-1",
    recipientAccountId: "123456789012",
    sourceIPAddress: "198.51.100.7",
    userAgent: "aws-cli/2.15.0",
    userIdentity: record["userIdentity"],
    actor_user: "maria",
    requestParameters: { userName: "build-bot" },
    resources: { ARN: "arn:aws:s3:::b" },
  });
});

test("the alert raised at once equals the one raised from the stored event", () => {
  const matches = [matchOf(rule), matchOf(ruleOf({ id: "Other" }))];
  const write = tagged(trailRecord({ requestParameters: "odd", userIdentity: "maria" }), matches);
  const stored = JSON.parse(write.document);
  expect(write.alerts).toEqual(toAlerts(stored, (id) => matches.find((m) => m.rule.id === id)?.rule));
  expect(write.alerts).toHaveLength(2);
});

test("hits of rules that are gone still raise their alerts", () => {
  const [alert] = toAlerts(document, () => undefined);
  expect(alert?.rule).toEqual({ id: rule.id, name: rule.name, kind: "panther" });
  expect(alert?.alert.id).toBe(document.detection.alert_ids[0]);
  expect(alert?.outcome).toMatchObject({ eventName: "CreateAccessKey", actor_user: "maria" });
});

test("an outcome shows what the record had where it was reshaped", () => {
  const odd = documentOf(trailRecord({ userIdentity: "maria", awsRegion: { a: 1 } }), [matchOf(rule)]);
  const [alert] = toAlerts(odd, rules);
  expect(alert?.outcome).toMatchObject({ original: { userIdentity: "maria", awsRegion: { a: 1 } } });
  expect(Object.keys(alert?.outcome ?? {})).not.toContain("userIdentity");
});

test("what a person set stays", () => {
  const hit = document.detection.hits[0]!;
  const stats: AlertStats = {
    count: 7,
    first_seen: "2026-03-01T10:20:30.000Z",
    last_seen: "2026-03-01T10:50:00.000Z",
    event_ids: ["a"],
    related: { user: ["maria"] },
    updated_at: "2026-03-01T11:00:00.000Z",
    pending: false,
  };
  const first = toAlert(document, hit, rule, stats);
  const touched = { ...first, alert: { ...first.alert, status: "closed" as const, assignee: "jo" } };
  const next = toAlert(document, hit, rule, { ...stats, count: 9 }, touched);
  expect(next.alert).toMatchObject({ status: "closed", assignee: "jo", count: 9, pending: false });
});

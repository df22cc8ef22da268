import type { AlertStats } from "../../src/enrich/alert-stats.js";
import { toAlert, toAlerts } from "../../src/enrich/alerts.js";
import type { AlertDocument } from "../../src/enrich/types.js";
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
    { type: "user", id: "build-bot" },
    { type: "user", id: "maria" },
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

test("a rule's context stands on the hit as it was, and on the alert as its index takes it", () => {
  const long = "x".repeat(40_000);
  const context = { bucket: "b", odd: [1, { deep: null }], long };
  const { document: text, alerts } = tagged(record, [matchOf(rule, { context })]);
  const stored = JSON.parse(text);
  expect(stored.detection.hits[0].context).toEqual(context);
  const told = { bucket: "b", odd: [1, { deep: null }], long: "x".repeat(8_191) };
  expect(alerts[0]?.alert.context).toEqual(told);
  expect(toAlerts(stored, () => undefined)[0]?.alert.context).toEqual(told);
});

test("an alert without a context has none, whatever it had before", () => {
  expect(Object.keys(toAlerts(document, rules)[0]?.alert ?? {})).not.toContain("context");
  const [made] = toAlerts(document, rules) as [AlertDocument];
  const previous = { ...made, alert: { ...made.alert, context: { gone: true } } };
  const { related, alert } = previous;
  const { count, first_seen, last_seen, event_ids } = alert;
  const stats: AlertStats = { related, count, first_seen, last_seen, event_ids };
  const hit = document.detection.hits[0]!;
  const again = toAlert({ first: document, hit, stats, previous, now: 0 }, rules);
  expect(Object.keys(again.alert)).not.toContain("context");
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

const whole: AlertStats = {
  count: 7,
  first_seen: "2026-03-01T10:20:30.000Z",
  last_seen: "2026-03-01T10:50:00.000Z",
  event_ids: ["a"],
  related: { user: ["maria"] },
};
const stats: AlertStats = { ...whole, truncated: ["related.ip"] };
const [early, late] = [Date.parse("2026-03-01T11:00:00Z"), Date.parse("2026-03-01T12:00:00Z")];
const parts = { first: document, hit: document.detection.hits[0]!, stats, now: early };

test("what a person set stays, and what nobody here knows; a list that is whole again is not called cut", () => {
  const first = toAlert(parts, rules);
  const alert = { ...first.alert, status: "closed" as const, assignee: "jo" };
  const touched = { ...first, alert, ticket: { id: 7 } };
  const next = toAlert({ ...parts, stats: { ...whole, count: 9 }, previous: touched, now: late }, rules);
  expect(next).toMatchObject({ alert: { status: "closed", assignee: "jo", count: 9 }, ticket: { id: 7 } });
  expect(next.alert).not.toHaveProperty("truncated");
  expect(next.alert.updated_at).toBe("2026-03-01T12:00:00.000Z");
});

test("an alert that comes out as it was keeps the time at which it changed last", () => {
  const read = { ...toAlert(parts, rules).alert, event_ids: undefined };
  // As the OpenSearch store reads it back: without the ids, and pending.
  const previous = {
    ...toAlert(parts, rules),
    alert: { ...read, pending: true },
  } as unknown as AlertDocument;
  expect(toAlert({ ...parts, previous, now: late }, rules)).toEqual(toAlert(parts, rules));
  const retitled = { ...parts.hit, title: "other" };
  const changed = toAlert({ ...parts, hit: retitled, previous, now: late }, rules);
  expect(changed.alert.updated_at).toBe("2026-03-01T12:00:00.000Z");
});

test("when its rule is gone, an alert keeps what it knew of it and shows the same fields of its first event", () => {
  const other = documentOf(
    trailRecord({ requestParameters: { userName: "deploy-bot", path: "/" }, resources: [{ ARN: "arn:b" }] }),
    [matchOf(rule)],
  );
  const previous = toAlert(parts, rules);
  const next = toAlert({ ...parts, first: other, previous, now: late }, () => undefined);
  expect(next.rule).toEqual(previous.rule);
  expect(next.outcome).toEqual({
    ...toAlert({ ...parts, first: other }, rules).outcome,
    requestParameters: { userName: "deploy-bot" },
    resources: { ARN: "arn:b" },
  });
});

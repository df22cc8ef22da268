import { DUPLICATE_KEYS } from "../../src/enrich/tag.js";
import type { EventDocument } from "../../src/enrich/types.js";
import { eventOf, NOW, trailRecord } from "../event/make.js";
import { documentOf, matchOf, ruleOf, tagged, tagger } from "./make.js";

const high = ruleOf({
  id: "B.Rule",
  severity: "high",
  riskScore: 73,
  attack: [{ tactic: "TA0003", technique: "T1136" }],
});
const highToo = ruleOf({ id: "A.Rule", severity: "high", riskScore: 90, attack: [] });

test("an event without a hit has no severity, and the record's text verbatim", () => {
  const record = trailRecord();
  const text = JSON.stringify(record).replace("{", "{ ").replace('"readOnly":false', '"readOnly": false');
  const { document, alerts } = tagged(record, [], { text });
  expect(document.endsWith(`,${text.slice(1)}`)).toBe(true);
  const parsed = JSON.parse(document) as EventDocument;
  expect(parsed).toMatchObject(record);
  expect(parsed.detection).toEqual({
    count: 0,
    alert_ids: [],
    hits: [],
    suppressed_by: [],
    ruleset: "ruleset-1",
  });
  expect(parsed.event.severity).toBeUndefined();
  expect(parsed.rule).toBeUndefined();
  expect(alerts).toEqual([]);
});

test("numbers keep the digits they came with", () => {
  const text = JSON.stringify(trailRecord()).replace(
    '"readOnly":false',
    '"big":12345678901234567890123,"small":9.80e-5,"readOnly":false',
  );
  const { document } = tagged(JSON.parse(text), [], { text });
  expect(document).toContain('"big":12345678901234567890123,"small":9.80e-5');
});

test("the derived text is what JSON.stringify would make of the same values", () => {
  const record = trailRecord({
    userIdentity: { type: "IAMUser", userName: 'qu"ote\\ñ\u0000', principalId: "漢" },
    userAgent: "x".repeat(200),
  });
  const document = documentOf(record, [], { shipper: { host: 'h"1' } });
  expect(document.user).toEqual({ id: "漢", name: 'qu"ote\\ñ\u0000' });
  expect(document.actor_user).toBe('qu"ote\\ñ\u0000');
  expect(document.user_agent?.original).toBe("x".repeat(200));
  expect(document.shipper).toEqual({ host: 'h"1' });
  expect(document.params).toEqual({ user_name: "build-bot", access_key_id: "AKIAEXAMPLENEW" });
});

test("hits stand gravest first, then by rule id; flat arrays follow them", () => {
  const document = documentOf(trailRecord(), [matchOf(ruleOf()), matchOf(high), matchOf(highToo)]);
  expect(document.rule?.id).toEqual(["A.Rule", "B.Rule", "AWS.Test.Key.Made"]);
  expect(document.detection).toMatchObject({ count: 3, severity: "high", risk_score: 90 });
  expect(document.event).toMatchObject({ severity: 4, risk_score: 90 });
  expect(document.threat).toEqual({
    framework: "MITRE ATT&CK",
    tactic: { id: ["TA0003"], name: ["Tactic TA0003"] },
    technique: { id: ["T1136", "T1098"], name: ["Technique T1136", "Technique T1098"] },
  });
  expect(document.detection.alert_ids).toEqual(document.detection.hits.map((hit) => hit.alert_id));
  expect(new Set(document.detection.alert_ids).size).toBe(3);
});

test("windows are aligned to the epoch, and the id follows from rule, key and window", () => {
  const at = (eventTime: string, changes = {}) =>
    documentOf(trailRecord({ eventTime, ...changes }), [matchOf(ruleOf({ dedupPeriodMinutes: 15 }))])
      .detection.hits[0];
  const first = at("2026-03-01T10:15:00Z");
  expect(first).toMatchObject({ window_start: "2026-03-01T10:15:00.000Z", window_minutes: 15 });
  expect(first?.dedup_key).toBe("123456789012|maria");
  expect(at("2026-03-01T10:29:59Z")?.alert_id).toBe(first?.alert_id);
  expect(at("2026-03-01T10:30:00Z")?.alert_id).not.toBe(first?.alert_id);
  expect(at("2026-03-01T10:15:00Z", { userIdentity: { userName: "jo" } })?.alert_id).not.toBe(
    first?.alert_id,
  );
});

test("group values make the dedup key, and different values different keys", () => {
  const keyOf = (...groupValues: readonly (string | number | null)[]) =>
    documentOf(trailRecord(), [matchOf(ruleOf(), { groupValues })]).detection.hits[0]?.dedup_key;
  expect(keyOf("a", "b")).toBe("a|b");
  const lists = [
    ["a|b"],
    ["a", "b"],
    ["a\\", "b"],
    ["a\\|b"],
    [null],
    ["null"],
    [5],
    ["5"],
    [""],
    [],
  ] as const;
  expect(new Set(lists.map((list) => keyOf(...list))).size).toBe(lists.length - 1);
  expect(keyOf("x".repeat(5000))?.length).toBeLessThanOrEqual(512);
  expect(keyOf(`${"x".repeat(5000)}1`)).not.toBe(keyOf(`${"x".repeat(5000)}2`));
});

test("a rule that raises no alert leaves the hit alone", () => {
  const { document, alerts } = tagged(trailRecord(), [matchOf(ruleOf({ createAlert: false }))]);
  const { detection } = JSON.parse(document) as EventDocument;
  expect(detection).toMatchObject({ count: 1, alert_ids: [] });
  expect(Object.keys(detection.hits[0] ?? {})).not.toContain("alert_id");
  expect(alerts).toEqual([]);
});

test("a rule that needs several events marks the event and raises nothing", () => {
  const stateful = { kind: "threshold", threshold: 5, windowMinutes: 60, cardinality: [] } as const;
  const { document, alerts } = tagged(trailRecord(), [matchOf(ruleOf({ stateful }))]);
  const { detection } = JSON.parse(document) as EventDocument;
  expect(detection).toMatchObject({ count: 1, alert_ids: [], severity: "info", risk_score: 1 });
  expect(detection.hits[0]?.severity).toBe("medium");
  expect(Object.keys(detection.hits[0] ?? {})).not.toContain("alert_id");
  expect(alerts).toEqual([]);
});

test("an event is as grave as what the rules say that need no other event", () => {
  const stateful = { kind: "threshold", threshold: 5, windowMinutes: 60, cardinality: [] } as const;
  const counting = ruleOf({ id: "Counting", stateful, severity: "critical", riskScore: 99 });
  const alone = ruleOf({ severity: "low", riskScore: 21 });
  const { detection, event } = documentOf(trailRecord(), [matchOf(counting), matchOf(alone)]);
  expect(detection).toMatchObject({ count: 2, severity: "low", risk_score: 21 });
  expect(event).toMatchObject({ severity: 2, risk_score: 21 });
});

describe("a hit that an exception suppresses", () => {
  const suppressed = matchOf(highToo, { suppressedBy: "Expected" });

  test("stands in suppressed_by alone, beside hits that count", () => {
    const event = tagged(trailRecord(), [suppressed, matchOf(ruleOf())]);
    const { rule, threat, detection, event: ecs } = JSON.parse(event.document) as EventDocument;
    expect(detection.suppressed_by).toEqual([
      { rule_id: "A.Rule", rule_name: "Access key made", severity: "high", exception_id: "Expected" },
    ]);
    expect(detection).toMatchObject({ count: 1, severity: "medium", risk_score: 47 });
    expect(detection.hits.map((hit) => hit.rule_id)).toEqual(["AWS.Test.Key.Made"]);
    expect(rule?.id).toEqual(["AWS.Test.Key.Made"]);
    expect(threat?.technique.id).toEqual(["T1098"]);
    expect(ecs.severity).toBe(3);
    expect(event.alerts.map(({ rule: { id } }) => id)).toEqual(["AWS.Test.Key.Made"]);
    expect(event.ruleIds).toEqual(["AWS.Test.Key.Made"]);
    expect(event.suppressed).toEqual(detection.suppressed_by);
  });

  test("leaves an event of which it was the only hit as one without", () => {
    const event = tagged(trailRecord(), [suppressed]);
    const parsed = JSON.parse(event.document) as EventDocument;
    const plain = documentOf(trailRecord());
    expect(parsed.detection.suppressed_by).toHaveLength(1);
    expect({ ...parsed, detection: { ...parsed.detection, suppressed_by: [] } }).toEqual(plain);
    expect(event).toMatchObject({ alerts: [], ruleIds: [] });
    const safe = JSON.parse(event.toSafeDocument()) as EventDocument;
    expect(safe.detection).toEqual(parsed.detection);
  });
});

test("each rule's ATT&CK references are resolved once", () => {
  const rule = ruleOf({ attack: [{ tactic: "TA0001", technique: undefined }] });
  const a = documentOf(trailRecord(), [matchOf(rule)]);
  const b = documentOf(trailRecord(), [matchOf(rule)]);
  expect(a.threat).toEqual(b.threat);
  expect(a.detection.hits[0]?.techniques).toEqual([]);
});

test("duplicate keys are named, with what else was reshaped", () => {
  const record = trailRecord({ requestParameters: "x" });
  const document = documentOf(record, [], { duplicateKeys: true, text: undefined });
  expect(document.event.reshaped).toEqual([DUPLICATE_KEYS, "requestParameters"]);
});

test("the safe document keeps the tags, and the whole record as original", () => {
  const record = trailRecord({ requestParameters: "x" });
  const write = tagged(record, [matchOf(ruleOf())]);
  const safe = JSON.parse({ ...write }.toSafeDocument()) as EventDocument;
  expect(safe.event.reshaped).toEqual(["*"]);
  expect(safe.original).toEqual(record);
  expect(safe.rule?.id).toEqual(["AWS.Test.Key.Made"]);
  expect(Object.keys(safe)).not.toContain("eventName");
});

test("the time of arrival is what the caller says, else when the event was normalised", () => {
  const event = eventOf(trailRecord());
  const read = (at?: number) =>
    (JSON.parse(tagger.tag(event, [], { route: "x" }, at).document) as EventDocument).event.ingested;
  expect(read()).toBe(new Date(NOW).toISOString());
  expect(read(NOW + 5000)).toBe(new Date(NOW + 5000).toISOString());
});

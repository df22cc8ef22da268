import fc from "fast-check";
import { foldAlerts } from "../../src/correlate/fold.js";
import { AlertTally } from "../../src/enrich/alert-stats.js";
import { toAlert, toAlerts } from "../../src/enrich/alerts.js";
import type { AlertDocument, EventDocument } from "../../src/enrich/types.js";
import type { JsonObject } from "../../src/lib/json.js";
import { createAlertBook } from "../../src/output/files/alert-book.js";
import { deriveAlert } from "../../src/output/opensearch/alert-derivation.js";
import { documentOf, matchOf, ruleOf } from "../enrich/make.js";
import { NOW, trailRecord } from "../event/make.js";

const plain = ruleOf({ id: "Plain" });
const grouped = ruleOf({ id: "Grouped", dedupPeriodMinutes: 15 });
const all = [plain, grouped];
const rules = (id: string) => all.find((rule) => rule.id === id);
const fold = (events: Iterable<EventDocument>) => foldAlerts(events, rules, NOW);

const ADDRESSES = ["2001:DB8:0::1", "203.0.113.9", "2001:db8::1", "s3.amazonaws.com", "::ffff:198.51.100.7"];

function eventAt(minute: number, user: string, n: number): EventDocument {
  const record = trailRecord({
    eventTime: new Date(Date.parse("2026-03-01T08:00:00Z") + minute * 60_000).toISOString(),
    eventID: `e-${String(n).padStart(4, "0")}`,
    userIdentity: { type: "IAMUser", userName: user, accountId: "123456789012" },
    sourceIPAddress: n % 3 === 0 ? ADDRESSES[n % 5]! : `198.51.100.${n % 250}`,
    requestParameters: { userName: `user-${n % 4}` },
  });
  return documentOf(record, [
    matchOf(plain, { title: `event ${n}`, severity: n % 2 === 0 ? "high" : "low" }),
    matchOf(grouped, { groupValues: [user] }),
  ]);
}

test("members make one alert with an exact count; the least gives title and severity", () => {
  const events = [
    eventAt(30, "maria", 5),
    eventAt(10, "maria", 2),
    eventAt(10, "maria", 1),
    eventAt(70, "maria", 4),
  ];
  const alerts = fold(events).filter(({ rule }) => rule.id === "Plain");
  expect(alerts).toHaveLength(2);
  expect(alerts[0]?.alert).toMatchObject({
    count: 3,
    title: "event 1",
    severity: "low",
    first_seen: "2026-03-01T08:10:00.000Z",
    last_seen: "2026-03-01T08:30:00.000Z",
    event_ids: ["e-0001", "e-0002", "e-0005"],
    pending: false,
  });
  expect(alerts[0]?.related.ip).toEqual(["198.51.100.1", "198.51.100.2", "198.51.100.5"]);
});

test("the sample of ids is cut and says so, the count is not", () => {
  const events = Array.from({ length: 1005 }, (_, n) => eventAt(1, "maria", n));
  const [alert] = fold(events).filter(({ rule }) => rule.id === "Plain");
  expect(alert?.alert.count).toBe(1005);
  expect(alert?.alert.event_ids).toHaveLength(1000);
  expect(alert?.alert.truncated).toEqual(["alert.event_ids"]);
});

interface History {
  readonly events: readonly EventDocument[];
  /** The same events in some order, some of them twice, in batches. */
  readonly batches: readonly (readonly EventDocument[])[];
}

const history: fc.Arbitrary<History> = fc
  .array(fc.record({ minute: fc.nat(180), user: fc.constantFrom("maria", "jo") }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((list) => list.map(({ minute, user }, n) => eventAt(minute, user, n)))
  .chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
      fc.integer({ min: 1, max: 5 }),
    ),
  )
  .map(([events, order, size]) => ({
    events,
    batches: Array.from({ length: Math.ceil(order.length / size) }, (_, n) =>
      order.slice(n * size, n * size + size),
    ),
  }));

test("neither order, nor repeats, nor batches change an alert, and all ways to it give the same", () => {
  fc.assert(
    fc.property(history, ({ events, batches }) => {
      const expected = byId(fold(events));
      expect(byId(fold(batches.flat()))).toEqual(expected);
      expect(withoutTime(filesAlerts(batches))).toEqual(withoutTime(expected));
      expect(withoutTime(openSearchAlerts(batches))).toEqual(withoutTime(expected));
    }),
    { numRuns: 60 },
  );
});

test("deriving an alert again, with no new event, changes nothing at all", () => {
  fc.assert(
    fc.property(history, ({ batches }) => {
      const once = openSearchAlerts(batches);
      expect(openSearchAlerts([...batches, ...batches])).toEqual(once);
      expect(filesAlerts([...batches, ...batches])).toEqual(filesAlerts(batches));
    }),
    { numRuns: 30 },
  );
});

/** As the files store does: each event once, then the alerts that changed. */
function filesAlerts(batches: History["batches"]): Map<string, AlertDocument> {
  const book = createAlertBook();
  const stored = new Map<string, EventDocument>();
  const lines = new Map<string, AlertDocument>();
  for (const [n, batch] of batches.entries()) {
    for (const event of batch) {
      if (stored.has(event.event.id)) continue;
      stored.set(event.event.id, event);
      book.add(toAlerts(event, rules));
    }
    const documents = book.unsaved().map(({ id, stats, previous }) => {
      const first = stored.get(stats.event_ids[0]!)!;
      const hit = first.detection.hits.find(({ alert_id }) => alert_id === id)!;
      return toAlert({ first, hit, stats, previous, now: NOW + n }, rules);
    });
    book.saved(documents);
    for (const document of documents) lines.set(document.alert.id, document);
  }
  return lines;
}

/** As the OpenSearch store does, deriving after each batch; what its searches answer is worked out in memory. */
function openSearchAlerts(batches: History["batches"]): Map<string, AlertDocument> {
  const stored = new Map<string, EventDocument>();
  const alerts = new Map<string, AlertDocument>();
  for (const [n, batch] of batches.entries()) {
    const marked = new Set<string>();
    for (const event of batch) {
      if (!stored.has(event.event.id)) stored.set(event.event.id, event);
      for (const alert of toAlerts(event, rules)) {
        if (!alerts.has(alert.alert.id)) alerts.set(alert.alert.id, alert);
        marked.add(alert.alert.id);
      }
    }
    for (const id of marked) {
      const members = [...stored.values()].filter((event) => event.detection.alert_ids.includes(id));
      const tally = new AlertTally();
      for (const { event, "@timestamp": time, related } of members) {
        tally.add({ id: event.id, time, related: related ?? {} });
      }
      const stats = tally.stats();
      // The store reads an alert without its ids.
      const read = { ...alerts.get(id)!.alert, event_ids: undefined };
      const current = { ...alerts.get(id)!, alert: { ...read, pending: true } } as unknown as JsonObject;
      const first = stored.get(stats.event_ids[0]!) as unknown as JsonObject;
      const derive = { toAlert: (parts: Parameters<typeof toAlert>[0]) => toAlert(parts, rules) };
      const derived = deriveAlert(current, { stats, firstIndex: "" }, first, derive, NOW + n);
      alerts.set(id, JSON.parse(JSON.stringify(derived)) as AlertDocument);
    }
  }
  return alerts;
}

function byId(alerts: readonly AlertDocument[]): Map<string, AlertDocument> {
  return new Map(alerts.map((alert) => [alert.alert.id, alert]));
}

function withoutTime(alerts: ReadonlyMap<string, AlertDocument>): object {
  const plainly = [...alerts].map(
    ([id, document]) => [id, { ...document, alert: { ...document.alert, updated_at: "" } }] as const,
  );
  return Object.fromEntries(plainly);
}

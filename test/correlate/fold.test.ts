import fc from "fast-check";
import { foldAlerts } from "../../src/correlate/fold.js";
import { mergeAlerts } from "../../src/correlate/merge-alerts.js";
import type { EventDocument } from "../../src/enrich/types.js";
import { toAlerts } from "../../src/enrich/alerts.js";
import { trailRecord } from "../event/make.js";
import { documentOf, matchOf, ruleOf } from "../enrich/make.js";

const plain = ruleOf({ id: "Plain" });
const grouped = ruleOf({ id: "Grouped", dedupPeriodMinutes: 15 });
const counted = ruleOf({ id: "Counted", threshold: 3 });
const all = [plain, grouped, counted];
const rules = (id: string) => all.find((rule) => rule.id === id);

function eventAt(minute: number, user: string, n: number): EventDocument {
  const record = trailRecord({
    eventTime: new Date(Date.parse("2026-03-01T08:00:00Z") + minute * 60_000).toISOString(),
    eventID: `e-${String(n).padStart(4, "0")}`,
    userIdentity: { type: "IAMUser", userName: user, accountId: "123456789012" },
    sourceIPAddress: `198.51.100.${n % 250}`,
  });
  return documentOf(record, [
    matchOf(plain, { title: `event ${n}`, severity: n % 2 === 0 ? "high" : "low" }),
    matchOf(grouped, { groupValues: [user] }),
    matchOf(counted),
  ]);
}

test("members make one alert with an exact count; the least gives title and severity", () => {
  const events = [
    eventAt(30, "maria", 3),
    eventAt(10, "maria", 2),
    eventAt(10, "maria", 1),
    eventAt(70, "maria", 4),
  ];
  const alerts = foldAlerts(events, rules).filter(({ rule }) => rule.id === "Plain");
  expect(alerts).toHaveLength(2);
  expect(alerts[0]?.alert).toMatchObject({
    count: 3,
    title: "event 1",
    severity: "low",
    first_seen: "2026-03-01T08:10:00.000Z",
    last_seen: "2026-03-01T08:30:00.000Z",
    event_ids: ["e-0001", "e-0002", "e-0003"],
    pending: false,
  });
  expect(alerts[0]?.related.ip).toEqual(["198.51.100.1", "198.51.100.2", "198.51.100.3"]);
});

test("an alert below its threshold is none", () => {
  const two = [eventAt(1, "maria", 1), eventAt(2, "maria", 2)];
  const of = (events: EventDocument[]) =>
    foldAlerts(events, rules).filter(({ rule }) => rule.id === "Counted");
  expect(of(two)).toEqual([]);
  expect(of([...two, eventAt(3, "maria", 3)])[0]?.alert).toMatchObject({ count: 3, threshold: 3 });
});

test("the sample of ids is cut and says so, the count is not", () => {
  const events = Array.from({ length: 1005 }, (_, n) => eventAt(1, "maria", n));
  const [alert] = foldAlerts(events, rules).filter(({ rule }) => rule.id === "Plain");
  expect(alert?.alert.count).toBe(1005);
  expect(alert?.alert.event_ids).toHaveLength(1000);
  expect(alert?.alert.truncated).toEqual(["alert.event_ids"]);
});

const history = fc
  .array(fc.record({ minute: fc.nat(180), user: fc.constantFrom("maria", "jo") }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((list) => list.map(({ minute, user }, n) => eventAt(minute, user, n)));

test("neither the order of events nor a redelivery changes the alerts", () => {
  fc.assert(
    fc.property(
      history.chain((events) =>
        fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
        ),
      ),
      ([events, again]) => {
        expect(foldAlerts(again, rules)).toEqual(foldAlerts(events, rules));
      },
    ),
    { numRuns: 40 },
  );
});

test("merging what single events raise gives what folding gives", () => {
  fc.assert(
    fc.property(history, (events) => {
      const groups = groupBy(
        events.flatMap((event) => toAlerts(event, rules)),
        ({ alert }) => alert.id,
      );
      for (const folded of foldAlerts(events, rules)) {
        const group = groups.get(folded.alert.id);
        if (folded.rule.id === "Counted") {
          expect(group).toBeUndefined();
          continue;
        }
        const merged = mergeAlerts(group ?? []);
        expect(merged.alert).toEqual({ ...folded.alert, pending: true });
        expect({ ...merged, alert: folded.alert, related: 0, entities: 0 }).toEqual({
          ...folded,
          related: 0,
          entities: 0,
        });
        expect(new Set(merged.entities.map((e) => JSON.stringify(e)))).toEqual(
          new Set(folded.entities.map((e) => JSON.stringify(e))),
        );
      }
    }),
    { numRuns: 40 },
  );
});

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

import fc from "fast-check";
import { addressKey, toAddress } from "../../src/enrich/address.js";
import { AlertTally } from "../../src/enrich/alert-stats.js";
import { compareText, Least } from "../../src/enrich/least.js";

const time = (n: number): string => new Date(Date.UTC(2026, 2, 1) + n * 1000).toISOString();

test("ids past the first thousand are cut by (time, id), whatever order they came in; the count is exact", () => {
  const tally = new AlertTally();
  for (let n = 1_200; n >= 0; n--) tally.add({ id: `e${n}`, time: time(n >> 1), related: {} });
  const stats = tally.stats();
  expect(stats).toMatchObject({ count: 1_201, first_seen: time(0), last_seen: time(600), related: {} });
  expect(stats.event_ids).toHaveLength(1_000);
  expect(stats.event_ids.slice(0, 4)).toEqual(["e0", "e1", "e2", "e3"]);
  expect(stats.truncated).toEqual(["alert.event_ids"]);
});

test("the least thousand values of a kind stay, and only a list that is cut says so", () => {
  const tally = new AlertTally();
  const users = Array.from({ length: 1_001 }, (_, n) => `u${String(n).padStart(4, "0")}`);
  tally.add({
    id: "a",
    time: time(0),
    related: { user: users.slice(1), ip: ["198.51.100.7", "198.51.100.7"] },
  });
  expect(tally.stats()).not.toHaveProperty("truncated");
  tally.add({ id: "b", time: time(0), related: { user: users.slice(0, 1) } });
  expect(tally.stats()).toMatchObject({ truncated: ["related.user"], event_ids: ["a", "b"] });
  expect(tally.stats().related).toEqual({ user: users.slice(0, 1_000), ip: ["198.51.100.7"] });
});

test.each([
  ["198.51.100.7", "198.51.100.7"],
  ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["::", "::"],
  ["fe80::1%eth0", "fe80::1"],
  ["cloudtrail.amazonaws.com", undefined],
])("address %s is %s", (text, address) => {
  expect(toAddress(text)).toBe(address);
});

test("addresses stand in the order of their bytes", () => {
  const sorted = ["::1", "9.0.0.1", "10.0.0.1", "198.51.100.7", "2001:db8::1", "2001:db8::1:0", "ff00::"];
  expect(sorted.map((address) => addressKey(address).length)).toEqual(sorted.map(() => 32));
  expect([...sorted].sort((a, b) => compareText(addressKey(a), addressKey(b)))).toEqual(sorted);
});

test("texts compare as their UTF-8 bytes", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 4 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  expect(compareText("\uFFFD", "\u{1F600}")).toBeLessThan(0);
});

test("the least few are what sorting gives", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 2 })), fc.nat(5), (keys, limit) => {
      const least = new Least<string>(limit);
      for (const key of keys) least.add(key, key);
      const distinct = [...new Set(keys)].sort(compareText);
      expect([least.values(), least.cut]).toEqual([distinct.slice(0, limit), distinct.length > limit]);
    }),
  );
});

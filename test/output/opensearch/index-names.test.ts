import { createIndexNames, eventIndicesBetween } from "../../../src/output/opensearch/index-names.js";

const DAY_MS = 86_400_000;

describe("createIndexNames", () => {
  it.each([
    ["2026-11-17T12:00:00Z", "2026.w47"],
    // 1 January 2027 is a Friday, so it is still in the last week of 2026, which has 53.
    ["2027-01-01T00:00:00Z", "2026.w53"],
    ["2027-01-03T23:59:59.999Z", "2026.w53"],
    ["2027-01-04T00:00:00Z", "2027.w01"],
    // 31 December 2024 is a Tuesday: the first week of 2025.
    ["2024-12-29T23:59:59.999Z", "2024.w52"],
    ["2024-12-31T12:00:00Z", "2025.w01"],
    ["2020-12-31T00:00:00Z", "2020.w53"],
    ["2021-01-03T00:00:00Z", "2020.w53"],
    ["2021-01-04T00:00:00Z", "2021.w01"],
    ["1970-01-01T00:00:00Z", "1970.w01"],
    ["1969-12-31T00:00:00Z", "1970.w01"],
  ])("names the ISO week of %s", (time, week) => {
    expect(createIndexNames("ct", "week").events(Date.parse(time))).toBe(`ct-events-${week}`);
  });

  it("gives each week of twenty years seven days and a name of its own", () => {
    const names = createIndexNames("ct", "week");
    const days = new Map<string, number>();
    const monday = Date.UTC(2015, 0, 5);
    for (let day = 0; day < 7 * 1_040; day++) {
      const name = names.events(monday + day * DAY_MS);
      days.set(name, (days.get(name) ?? 0) + 1);
    }
    expect(days.size).toBe(1_040);
    expect(new Set(days.values())).toEqual(new Set([7]));
  });

  it("names days and months in UTC", () => {
    const time = Date.parse("2026-03-01T00:30:00+01:00");
    expect(createIndexNames("ct", "day").events(time)).toBe("ct-events-2026.02.28");
    expect(createIndexNames("ct", "month").events(time)).toBe("ct-events-2026.02");
    expect(createIndexNames("ct", "day").alerts(time)).toBe("ct-alerts-2026.02");
    expect(createIndexNames("ct", "day").deadletter).toBe("ct-deadletter");
  });
});

describe("eventIndicesBetween", () => {
  const at = (text: string) => Date.parse(text);

  it("has every index that a window touches, its end excluded", () => {
    const names = createIndexNames("ct", "day");
    expect(eventIndicesBetween(names, at("2026-11-17T23:00:00Z"), at("2026-11-18T00:00:00Z"))).toEqual([
      "ct-events-2026.11.17",
    ]);
    expect(eventIndicesBetween(names, at("2026-11-17T23:30:00Z"), at("2026-11-19T00:30:00Z"))).toEqual([
      "ct-events-2026.11.17",
      "ct-events-2026.11.18",
      "ct-events-2026.11.19",
    ]);
  });
});

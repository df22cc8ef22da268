import { sameRecord } from "../../src/enrich/same-record.js";
import type { EventDocument } from "../../src/enrich/types.js";
import { trailRecord } from "../event/make.js";
import { documentOf, matchOf, ruleOf, tagged } from "./make.js";
import { ODDITIES } from "./oddities.js";

test("tags, order of keys, time of arrival and the shipper do not count", () => {
  const record = trailRecord();
  const turned = Object.fromEntries(Object.entries(record).reverse());
  const stored = documentOf(record, [matchOf(ruleOf())], { shipper: { host: "a" } });
  expect(sameRecord(stored, documentOf(turned))).toBe(true);
});

test.each<[string, Record<string, unknown>]>([
  ["another value", { eventName: "DeleteAccessKey" }],
  ["a further field", { brandNew: 1 }],
  ["a field less", { userAgent: undefined }],
  ["another nested value", { requestParameters: { userName: "jo" } }],
  ["another shape", { requestParameters: [{ userName: "build-bot" }] }],
  ["null for an object", { responseElements: null }],
])("%s makes another record", (_name, changes) => {
  expect(sameRecord(documentOf(trailRecord()), documentOf(trailRecord(changes)))).toBe(false);
});

test("the reshaped form is not the record that it looks like", () => {
  const reshaped = documentOf(trailRecord({ requestParameters: ["a"] }));
  expect(sameRecord(reshaped, documentOf(trailRecord({ requestParameters: { value: ["a"] } })))).toBe(false);
});

test("differences beyond a cut are seen", () => {
  const long = (end: string) =>
    documentOf(trailRecord({ requestParameters: { a: "x".repeat(40_000) + end } }));
  expect(sameRecord(long("1"), long("1"))).toBe(true);
  expect(sameRecord(long("1"), long("2"))).toBe(false);
});

test.each(Object.entries(ODDITIES))(
  "document and safe document hold the same record: %s",
  (_name, record) => {
    const write = tagged(record);
    const [document, safe] = [write.document, write.toSafeDocument()].map(
      (t) => JSON.parse(t) as EventDocument,
    );
    expect(sameRecord(document!, safe!)).toBe(true);
    expect(sameRecord(safe!, documentOf(trailRecord({ eventName: "Other" })))).toBe(false);
  },
);

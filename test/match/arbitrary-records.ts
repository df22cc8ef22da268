import fc from "fast-check";
import type { JsonObject, JsonScalar, JsonValue } from "../../src/lib/json.js";

/** Few names and values, so that rules and events meet often. */
export const NAMES = ["eventName", "eventSource", "a", "b", "a.b", "__proto__", "constructor", "length", "0"];
export const TEXTS = [
  "",
  "a",
  "A",
  "ab",
  "aB",
  "b",
  "ba",
  "abab",
  "ask",
  "A\u017f\u212a",
  "a\nb",
  "İ",
  "i̇",
  "😀",
  "\ude00",
  "a😀b",
  "1",
  "1.0",
  "01",
  "1e0",
  "true",
  "null",
  "__proto__",
  "10.0.0.1",
  "192.0.2.7",
  "::ffff:10.0.0.1",
  "::1",
  "2001:db8::1",
  "fe80::1%lo",
  "2024-12-30T23:59:59Z",
  "2021-01-03",
  "1700000000",
  '{"a":1}',
];

export const arbitraryName = fc.constantFrom(...NAMES);
export const arbitraryText = fc.constantFrom(...TEXTS);
export const arbitraryNumber = fc.constantFrom(0, -0, 1, 1.5, 1e21, 1_700_000_000_000);
export const arbitraryScalar: fc.Arbitrary<JsonScalar> = fc.oneof(
  { weight: 5, arbitrary: arbitraryText },
  { weight: 2, arbitrary: arbitraryNumber },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constant(null) },
);

export const { arbitraryRecord, arbitraryValue } = fc.letrec<{
  arbitraryRecord: JsonObject;
  arbitraryValue: JsonValue;
}>((tie) => ({
  arbitraryRecord: fc.array(fc.tuple(arbitraryName, tie("arbitraryValue")), { maxLength: 6 }).map(toRecord),
  arbitraryValue: fc.oneof(
    { depthSize: "small" },
    { weight: 4, arbitrary: arbitraryScalar },
    { weight: 2, arbitrary: tie("arbitraryRecord") },
    { weight: 2, arbitrary: fc.array(tie("arbitraryValue"), { maxLength: 3 }) },
  ),
}));

/** Most records say which call they are of, and in plain text. */
export const arbitraryEvent: fc.Arbitrary<JsonObject> = fc
  .tuple(arbitraryRecord, fc.option(arbitraryText), fc.option(arbitraryText))
  .map(([record, eventName, eventSource]) =>
    toRecord([
      ...Object.entries(record),
      ...(eventName === null ? [] : [["eventName", eventName] as const]),
      ...(eventSource === null ? [] : [["eventSource", eventSource] as const]),
    ]),
  );

/** By way of JSON, which makes `__proto__` a key as any other, as it is in a record. */
function toRecord(members: readonly (readonly [string, JsonValue])[]): JsonObject {
  const texts = members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return JSON.parse(`{${texts.join()}}`) as JsonObject;
}

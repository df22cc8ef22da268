import { compileConform } from "../../src/enrich/conform.js";
import { compileFields, loadMappingProperties } from "../../src/enrich/mapping.js";
import { restore } from "../../src/enrich/reshape.js";
import type { JsonObject } from "../../src/lib/json.js";
import { trailRecord } from "../event/make.js";

const conform = compileConform(compileFields(loadMappingProperties("events.json")));

function check(record: JsonObject) {
  return conform(record, JSON.stringify(record).length);
}

test("a plain record needs nothing", () => {
  expect(check(trailRecord())).toEqual({ reshaped: undefined, truncated: undefined });
});

test.each<[string, unknown]>([
  ["a string", "x"],
  ["a number", 9.8e-5],
  ["a boolean", true],
  ["an array", ["a", 1]],
  ["a mixed array", [{ a: 1 }, "x"]],
])("%s where a flat object is mapped stands under value", (_name, value) => {
  const record = trailRecord({ requestParameters: value });
  const { reshaped } = check(record);
  expect(reshaped?.paths).toEqual(["requestParameters"]);
  expect(reshaped?.original).toEqual({ requestParameters: value });
  expect(reshaped?.record).toEqual({ ...record, requestParameters: { value } });
});

test.each<[string, Record<string, unknown>, string]>([
  ["a string where an object is", { userIdentity: "maria" }, "userIdentity"],
  ["an object where a keyword is", { awsRegion: { a: 1 } }, "awsRegion"],
  ["an array with an object where a keyword is", { errorCode: ["a", { b: 1 }] }, "errorCode"],
  ["a word where a boolean is", { readOnly: "yes" }, "readOnly"],
  ["an array of strings where objects are", { resources: ["a"] }, "resources"],
  ["an object with a bad member in an array", { resources: [{ ARN: {} }] }, "resources"],
  ["an empty key", { "": 5 }, ""],
  ["a dotted key into a mapped field", { "requestParameters.a": 5 }, "requestParameters.a"],
  ["a dotted key with an empty part", { "a..b": 5 }, "a..b"],
])("%s is left out and kept as original", (_name, changes, path) => {
  const record = trailRecord(changes);
  const { reshaped } = check(record);
  expect(reshaped?.paths).toEqual([path]);
  expect(reshaped?.original).toEqual(changes);
  expect(Object.keys(reshaped?.record ?? {})).not.toContain(path);
});

test("a nested field is named by its path, and its neighbours stay", () => {
  const { reshaped } = check(trailRecord({ userIdentity: { type: "IAMUser", arn: { a: 1 } } }));
  expect(reshaped?.paths).toEqual(["userIdentity.arn"]);
  expect(reshaped?.record["userIdentity"]).toEqual({ type: "IAMUser" });
  expect(reshaped?.original).toEqual({ userIdentity: { arn: { a: 1 } } });
});

test("a leaf over Lucene's limit is cut in place and kept whole as original", () => {
  const text = "x".repeat(40_000);
  const { reshaped } = check(trailRecord({ requestParameters: { a: { b: text, c: 1 } } }));
  expect(reshaped?.paths).toEqual(["requestParameters.a.b"]);
  expect(reshaped?.record["requestParameters"]).toEqual({ a: { b: text.slice(0, 8191), c: 1 } });
  expect(reshaped?.original).toEqual({ requestParameters: { a: { b: text } } });
});

test.each<[string, Record<string, unknown>]>([
  ["true and false by name", { readOnly: "true", managementEvent: "" }],
  ["null", { readOnly: null, requestParameters: null, userIdentity: null, awsRegion: null }],
  ["numbers in keywords", { errorCode: 404, apiVersion: 1.5 }],
  ["arrays of scalars in keywords", { errorCode: ["a", 1, null] }],
  ["empty arrays", { resources: [], requestParameters: [], errorCode: [] }],
  ["junk where dates are", { timeWindow: { windowStart: "never" } }],
  ["dotted keys inside flat parts", { requestParameters: { "a..b": 1, "": 2 } }],
  ["unknown dotted keys", { "a.b": 1 }],
])("%s is taken as it is", (_name, changes) => {
  expect(check(trailRecord(changes)).reshaped).toBeUndefined();
});

test("keywords over ignore_above are named, once each", () => {
  const { truncated } = check(
    trailRecord({
      errorMessage: "x".repeat(9000),
      resources: [{ ARN: "x".repeat(2000) }, { ARN: "y".repeat(2000) }],
    }),
  );
  expect(truncated).toEqual(["errorMessage", "resources.ARN"]);
});

test("putting originals back gives the record as it came", () => {
  const record = trailRecord({
    requestParameters: { a: { b: "x".repeat(40_000) }, list: [{ c: "y".repeat(40_000) }] },
    responseElements: "done",
    userIdentity: { type: "IAMUser", arn: { a: 1 } },
    "a..b": { c: 1 },
  });
  const { reshaped } = check(record);
  expect(reshaped?.paths).toHaveLength(5);
  expect(restore(reshaped?.record ?? {}, reshaped?.original ?? {})).toEqual(record);
});

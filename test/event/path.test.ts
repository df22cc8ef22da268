import { parsePath, readPath } from "../../src/event/path.js";
import type { JsonObject } from "../../src/lib/json.js";

const record = JSON.parse(
  '{"a":{"b":[{"c":1},{"c":2,"d":3}]},"a.b":"literal","s3:x-amz-acl":"private","__proto__":{"x":1}}',
) as JsonObject;

test.each([
  ["a.b[0].c", 1],
  ["a.b[1].c", 2],
  ["a.b", "literal"],
  ["a.b.d", 3],
  ["a.b.e", undefined],
  ["s3:x-amz-acl", "private"],
  ["__proto__.x", 1],
  ["constructor", undefined],
  ["a.constructor.name", undefined],
  ["a.b[9].c", undefined],
])("reads %s", (path, expected) => {
  expect(readPath(record, parsePath(path))).toEqual(expected);
});

test("a name on an array reads the first element that has it", () => {
  expect(readPath({ list: [{ c: 1 }, { d: 3 }] }, parsePath("list.d"))).toBe(3);
});

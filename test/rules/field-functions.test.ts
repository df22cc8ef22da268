import type { JsonValue } from "../../src/lib/json.js";
import { callFieldFunction } from "../../src/rules/field-functions.js";
import { FIELD_FUNCTIONS, type FieldFunction } from "../../src/rules/field.js";

const call = (name: FieldFunction, ...args: (JsonValue | undefined)[]) => callFieldFunction(name, args);
/** Function, arguments, result. */
type Case = readonly [FieldFunction, readonly (JsonValue | undefined)[], JsonValue | undefined];

const PATH = "/srv/data/in/day.log";

const CASES: readonly Case[] = [
  ["java_text", [{ a: 1, b: ["x", "y"] }], "{a=1, b=[x, y]}"],
  ["java_text", [null], undefined],
  ["java_text", [undefined], undefined],
  ["length", ["cloud trail"], 11],
  ["length", [""], 0],
  ["length", [1234], 4],
  ["length", [null], undefined],
  ["length", [undefined], undefined],
  ["length", [{ a: 1 }], undefined],
  ["length", [["a", "bcd"]], [1, 3]],
  ["length", [[["a"], null, { b: 1 }, ["bcd"]]], [1, 3]],
  ["length", [[]], undefined],
  ["string", [42], "42"],
  ["string", [42.5], "42.5"],
  ["string", [true], "true"],
  ["string", ["x"], "x"],
  ["string", [null], undefined],
  ["string", [{}], undefined],
  ["concat", ["a", " ", 42, true], "a 42true"],
  ["concat", ["a"], "a"],
  ["concat", ["a", undefined], undefined],
  ["concat", ["a", null], undefined],
  ["concat", ["a-", ["x", "y"]], ["a-x", "a-y"]],
  ["concat", [["x", "y"], ["z"]], ["xz", "yz"]],
  [
    "concat",
    [
      ["x", "y"],
      ["z", "w"],
    ],
    undefined,
  ],
  ["number", ["1337", null], 1337],
  ["number", ["  -42.5 ", null], -42.5],
  ["number", ["+7", null], 7],
  ["number", ["0xff", null], 255],
  ["number", ["-0xff", null], -255],
  ["number", ["0xff", 16], 255],
  ["number", ["0xff", 10], undefined],
  ["number", ["ff", 16], 255],
  ["number", ["-ff", 16], -255],
  ["number", ["0777", 8], 511],
  ["number", ["8", 8], undefined],
  ["number", ["ff", null], undefined],
  ["number", ["", null], undefined],
  ["number", ["0x", null], undefined],
  ["number", ["12", 1], undefined],
  ["number", ["12", 40], undefined],
  ["number", ["12", "x"], undefined],
  ["number", [12, null], 12],
  ["number", [true, null], undefined],
  ["number", [undefined, null], undefined],
  ["substring", ["stop logging", 5, null], "logging"],
  ["substring", ["stop logging", 0, 4], "stop"],
  ["substring", ["stop logging", -7, null], "logging"],
  ["substring", ["stop logging", -7, -3], "logg"],
  ["substring", ["stop logging", 5, 500], "logging"],
  ["substring", ["stop logging", -50, 4], "stop"],
  ["substring", ["stop logging", 9, 4], ""],
  ["substring", ["stop logging", 50, null], ""],
  ["substring", [undefined, 0, null], undefined],
  ["substring", ["a", "b", null], undefined],
  ["substring", ["a", 0, "b"], undefined],
  ["between", [PATH, "data/", ".log", false, false], "in/day"],
  ["between", [PATH, "/", "/", false, false], "srv"],
  ["between", [PATH, "/", "/", true, false], "srv/data/in"],
  ["between", [PATH, "DATA/", ".log", false, false], ""],
  ["between", [PATH, "DATA/", ".LOG", false, true], "in/day"],
  ["between", [PATH, "data/", ".csv", false, false], ""],
  ["between", ["", "a", "b", false, false], ""],
  ["between", [PATH, "", "", false, false], ""],
  ["between", [PATH, "", "", true, false], PATH],
  ["between", ["İx[y]", "X[", "]", false, true], "y"],
  ["between", [undefined, "a", "b", false, false], undefined],
  ["between", ["abc", undefined, "c", false, false], undefined],
  ["between", [["<a>", "<b>"], "<", ">", false, false], ["a", "b"]],
  ["index_of", ["s3.amazonaws.com", ".", 0, false], 2],
  ["index_of", ["s3.amazonaws.com", ".", 2, false], 2],
  ["index_of", ["s3.amazonaws.com", ".", 3, false], 12],
  ["index_of", ["s3.amazonaws.com", ".", -6, false], 2],
  ["index_of", ["s3.amazonaws.com", "", 9, false], 9],
  ["index_of", ["s3.amazonaws.com", "", -9, false], 0],
  ["index_of", ["s3.amazonaws.com", ".", 30, false], undefined],
  ["index_of", ["s3.amazonaws.com", "", 30, false], undefined],
  ["index_of", ["s3.amazonaws.com", "AMA", 0, false], undefined],
  ["index_of", ["s3.amazonaws.com", "AMA", 0, true], 3],
  ["index_of", ["abc", undefined, 0, false], undefined],
  ["index_of", [["xa", "b", "a"], "a", 0, false], [1, 0]],
  ["add", [4, 0.5], 4.5],
  ["add", ["4", 5], 9],
  ["add", ["four", 5], undefined],
  ["add", [true, 5], undefined],
  ["add", [null, 5], undefined],
  ["add", [1e308, 1e308], undefined],
  ["add", [[1, 2], 5], [6, 7]],
  ["subtract", [10, 2.5], 7.5],
  ["multiply", [-2, 0.5], -1],
  ["multiply", [-2, 0], 0],
  ["divide", [7, 2], 3],
  ["divide", [-7, 2], -3],
  ["divide", [7, 2, true], 3.5],
  ["divide", [7, 0.5], 14],
  ["divide", [0.5, 4], 0.125],
  ["divide", [7, 0], undefined],
  ["modulo", [10, 6], 4],
  ["modulo", [-10, 6], -4],
  ["modulo", [10, -6], 4],
  ["modulo", [10, 0.5], 0],
  ["modulo", [10.5, 3], 0],
  ["modulo", [10, 0], undefined],
];

describe("functions of values", () => {
  it.each(CASES)("%s%j is %j", (name, args, result) => {
    expect(call(name, ...args)).toEqual(result);
  });

  it("are all tried here", () => {
    expect(new Set(CASES.map(([name]) => name))).toEqual(new Set(FIELD_FUNCTIONS));
  });

  it("give 0 where arithmetic gives -0", () => {
    expect(Object.is(call("multiply", -2, 0), 0)).toBe(true);
  });
});

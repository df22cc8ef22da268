import type { JsonObject } from "../../../src/lib/json.js";
import { load, loadRule, matches, problems, withDetection, withSelection } from "./make.js";

describe("selections", () => {
  it.each<[string, string, JsonObject, boolean]>([
    // what it shows, selection, record, whether it matches
    ["all fields of a mapping hold", "{a: x, b: y}", { a: "X", b: "Y" }, true],
    ["all fields of a mapping hold", "{a: x, b: y}", { a: "x" }, false],
    ["one value of a list is enough", "{a: [x, y]}", { a: "y" }, true],
    ["one mapping of a list is enough", "[{a: x}, {b: y, c: z}]", { b: "y", c: "z" }, true],
    ["one mapping of a list is enough", "[{a: x}, {b: y, c: z}]", { b: "y" }, false],
    ["lists may stand in lists", "[[{a: x}], [{b: y}]]", { b: "y" }, true],
    ["mappings and keywords may be mixed", "[{a: x}, word]", { c: "a word here" }, true],

    ["numbers are compared by value", "{a: 443}", { a: 443 }, true],
    ["numbers are compared by value", "{a: 443}", { a: "443" }, true],
    ["numbers are compared by value", "{a: '443'}", { a: 443 }, true],
    ["numbers are compared by value", "{a: 443}", { a: "443x" }, false],
    ["a number that begins with zero is text", "{a: 012345678901}", { a: "012345678901" }, true],
    ["a number that begins with zero is text", "{a|startswith: 0123}", { a: "012345678901" }, true],
    ["true and false are compared by text", "{a: true}", { a: true }, true],
    ["true and false are compared by text", "{a: 'true'}", { a: true }, true],
    ["true and false are compared by text", "{a: true}", { a: "True" }, true],
    ["true and false are compared by text", "{a: false}", { a: true }, false],

    ["null is a field that is absent", "{a: null}", {}, true],
    ["null is a field that is absent", "{a.b: null}", { a: "x" }, true],
    ["null is a field that is null", "{a: null}", { a: null }, true],
    ["null is a field that is null", "{a: null}", { a: "" }, false],
    ["a key with nothing behind it is null", "{a: }", {}, true],
    ["an empty list of values is null", "{a: []}", {}, true],
    ["an empty list of values is null", "{a: []}", { a: "x" }, false],
    ["an empty array counts as absent", "{a: null}", { a: [] }, true],
    ["an empty text is empty text", "{a: ''}", { a: "" }, true],
    ["an empty text is empty text", "{a: ''}", {}, false],
    ["an empty text is empty text", "{a: ''}", { a: null }, false],

    ["a path goes into objects", "{a.b.c: x}", { a: { b: { c: "x" } } }, true],
    ["an array matches if an element does", "{a: x}", { a: ["y", "x"] }, true],
    ["an array matches if an element does", "{a.b: x}", { a: { b: [["y"], ["X"]] } }, true],
    ["a path crosses arrays of objects", "{a.items.b: x}", { a: { items: [{ b: "y" }, { b: "x" }] } }, true],
    ["a path crosses arrays of objects", "{a.items.b: x}", { a: { items: [[{ b: "x" }]] } }, true],
    ["a path crosses arrays of objects", "{a.b.c: x}", { a: [{ b: [{ c: ["x"] }] }] }, true],
    ["a literal dotted key is found first", "{a.b: x}", { "a.b": "x", a: { b: "y" } }, true],
    ["a literal dotted key is found first", "{a.b: y}", { "a.b": "x", a: { b: "y" } }, false],
    [
      "text modifiers see the JSON of an object",
      "{a|contains: Suspended}",
      { a: { s: { t: "Suspended" } } },
      true,
    ],
    [
      "text modifiers see the JSON of an object",
      '{a|contains: \'"t":"sus\'}',
      { a: { t: "Suspended" } },
      true,
    ],
    [
      "text modifiers see the JSON of an array of objects",
      "{a|contains: '[{\"t\":1}'}",
      { a: [{ t: 1 }, 2] },
      true,
    ],
    ["a star is any value", "{a|contains: '*'}", { a: { b: 1 } }, true],
    ["a star is any value", "{a|contains: '*'}", { a: [{}] }, true],
    ["a star is any value", "{a|contains: '*'}", { a: 0 }, true],
    ["a star is any value", "{a: '*'}", { a: "" }, true],
    ["a star is no absent value", "{a|contains: '*'}", {}, false],
    ["a star is no absent value", "{a: '*'}", { a: null }, false],
    ["inherited properties are not there", "{constructor: '*'}", {}, false],
  ])("%s: %s on %j", (_, selection, record, expected) => {
    expect(matches(selection, record)).toBe(expected);
  });

  it.each<[string, string, JsonObject, boolean]>([
    ["one is somewhere in the record", "[evil, bad]", { a: { b: ["an EVIL one"] } }, true],
    ["one is somewhere in the record", "[evil, bad]", { a: "good" }, false],
    ["one alone needs no list", "evil", { a: "evil" }, true],
    ["keys are not looked at", "[evil]", { evil: 1 }, false],
    ["numbers are looked for in texts", "[4625]", { a: 14625 }, true],
    ["numbers are looked for in texts", "[4625]", { a: "id 4625!" }, true],
    ["they may have wildcards", "['e*l']", { a: "an evil one" }, true],
    ["all may be wanted", "{'|all': [ab, cd]}", { a: "xab", b: "cd" }, true],
    ["all may be wanted", "{'|all': [ab, cd]}", { a: "xab" }, false],
    ["they may be cased", "{'|cased': Evil}", { a: "an Evil one" }, true],
    ["they may be cased", "{'|cased': Evil}", { a: "an evil one" }, false],
    ["they may be regular expressions", "{'|re': '^e.il$'}", { a: { b: "evil" } }, true],
    ["they may be ranges", "{'|cidr': 10.0.0.0/8}", { a: { ip: "10.1.1.1" } }, true],
    ["they may say where in a text", "{'|startswith': ev}", { a: "evil" }, true],
    ["they may say where in a text", "{'|startswith': ev}", { a: "an evil" }, false],
  ])("keywords: %s: %s on %j", (_, selection, record, expected) => {
    expect(matches(selection, record)).toBe(expected);
  });

  it("of plain values become one test, whatever their number", () => {
    const { condition } = loadRule(withSelection("{a: [x, y, 5]}")).program;
    expect(condition).toEqual({
      kind: "predicate",
      field: { kind: "loose", text: "a", names: ["a"] },
      test: { kind: "in", values: ["x", "y", 5], ignoreCase: true },
      reading: "any_text",
    });
  });

  it.each([
    ["{}", "7:14 error bad-value"],
    ["[]", "7:14 error bad-value"],
    ["{'': []}", "7:19 error bad-value"],
    ["[null]", "7:15 error bad-value"],
    ["[[]]", "7:15 error bad-value"],
  ])("that hold nothing are refused: %s", (selection, problem) => {
    expect(problems(withSelection(selection))).toEqual([problem]);
  });

  it("are all read, so that each says what is wrong with it", () => {
    const text = withDetection("  one: {a|x: 1, b|y: 1}\n  two: {c|cidr: z}\n  condition: one and two");
    expect(problems(text)).toEqual([
      "7:9 error unknown-modifier",
      "7:17 error unknown-modifier",
      "8:17 error bad-cidr",
    ]);
  });

  it("may not be nested without end", () => {
    const deep = `${"[".repeat(60)}{a: x}${"]".repeat(60)}`;
    expect(load(withSelection(deep)).diagnostics.map(({ code }) => code)).toEqual(["too-deep"]);
  });
});

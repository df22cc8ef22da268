import fc from "fast-check";
import { countKeys, findMember } from "../../src/decode/json-member.js";
import { scanValue } from "../../src/decode/json-scan.js";
import { readJson, splitJson, type JsonPiece } from "../../src/decode/json-split.js";
import type { JsonValue } from "../../src/lib/json.js";
import { cuts, readCut } from "./cuts.js";
import { bytes, record } from "./samples.js";

function scan(text: string) {
  return scanValue(Buffer.from(text), 0);
}

function split(text: string): string[] {
  return Array.from(splitJson(Buffer.from(text)), show);
}

function show(piece: JsonPiece): string {
  return piece.kind === "empty" ? "empty" : `${piece.kind}:${Buffer.from(piece.bytes).toString()}`;
}

function depthOf(value: JsonValue): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe("scanValue", () => {
  test.each([
    ['{"a":[1,{"b":"}\\"]"}]}{', 22, 3, 2, "complete"],
    ['"a\\\\" ', 5, 0, 0, "complete"],
    ["12.5e3,", 6, 0, 0, "complete"],
    ["[]]", 2, 1, 0, "complete"],
    ['{"a":', 5, 1, 1, "truncated"],
    ['{"a":"x', 7, 1, 1, "truncated"],
    ['"x\\', 3, 0, 0, "truncated"],
    ['{"a":[}', 6, 2, 1, "broken"],
    ['{"a":1,{"b":2}}', 7, 1, 1, "broken"],
    ['{"a":"x\ny"}', 7, 1, 1, "broken"],
    ["{what}", 1, 1, 0, "broken"],
    ["}", 0, 0, 0, "broken"],
  ])("%j ends at %d", (text, end, depth, keys, state) => {
    expect(scan(text)).toMatchObject({ end, depth, keys, state });
  });

  test("line breaks between tokens are seen, those in strings are escapes", () => {
    expect(scan('{"a":"\\n"}').multiline).toBe(false);
    expect(scan('{\n"a":1}').multiline).toBe(true);
  });

  test("a depth of a million is counted, not recursed into", () => {
    const text = "[".repeat(1_000_000) + "]".repeat(1_000_000);
    expect(scan(text)).toMatchObject({ end: 2_000_000, depth: 1_000_000, state: "complete" });
  });

  test("property: agrees with JSON.parse on end, depth and keys of any value", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom(0, 2),
        fc.constantFrom("", " ", "{", ","),
        (value, indent, after) => {
          const text = JSON.stringify(value, null, indent);
          if (typeof value === "number" && after === "") return;
          const parsed = JSON.parse(text) as JsonValue;
          expect(scan(text + after)).toEqual({
            end: Buffer.byteLength(text),
            depth: depthOf(parsed),
            keys: countKeys(parsed),
            multiline: text.includes("\n"),
            state: "complete",
          });
        },
      ),
    );
  });
});

describe("splitJson", () => {
  test.each([
    ['{"a":1}{"b":2}', ['value:{"a":1}', 'value:{"b":2}']],
    ['{"a":1}\r\n\n{"b":2}\n', ['value:{"a":1}', 'value:{"b":2}']],
    [' [1, {"a":[2]} ,"x"] ', ["value:1", 'value:{"a":[2]}', 'value:"x"']],
    ['\ufeff{"a":1}', ['value:{"a":1}']],
    [
      '{"Records":[{"a":1},{"b":2}],"more":{"c":3}} {"d":4}',
      ['value:{"a":1}', 'value:{"b":2}', 'beside:{"more":{"c":3}}', 'value:{"d":4}'],
    ],
    ['{\n "Records" : [\n {"a":1}\n]\n}', ['value:{"a":1}']],
    ["[]", ["empty"]],
    ['{"Records":[]}{"a":1}', ["empty", 'value:{"a":1}']],
    ["  \n", []],
    ["[", ["broken:["]],
    ["no json at all", ["broken:no json at all"]],
  ])("%j", (text, pieces) => {
    expect(split(text)).toEqual(pieces);
  });

  const a = JSON.stringify(record("a"));
  const b = JSON.stringify(record("b"));

  test.each([
    ["cut off", `{"Records":[${a},${b},{"eve`, [a, b], ['{"eve']],
    ["cut off between", `{"Records":[${a},${b},`, [a, b], []],
    ["no JSON in its braces", `[{what: 1},${a},${b}]`, [a, b], ["{what: 1}"]],
    ["a bare word", `[nonsense,${a},${b}]`, [a, b], ["nonsense"]],
    ["a brace too few", `{"Records":[{"a":{"b":1,${a},${b}]}`, [a, b], ['{"a":{"b":1']],
    ["a quote too few", `{"Records":[{"a":"b},${a},${b}]}`, [a, b], ['{"a":"b}']],
    ["a wrong bracket", `{"Records":[{"a":[1},${a},${b}]}`, [a, b], ['{"a":[1}']],
    ["a line that is cut off", `{"a":{"b":1\n${a}\n${b}\n`, [a, b], ['{"a":{"b":1']],
    ["a line cut off in a string", `${a}\n{"a":"b\n${b}\n`, [a, b], ['{"a":"b']],
    ["a line of text", `text\n${a}\nmore text\n${b}`, [a, b], ["text", "more text"]],
  ])("%s costs the elements beside it nothing", (_what, text, good, bad) => {
    const pieces = [...splitJson(Buffer.from(text))];
    const of = (kind: string): string[] =>
      pieces.filter((piece) => piece.kind === kind).map((piece) => show(piece).slice(kind.length + 1));
    expect(of("value")).toEqual(good);
    expect(of("broken")).toEqual(bad);
  });

  test("property: the elements of an array are what JSON.parse finds, however the values are joined", () => {
    const join = fc.constantFrom("array", "records", "lines", "pretty");
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), join, (values, how) => {
        // Between lines an array would be opened, so there every value is an object.
        const objects = values.map((value) => ({ value }));
        const whole = how === "lines" ? objects : values;
        const texts = { array: JSON.stringify(values), records: JSON.stringify({ Records: values }) };
        const text =
          how === "lines"
            ? objects.map((value) => JSON.stringify(value)).join("\n")
            : how === "pretty"
              ? JSON.stringify(values, null, 2)
              : texts[how];
        const pieces = [...splitJson(Buffer.from(text))].flatMap((piece): unknown[] => {
          if (piece.kind === "empty") return [piece.kind];
          const found = Buffer.from(piece.bytes).toString();
          if (piece.kind === "scalars") {
            const joined = JSON.parse(`[${found}]`) as unknown[];
            expect(joined).toHaveLength(piece.count);
            return joined;
          }
          return piece.kind === "value" ? [JSON.parse(found)] : [piece.kind];
        });
        expect(pieces).toEqual(JSON.parse(JSON.stringify(whole)));
      }),
    );
  });

  test("property: any bytes are split without an error, and in order", () => {
    const fragment = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      '"',
      ":",
      ",",
      "\n",
      "\\",
      "1",
      "x",
      '{"eventVersion":1',
      " ",
    );
    const body = fc.oneof(
      fc.uint8Array(),
      fc.array(fragment, { maxLength: 60 }).map((parts) => bytes(parts.join(""))),
    );
    fc.assert(
      fc.property(body, (input) => {
        let end = input.byteOffset;
        for (const piece of splitJson(input)) {
          if (piece.kind === "empty") continue;
          expect(piece.bytes.length).toBeGreaterThan(0);
          expect(piece.bytes.byteOffset).toBeGreaterThanOrEqual(end);
          end = piece.bytes.byteOffset + piece.bytes.length;
        }
        expect(end).toBeLessThanOrEqual(input.byteOffset + input.length);
      }),
      { numRuns: 2000 },
    );
  });

  test("property: what is read does not depend on where the body is cut", () => {
    const fragment = fc.oneof(
      fc.constantFrom("{", "}", "[", "]", '"', ":", ",", "\n", "\n{", "\\", "1", "x", " ", "true", '"a":'),
      fc.constantFrom(
        '{"eventVersion":1',
        '{ "eventVersion":[',
        '{"Records":[',
        '{ "Records" : [',
        "]}",
        a,
        b,
      ),
      fc.constantFrom('],"more":{"c":3}}', '],"Records":[', '{"a":1}', "{b,", "12", '"text"'),
    );
    const body = fc.tuple(fc.boolean(), fc.array(fragment, { maxLength: 30 }));
    fc.assert(
      fc.property(body, cuts, ([bom, parts], lengths) => {
        const input = bytes((bom ? "\ufeff" : "") + parts.join(""));
        const whole = [...splitJson(input)];
        const pieces = readCut(input, lengths, readJson);
        expect(pieces.map(show)).toEqual(whole.map(show));
        expect(pieces.map((piece) => (piece.kind === "value" ? { ...piece.span, end: 0 } : 0))).toEqual(
          whole.map((piece) => (piece.kind === "value" ? { ...piece.span, end: 0 } : 0)),
        );
      }),
      { numRuns: 4000 },
    );
  });

  test("rubbish in a row is one piece", () => {
    expect(split('[x,{y},nonsense,{"a":1},z]')).toEqual([
      "broken:x,{y},nonsense",
      'value:{"a":1}',
      "broken:z",
    ]);
  });

  test("values in a row that hold no record are one piece, of 64 KiB at most", () => {
    expect(split('[1,"x", null ,[2,[3]],{"a":1},4,x,5,[],6]')).toEqual([
      'scalars:1,"x", null ,[2,[3]]',
      'value:{"a":1}',
      "broken:4,x,5",
      "value:[]",
      "value:6",
    ]);
    const body = Buffer.from(JSON.stringify(Array.from({ length: 400_000 }, (_, i) => i)));
    const pieces = [...splitJson(body)];
    expect(pieces.length).toBeLessThan(body.length / 65_536 + 2);
    let count = 0;
    for (const piece of pieces) {
      if (piece.kind !== "scalars") throw new Error(piece.kind);
      expect(piece.bytes.length).toBeLessThanOrEqual(65_536);
      count += piece.count;
    }
    expect(count).toBe(400_000);
  });

  test("hostile bodies come to an end, in few pieces", () => {
    for (const hostile of [
      "{",
      "[",
      '{"a":',
      "x,",
      '{"eventVersion":[',
      "{b,",
      '"\n',
      "[x,",
      '{"Records":[],"a":',
    ]) {
      const body = Buffer.from("[" + hostile.repeat(200_000));
      let pieces = 0;
      for (const piece of splitJson(body)) if (piece.kind !== "empty") pieces++;
      expect(pieces).toBeLessThan(200);
    }
  });
});

describe("findMember", () => {
  test("finds a member's bytes, the last where the name repeats, and none that is nested", () => {
    const text = '{"x":{"doc":0}, "doc" : {"a":[1]} ,"doc":{"b":2}}';
    expect(Buffer.from(findMember(bytes(text), "doc") ?? []).toString()).toBe('{"b":2}');
    expect(findMember(bytes(text), "a")).toBeUndefined();
    expect(findMember(bytes('{"doc":{"a"'), "doc")).toBeUndefined();
    expect(findMember(bytes("[1]"), "doc")).toBeUndefined();
  });
});

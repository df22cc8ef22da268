import fc from "fast-check";
import { BulkSyntaxError, parseBulk, readBulk, type BulkEntry } from "../../src/decode/bulk.js";
import { cuts, readCut } from "./cuts.js";
import { toUnits } from "../../src/decode/record.js";
import { bytes, LIMITS, record, summary } from "./samples.js";

const A = JSON.stringify(record("a"));
const B = JSON.stringify(record("b"));

/** `op index document` or `op index !reason` of each entry. */
function show(text: string, defaultIndex?: string): string[] {
  const options = defaultIndex === undefined ? {} : { defaultIndex };
  return Array.from(parseBulk(bytes(text), options), (entry) => {
    const what =
      entry.document === undefined ? `!${entry.refused?.reason}` : Buffer.from(entry.document).toString();
    return `${entry.op} ${entry.index ?? "-"} ${what}`;
  });
}

describe("parseBulk: what shippers send", () => {
  test.each([
    ['{"index":{}}', "index -"],
    ['{"create":{"_index":"logs","_id":null,"routing":null}}', "create logs"],
    [
      '{"index":{"_index":"logs","_type":"_doc","pipeline":"p","dynamic_templates":{},"zork":[1]}}',
      "index logs",
    ],
    ['{ "create" : { "_index" : null , "require_data_stream":true, "if_seq_no":1 } }', "create -"],
    ['{"create":null}', "create -"],
  ])("%s", (action, expected) => {
    expect(show(`${action}\n${A}\n`)).toEqual([`${expected} ${A}`]);
  });

  test("an index in the path stands in for the one that is not named", () => {
    expect(show(`{"index":{}}\n${A}\n{"index":{"_index":"x"}}\n${B}\n`, "path")).toEqual([
      `index path ${A}`,
      `index x ${B}`,
    ]);
  });

  test("documents are views into the body", () => {
    const body = bytes(`{"index":{}}\n${A}\n`);
    const [entry] = parseBulk(body);
    expect(entry?.document?.buffer).toBe(body.buffer);
  });

  test("update: the document is inside", () => {
    const action = '{"update":{"_id":"1"}}\n';
    expect(show(`${action}{"doc":${A},"doc_as_upsert":true}\n${action}{"upsert": ${B} }\n`)).toEqual([
      `update - ${A}`,
      `update - ${B}`,
    ]);
    expect(show(`${action}{"script":{"source":"x"},"upsert":${B}}\n`)[0]).toMatch(/^update - !.*script/);
    expect(show(`${action}{"detect_noop":true}\n`)[0]).toMatch(/^update - !.*\[doc\]/);
    expect(show(`${action}{"doc":{"cut\n`)).toEqual(['update - {"doc":{"cut']);
  });

  test("delete is refused alone", () => {
    const [entry, ...rest] = [
      ...parseBulk(bytes(`{"delete":{"_index":"x","_id":"1"}}\n{"index":{}}\n${A}\n`)),
    ];
    expect(entry).toMatchObject({
      op: "delete",
      document: undefined,
      refused: {
        status: 400,
        type: "illegal_argument_exception",
        reason: expect.stringContaining("only adds"),
      },
    });
    expect(rest).toMatchObject([{ op: "index", document: bytes(A) }]);
  });

  test("one line may hold many records", () => {
    const [entry] = parseBulk(bytes(`{"index":{}}\n{"Records":[${A},${B}]}\n`));
    expect(summary(toUnits(0, entry!.document!, LIMITS))).toEqual(["a", "b"]);
  });
});

describe("parseBulk: bad input costs itself only", () => {
  test.each([
    ["no last newline", `{"index":{}}\n${A}\n{"index":{}}\n${B}`],
    ["Windows line ends", `{"index":{}}\r\n${A}\r\n{"index":{}}\r\n${B}\r\n`],
    ["blank lines", `\n{"index":{}}\n\n${A}\n\r\n \n{"index":{}}\n${B}\n\n`],
    ["a byte order mark", `\ufeff{"index":{}}\n${A}\n{"index":{}}\n${B}\n`],
  ])("%s", (_what, text) => {
    expect(show(text)).toEqual([`index - ${A}`, `index - ${B}`]);
  });

  test.each([
    ["an action without a document, first", '{"create":{}}\n', /^create - !The action on line \[1\]/],
    ["an unknown op with its document", '{"upset":{}}\n{"x":1}\n', /^index - !.*but found \[upset\]/],
  ])("%s", (_what, bad, expected) => {
    const [first, ...rest] = show(`${bad}{"index":{}}\n${A}\n`);
    expect(first).toMatch(expected);
    expect(rest).toEqual([`index - ${A}`]);
    const inTheMiddle = show(`{"index":{}}\n${B}\n${bad}{"index":{}}\n${A}\n`);
    expect(inTheMiddle).toHaveLength(3);
    expect([inTheMiddle[0], inTheMiddle[2]]).toEqual([`index - ${B}`, `index - ${A}`]);
  });

  test.each([
    ["a malformed action", "index", '{"index":{"_ind\n{"x":1}'],
    ["an action cut off in its op", "index", '{"ind\n{"x":1}'],
    ["an action whose beginning is gone", "index", '"_index":"x"}}\n{"x":1}'],
    ["two actions on a line", "index", '{"index":{},"create":{}}\n{"x":1}'],
    ["metadata that is no object", "create", '{"create":[]}\n{"x":1}'],
    ["an empty action", "index", '{}\n{"x":1}'],
    ["a line that is no object", "index", '"index"\n{"x":1}'],
    ["an action glued to its document", "index", `{"index":{}}${B}`],
    ["a document without its action", "index", B],
    ["a wrapper of one member without its action", "index", `{"detail":${B}}`],
  ])("%s is one item, handed on with its document", (_what, op, bad) => {
    expect(show(`${bad}\n{"index":{}}\n${A}\n`, "path")).toEqual([`${op} path ${bad}`, `index path ${A}`]);
    expect(show(`{"index":{}}\n${B}\n${bad}\n{"index":{}}\n${A}\n`)).toEqual([
      `index - ${B}`,
      `${op} - ${bad}`,
      `index - ${A}`,
    ]);
  });

  test("documents whose actions are gone are an item each", () => {
    expect(show(`{"index":{}}\n${A}\n${B}\n${A}\n{"index":{}}\n${B}\n`)).toEqual(
      [A, B, A, B].map((text) => `index - ${text}`),
    );
  });

  test("an unknown op costs its own document only", () => {
    const shown = show(
      `{"index":{}}\n${A}\n{"upset":{"_id":"1"}}\n{"x":1}\n${B}\n{"upset":{}}\n{"index":{}}\n${A}`,
    );
    expect(shown).toEqual([
      `index - ${A}`,
      expect.stringMatching(/^index - !.*but found \[upset\]/),
      `index - ${B}`,
      expect.stringMatching(/^index - !.*but found \[upset\]/),
      `index - ${A}`,
    ]);
  });

  test.each<[string, (action: string) => readonly string[]]>([
    ["cut off", (action) => [action.slice(0, 7)]],
    ["cut off at its beginning", (action) => [action.slice(4)]],
    ["missing", () => []],
  ])("5,000 documents with every seventh action line %s: none is lost, an item each", (_what, damage) => {
    const ids = Array.from({ length: 5000 }, (_, i) => `e${i}`);
    const lines = ids.flatMap((id, i) => {
      const action = '{"create":{"_index":"x"}}';
      return [...(i % 7 === 3 ? damage(action) : [action]), JSON.stringify(record(id))];
    });
    const entries = [...parseBulk(bytes(lines.join("\n")))];
    expect(entries).toHaveLength(5000);
    const units = entries.flatMap((entry, item) => toUnits(item, entry.document!, LIMITS));
    expect(summary(units).filter((word) => !word.startsWith("dead:"))).toEqual(ids);
  });

  test("property: no byte is left out but actions, refused documents and the space between lines", () => {
    const line = fc.constantFrom('{"index":{}}', '{"create":{"_i', "{", "text", A, B, '{"cut');
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = ['{"index":{}}', ...lines].join("\n");
        const shown = [...parseBulk(bytes(text))].flatMap((entry) =>
          entry.document === undefined ? [] : Buffer.from(entry.document).toString().split("\n"),
        );
        const isAction = (part: string): boolean => part === '{"index":{}}';
        expect(shown.filter((part) => !isAction(part))).toEqual(lines.filter((part) => !isAction(part)));
      }),
    );
  });

  test("an action without a document, last", () => {
    expect(show(`{"index":{}}\n${A}\n{"index":{}}\n`)).toEqual([
      `index - ${A}`,
      "index - !The action on line [3] has no document after it",
    ]);
  });

  test("documents that cannot be read go on to be dead-lettered", () => {
    const body = Buffer.concat([
      bytes('{"index":{}}\n{"cut\n{"index":{}}\n'),
      Buffer.from([0xff, 0x00]),
      bytes(`\n{"index":{}}\n${A}\n`),
    ]);
    const units = Array.from(parseBulk(body), (entry, item) => toUnits(item, entry.document!, LIMITS)).flat();
    expect(summary(units)).toEqual(["dead:invalid_json", "dead:invalid_utf8", "a"]);
  });
});

describe("parseBulk: a body that is no bulk request", () => {
  test.each([
    ["", "body_required", "parse_exception"],
    ["\n\n", "bulk_malformed", "illegal_argument_exception"],
    [`${A}\n${B}\n`, "bulk_malformed", "illegal_argument_exception"],
    ["not a bulk", "bulk_malformed", "illegal_argument_exception"],
    ['{"foo":{}}\n{"a":1}\n', "bulk_malformed", "illegal_argument_exception"],
  ])("%j is refused whole, before any entry", (text, code, type) => {
    expect(() => parseBulk(bytes(text)).next()).toThrow(expect.objectContaining({ code, type, status: 400 }));
    expect(() => parseBulk(bytes(text)).next()).toThrow(BulkSyntaxError);
  });
});

describe("parseBulk: properties", () => {
  const document = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify({ eventName: value }));
  const op = fc.constantFrom("index", "create");

  test("what is generated is what is read, in order", () => {
    const actions = fc.array(fc.tuple(op, fc.option(fc.string(), { nil: undefined }), document), {
      minLength: 1,
    });
    fc.assert(
      fc.property(actions, fc.constantFrom("\n", "\r\n", "\n\n"), fc.boolean(), (items, lineEnd, last) => {
        const lines = items.flatMap(([name, index, doc]) => [
          JSON.stringify({ [name]: { _index: index } }),
          doc,
        ]);
        const text = lines.join(lineEnd) + (last ? lineEnd : "");
        const entries: BulkEntry[] = [...parseBulk(bytes(text))];
        expect(entries.map((e) => [e.op, e.index, Buffer.from(e.document!).toString()])).toEqual(items);
      }),
    );
  });

  test("any lines give entries or a BulkSyntaxError", () => {
    const line = fc.oneof(
      fc.constantFrom('{"index":{}}', '{"update":{}}', '{"delete":{}}', '{"create":', "", "{}"),
      document,
    );
    const body = fc.oneof(
      fc.uint8Array(),
      fc.array(line).map((lines) => bytes(lines.join("\n"))),
    );
    fc.assert(
      fc.property(body, (input) => {
        try {
          for (const entry of parseBulk(input))
            expect(entry.document === undefined).toBe(entry.refused !== undefined);
        } catch (error) {
          expect(error).toBeInstanceOf(BulkSyntaxError);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("what is read does not depend on where the body is cut", () => {
    const line = fc.oneof(
      fc.constantFrom(
        '{"index":{}}',
        '{"update":{}}',
        '{"delete":{}}',
        '{"create":{"_i',
        '{"create":',
        '{"upset":{}}',
        "",
        "  ",
        "{}",
        "{",
        "text",
        '{"doc":{"a":1}}',
        `{"index":{}}${A}`,
        A,
      ),
      document,
    );
    const body = fc.tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom("\n", "\r\n"), fc.boolean());
    const outcome = (read: () => Iterable<BulkEntry | undefined>): unknown => {
      try {
        return [...read()].map((entry) => ({ ...entry, document: entry?.document?.toString() }));
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(body, cuts, fc.integer({ min: 1, max: 200 }), ([lines, end, bom], lengths, ahead) => {
        const input = bytes((bom ? "\ufeff" : "") + lines.join(end));
        const options = { defaultIndex: "x", maxLookAheadBytes: ahead };
        expect(outcome(() => readCut(input, lengths, (window) => readBulk(window, options)))).toEqual(
          outcome(() => parseBulk(input, options)),
        );
      }),
      { numRuns: 3000 },
    );
  });

  test("a body whose first action comes late is read, and one without any is refused after a bounded look ahead", () => {
    const late = bytes(`text\n{"x":1}\n{"index":{}}\n${A}\n`);
    expect([...parseBulk(late)]).toHaveLength(2);
    expect(() => [...parseBulk(late, { maxLookAheadBytes: 10 })]).toThrow(BulkSyntaxError);
  });
});

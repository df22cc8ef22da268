import fc from "fast-check";
import type { JsonObject } from "../../../../src/lib/json.js";
import { compileKql } from "../../../../src/rules/elastic/kql/compile-kql.js";
import { load, matches, ruleText } from "../make.js";

/** A query as its meaning and as one of its many spellings. */
interface Query {
  readonly text: string;
  readonly holds: (record: JsonObject) => boolean;
}

const FIELDS = [
  ["event.action", "eventName"],
  ["cloud.region", "awsRegion"],
  ["aws.cloudtrail.error_code", "errorCode"],
] as const;
const VALUES = ["a", "ab", "b c", "x:y", "*", "or", '"q"', "\\", "null", "true", "(", "ß"];

const valuesOf = (record: JsonObject, key: string): readonly string[] =>
  [record[key]].flat().filter((value): value is string => typeof value === "string");
const quoted = (value: string) => `"${value.replace(/[\\"]/g, "\\$&")}"`;
const escaped = (value: string) => value.replace(/^or$|[\\():<>"*{}]/g, "\\$&");
const bare = (value: string) => (["null", "true"].includes(value) ? quoted(value) : escaped(value));

const field = fc.constantFrom(...FIELDS);
const value = fc.constantFrom(...VALUES);
const space = fc.constantFrom("", " ", "\n  ");

const valueQuery: fc.Arbitrary<(key: string) => Query> = fc.oneof(
  fc.tuple(value, fc.boolean()).map(([wanted, inQuotes]) => (key: string) => ({
    text: inQuotes ? quoted(wanted) : bare(wanted),
    holds: (record: JsonObject) => valuesOf(record, key).includes(wanted),
  })),
  value.map((part) => (key: string) => ({
    text: `*${escaped(part)}*`,
    holds: (record: JsonObject) => valuesOf(record, key).some((text) => text.includes(part)),
  })),
  value.map((part) => (key: string) => ({
    text: `${escaped(part)}*`,
    holds: (record: JsonObject) => valuesOf(record, key).some((text) => text.startsWith(part)),
  })),
  fc.constant((key: string) => ({
    text: "*",
    holds: (record: JsonObject) => valuesOf(record, key).length > 0,
  })),
);

const listQuery = fc
  .array(fc.tuple(valueQuery, fc.boolean()), { minLength: 1, maxLength: 4 })
  .map((items) => (key: string) => {
    const parts = items.map(([item, negated]) => ({ query: item(key), negated }));
    return {
      text: `(${parts.map(({ query, negated }) => (negated ? `not ${query.text}` : query.text)).join(" or ")})`,
      holds: (record: JsonObject) => parts.some(({ query, negated }) => query.holds(record) !== negated),
    };
  });

const leaf: fc.Arbitrary<Query> = fc
  .tuple(field, fc.oneof(valueQuery, listQuery), space)
  .map(([[name, key], of, blank]) => {
    const { text, holds } = of(key);
    return { text: `${name}${blank}:${blank}${text}`, holds };
  });

const { query } = fc.letrec<{ query: Query; group: Query }>((tie) => ({
  group: fc
    .tuple(tie("query"), space)
    .map(([{ text, holds }, blank]) => ({ text: `(${blank}${text}${blank})`, holds })),
  query: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    tie("group").map(({ text, holds }) => ({
      text: `not ${text}`,
      holds: (record: JsonObject) => !holds(record),
    })),
    fc
      .tuple(tie("group"), tie("group"), fc.constantFrom("and", "AND", "\nAnd\t"))
      .map(([left, right, and]) => ({
        text: `${left.text} ${and} ${right.text}`,
        holds: (record: JsonObject) => left.holds(record) && right.holds(record),
      })),
    fc.tuple(tie("group"), tie("group"), tie("group")).map(([first, second, third]) => ({
      text: `${first.text} or ${second.text} and ${third.text}`,
      holds: (record: JsonObject) => first.holds(record) || (second.holds(record) && third.holds(record)),
    })),
  ),
}));

const held = fc.option(fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })), {
  nil: undefined,
});
const record = fc
  .record({ eventName: held, awsRegion: held, errorCode: held })
  .map(
    (fields) =>
      Object.fromEntries(Object.entries(fields).filter(([, found]) => found !== undefined)) as JsonObject,
  );

describe("generated queries", () => {
  it("mean what they say", () => {
    fc.assert(
      fc.property(query, record, ({ text, holds }, of) => {
        expect(matches(text, of)).toBe(holds(of));
      }),
      { numRuns: 300 },
    );
  });

  it("never throw, whatever they are, and give a condition or an error", () => {
    const piece = fc.constantFrom(
      "event.action",
      "a",
      " ",
      ":",
      "(",
      ")",
      "{",
      "}",
      "<",
      ">=",
      '"',
      "\\",
      "*",
      " or ",
      " and ",
      "not ",
      "%l%",
      "null",
      "\\u00",
      "@timestamp",
      "source.ip",
      "aws.cloudtrail.resources",
      "\n",
      "'",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 20 }), (pieces) => {
        const text = pieces.join("");
        const places: number[] = [];
        const place = (_: object, offset: number) => places.push(offset);
        const { condition, problems } = compileKql(text, {
          lists: new Map(),
          categoryField: "event.category",
          place,
        });
        const refused = problems.some(({ severity }) => severity === undefined || severity === "error");
        expect(condition === undefined).toBe(refused);
        for (const offset of [...places, ...problems.map((problem) => problem.offset)])
          expect(offset >= 0 && offset <= text.length).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("never throw in files that are cut or garbled", () => {
    const text = ruleText({
      tables: '[[rule.threat]]\nframework = "MITRE ATT&CK"\n[rule.threat.tactic]\nid = "TA0005"',
    });
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(20), fc.string({ maxLength: 4 }), (at, length, noise) => {
        const garbled = text.slice(0, at) + noise + text.slice(at + length);
        const { rules, diagnostics } = load(garbled, { positions: new WeakMap() });
        const refused = diagnostics.some(
          ({ severity, code }) => severity !== "warning" || code === "other-log-type",
        );
        expect(rules).toHaveLength(refused ? 0 : 1);
        const lines = garbled.split("\n").length;
        for (const { line, column } of diagnostics)
          expect(line >= 1 && line <= lines && column >= 1).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

import fc from "fast-check";
import { parseSigmaFile } from "../../../src/rules/sigma/parse-file.js";
import { linkSigma } from "../../../src/rules/sigma/link.js";
import { MODIFIER_NAMES } from "../../../src/rules/sigma/modifier-names.js";
import { compileExpression } from "../../../src/match/compile-expression.js";
import { referenceHolds } from "../../../src/match/reference.js";
import { holds, load, sourceOf, withDetection } from "./make.js";

/** A condition as a tree of its own, with what it says of three fields. */
interface Condition {
  readonly text: string;
  /** How tightly it binds: or 0, and 1, not 2, a name 3. */
  readonly level: number;
  readonly says: (fields: ReadonlySet<string>) => boolean;
}

const NAMES = ["a", "b", "c"];
const within = ({ text, level }: Condition, least: number): string => (level < least ? `(${text})` : text);
const names = fc.constantFrom(...NAMES).map<Condition>((name) => ({
  text: name,
  level: 3,
  says: (fields) => fields.has(name),
}));
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 5 },
    names,
    fc.constantFrom<Condition>(
      { text: "1 of them", level: 3, says: (fields) => fields.size > 0 },
      { text: "all of *", level: 3, says: (fields) => fields.size === NAMES.length },
    ),
    tie("condition").map((term) => ({
      text: `not ${within(term, 2)}`,
      level: 2,
      says: (f: ReadonlySet<string>) => !term.says(f),
    })),
    fc.array(tie("condition"), { minLength: 2, maxLength: 3 }).map((terms) => ({
      text: terms.map((term) => within(term, 2)).join(" and "),
      level: 1,
      says: (f: ReadonlySet<string>) => terms.every((term) => term.says(f)),
    })),
    fc.array(tie("condition"), { minLength: 2, maxLength: 3 }).map((terms) => ({
      text: terms.map((term) => within(term, 1)).join(" or "),
      level: 0,
      says: (f: ReadonlySet<string>) => terms.some((term) => term.says(f)),
    })),
  ),
}));

describe("random conditions", () => {
  it("say what they are written to say, with no more parentheses than they need", () => {
    fc.assert(
      fc.property(condition, fc.subarray(NAMES), ({ text, says }, fields) => {
        const selections = NAMES.map((name) => `  ${name}: {${name}: 1}\n`).join("");
        const [rule] = load(withDetection(`${selections}  condition: ${text}`)).rules;
        const record = Object.fromEntries(fields.map((name) => [name, 1]));
        expect(holds(rule!, record)).toBe(says(new Set(fields)));
      }),
      { numRuns: 300 },
    );
  });
});

const value = fc.oneof(
  fc.constantFrom(
    "'a*'",
    "'%x%'",
    "'-a /b'",
    "10.0.0.0/8",
    "'(a'",
    "'a|b'",
    "5",
    "0",
    "true",
    "null",
    "''",
    "[]",
    "b",
  ),
  fc
    .array(fc.constantFrom("x", "5", "'y?'"), { minLength: 1, maxLength: 3 })
    .map((items) => `[${items.join(", ")}]`),
);
const recordValue = fc.oneof(
  fc.constantFrom("a", "ab", "10.1.1.1", 5, true, null, ""),
  fc.jsonValue({ maxDepth: 2 }),
);

describe("random modifiers", () => {
  it("are read or refused with one reason, and what is read the engine and the reference agree on", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...MODIFIER_NAMES), { maxLength: 4 }),
        value,
        recordValue,
        (modifiers, written, found) => {
          const key = ["field", ...modifiers].join("|");
          const text = withDetection(`  selection:\n    ${key}: ${written}\n  condition: selection`);
          const { rules, diagnostics } = load(text);
          const errors = diagnostics.filter(({ severity }) => severity === "error");
          expect(rules.length + errors.length).toBe(1);
          for (const { program } of rules) {
            const record = { field: found as never };
            const expected = referenceHolds(program.condition, record, new Map());
            expect(compileExpression(program.condition, new Map())(record)).toBe(expected);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe("random text", () => {
  const good = withDetection("  selection: {a|contains: [x, y]}\n  condition: 1 of sel*");
  it("never throws", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ":",
      "|",
      "&",
      "*",
      "!",
      "%",
      "-",
      "\n",
      " ",
      "'",
      '"',
      "#",
      "?",
      ">",
      ",",
      "---\n",
      "detection:",
      "filter:",
      "correlation:\n  ",
      "&a ",
      "*a ",
    );
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(8), fc.array(piece, { maxLength: 4 }), (at, cut, inserted) => {
        const text = good.slice(0, at) + inserted.join("") + good.slice(at + cut);
        const { diagnostics } = linkSigma([parseSigmaFile(sourceOf(text))]);
        for (const { line, column, message } of diagnostics) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(message).toMatch(/\.$/);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

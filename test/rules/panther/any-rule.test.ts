import fc from "fast-check";
import { stringify } from "yaml";
import { compileRules } from "../../../src/match/engine.js";
import { referenceMatches } from "../../../src/match/reference.js";
import {
  ABSOLUTE_CONDITIONS,
  CONDITIONS,
  ELEMENT_CONDITIONS,
  type Condition,
} from "../../../src/rules/panther/conditions.js";
import { EXPRESSION_KEYS } from "../../../src/rules/panther/expression-keys.js";
import { RULE_KEYS } from "../../../src/rules/panther/rule-keys.js";
import { listsOf, parse } from "./parse.js";

const LISTS = listsOf({ known: { values: ["a"] } });
const conditions = [...CONDITIONS.keys(), ...ELEMENT_CONDITIONS.keys(), ...ABSOLUTE_CONDITIONS.keys()];
const word = fc.constantFrom(
  "a",
  "b",
  "a.b",
  "a[0]",
  "a[*].b",
  "known",
  "10.0.0.0/8",
  "rule",
  "High",
  "",
  "{a}",
);
const scalar = fc.oneof(word, fc.integer({ min: -1, max: 3 }), fc.boolean(), fc.constant(null), fc.double());
const anything = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom(...EXPRESSION_KEYS, "Name", "Log", "KeyName", "ChangeTo"), scalar, {
    maxKeys: 3,
  }),
);
const path = fc.constantFrom("a", "b", "a.b", "a[0]", "a[*].b");
const text = fc.constantFrom("a", "A", "ab", "10.1.2.3");
const value = fc.oneof(text, fc.integer({ min: 0, max: 2 }), fc.boolean());
/** What each kind of operand takes. */
const OPERANDS = {
  none: fc.constant({}),
  value: fc.record({ Value: value }),
  text: fc.record({ Value: text }),
  order: fc.record({ Value: fc.oneof(text, fc.integer({ min: 0, max: 2 })) }),
  values: fc.record({ Values: fc.array(value, { minLength: 1, maxLength: 3 }) }),
  ranges: fc.record({ Value: fc.constantFrom("10.0.0.0/8", "::/0") }),
  list: fc.constant({ List: "known" }),
} satisfies Record<Condition["operand"]["kind"], fc.Arbitrary<object>>;
const good: fc.Arbitrary<object> = fc
  .constantFrom(...CONDITIONS)
  .chain(([Condition, { operand }]) =>
    fc
      .tuple(path, OPERANDS[operand.kind] as fc.Arbitrary<object>)
      .map(([KeyPath, rest]) => ({ KeyPath, Condition, ...rest })),
  );
/** Match expressions as people write them, with something wrong here and there. */
const { expression } = fc.letrec((tie) => ({
  expressions: fc.oneof(
    { weight: 30, arbitrary: fc.array(tie("expression"), { minLength: 1, maxLength: 3 }) },
    anything,
  ),
  expression: fc.oneof(
    { maxDepth: 4 },
    { weight: 40, arbitrary: good },
    {
      weight: 6,
      arbitrary: fc.record(
        {
          KeyPath: word,
          DeepKey: fc.array(scalar, { maxLength: 2 }),
          Condition: fc.constantFrom(...conditions),
          Value: anything,
          Values: fc.oneof(
            fc.array(scalar, { maxLength: 3 }),
            fc.array(fc.record({ KeyPath: word }), { maxLength: 3 }),
          ),
          List: word,
          Expressions: tie("expressions"),
        },
        { requiredKeys: ["Condition"] },
      ),
    },
    {
      weight: 3,
      arbitrary: fc.dictionary(fc.constantFrom("All", "Any", "OnlyOne", "None"), tie("expressions"), {
        maxKeys: 1,
      }),
    },
    { weight: 1, arbitrary: anything },
  ),
}));
const record = fc.dictionary(fc.constantFrom("a", "b"), fc.jsonValue({ maxDepth: 2 })) as fc.Arbitrary<
  Record<string, string>
>;

describe("whatever a rule file says", () => {
  it("comes of it a rule, or something to read about it, each with a position", () => {
    const base = { AnalysisType: "rule", RuleID: "R", LogTypes: ["AWS.CloudTrail"], Severity: "Low" };
    const file = fc
      .tuple(fc.dictionary(fc.constantFrom(...RULE_KEYS.keys(), "Other"), anything), fc.array(expression))
      .map(([keys, Detection]) => ({ ...base, Detection, ...keys }));
    fc.assert(
      fc.property(file, (rule) => {
        const { rule: loaded, diagnostics } = parse(stringify(rule), { lists: LISTS });
        const errors = diagnostics.filter(({ severity }) => severity === "error");
        expect(loaded === undefined ? diagnostics.length : 1).toBeGreaterThan(0);
        expect(loaded === undefined ? 0 : errors.length).toBe(0);
        expect(diagnostics.every((d) => d.line > 0 && d.column > 0 && d.message.endsWith("."))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("means the same to the engine and to the reference", () => {
    let loaded = 0;
    fc.assert(
      fc.property(
        fc.array(expression, { minLength: 1, maxLength: 2 }),
        fc.array(record),
        (Detection, records) => {
          const text = {
            AnalysisType: "rule",
            RuleID: "R",
            LogTypes: ["AWS.CloudTrail"],
            Severity: "Low",
            Detection,
          };
          const { rule } = parse(stringify(text), { lists: LISTS });
          if (rule === undefined) return;
          loaded++;
          const engine = compileRules([rule], { lists: LISTS });
          for (const event of records)
            expect(engine.evaluate(event).length).toBe(referenceMatches([rule], event, LISTS).length);
        },
      ),
      { numRuns: 500 },
    );
    expect(loaded).toBeGreaterThan(100);
  });
});

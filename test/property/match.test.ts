import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../src/lib/json.js";
import { compileRules } from "../../src/match/engine.js";
import { referenceMatches } from "../../src/match/reference.js";
import { QUANTIFIERS, type Expression, type ValueTest } from "../../src/rules/expression.js";
import type { FieldReference, PathStep } from "../../src/rules/field.js";
import { ruleOf } from "../match/rule-fixture.js";

// Few names and values, so that rules and events meet often.
const name = fc.constantFrom(
  "eventName",
  "eventSource",
  "a",
  "b",
  "a.b",
  "__proto__",
  "constructor",
  "length",
  "0",
);
const text = fc.constantFrom("", "a", "A", "ab", "aB", "b", "ba", "İ", "1", "true", "__proto__");
const scalar = fc.oneof(text, fc.constantFrom(0, -0, 1, 1.5), fc.boolean(), fc.constant(null));

const step: fc.Arbitrary<PathStep> = fc.oneof(
  { weight: 6, arbitrary: name.map((n): PathStep => ({ kind: "key", name: n })) },
  { weight: 1, arbitrary: fc.nat(2).map((index): PathStep => ({ kind: "index", index })) },
  { weight: 2, arbitrary: fc.constant<PathStep>({ kind: "every" }) },
);
const field: fc.Arbitrary<FieldReference> = fc
  .array(step, { maxLength: 4 })
  .map((steps) => ({ text: "f", steps }));

const ignoreCase = fc.boolean();
const test: fc.Arbitrary<ValueTest> = fc.oneof(
  fc.constantFrom<ValueTest>({ kind: "exists" }, { kind: "null" }, { kind: "empty" }),
  fc.record({ kind: fc.constant("equals" as const), value: scalar, ignoreCase }),
  fc.record({ kind: fc.constant("in" as const), values: fc.array(scalar, { maxLength: 4 }), ignoreCase }),
  fc.record({ kind: fc.constant("contains" as const), value: scalar, ignoreCase }),
  fc.record({ kind: fc.constantFrom("starts_with" as const, "ends_with" as const), value: text, ignoreCase }),
);

const { expression } = fc.letrec<{ expression: Expression; terms: Expression[] }>((tie) => ({
  terms: fc.array(tie("expression"), { maxLength: 3 }),
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ kind: fc.constant("predicate" as const), field, test }),
    fc.record({
      kind: fc.constantFrom("all" as const, "any" as const, "only_one" as const),
      terms: tie("terms"),
    }),
    fc.record({ kind: fc.constant("not" as const), term: tie("expression") }),
    fc.record({ kind: fc.constant("constant" as const), value: fc.boolean() }),
    fc.record({
      kind: fc.constant("elements" as const),
      quantifier: fc.constantFrom(...QUANTIFIERS),
      field,
      term: tie("expression"),
    }),
  ),
}));

const { value } = fc.letrec<{ value: JsonValue; record: JsonObject }>((tie) => ({
  record: fc
    .array(fc.tuple(name, tie("value")), { maxLength: 5 })
    // JSON.parse makes `__proto__` an own key, as it is in a record.
    .map(
      (pairs) =>
        JSON.parse(
          `{${pairs.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()}}`,
        ) as JsonObject,
    ),
  value: fc.oneof({ depthSize: "small" }, scalar, tie("record"), fc.array(tie("value"), { maxLength: 3 })),
}));
const record = fc
  .array(fc.tuple(name, value), { maxLength: 6 })
  .map(
    (pairs) =>
      JSON.parse(
        `{${pairs.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()}}`,
      ) as JsonObject,
  );

it("the engine finds exactly the rules that the reference finds", () => {
  let matched = 0;
  fc.assert(
    fc.property(
      fc.array(expression, { maxLength: 6 }),
      fc.array(record, { minLength: 1, maxLength: 4 }),
      (conditions, records) => {
        const rules = conditions.map((condition, i) => ruleOf(`r${String(i)}`, condition));
        const engine = compileRules(rules);
        for (const one of records) {
          const found = engine.evaluate(one).map((match) => match.rule.id);
          expect(found).toEqual(referenceMatches(rules, one).map((rule) => rule.id));
          matched += found.length;
        }
        expect(engine.errors.size).toBe(0);
      },
    ),
    { numRuns: 1500 },
  );
  expect(matched).toBeGreaterThan(500);
}, 60_000);

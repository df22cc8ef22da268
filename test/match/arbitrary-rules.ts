import fc from "fast-check";
import type { DerivedField } from "../../src/event/derived.js";
import { SEVERITIES } from "../../src/lib/severity.js";
import type { ExceptionScope, RuleException } from "../../src/rules/exceptions/exception.js";
import {
  FIELD_OPERATORS,
  IP_FAMILIES,
  ORDER_OPERATORS,
  QUANTIFIERS,
  READINGS,
  TIME_PARTS,
  type Expression,
  type ExpressionKind,
  type ValueTest,
  type ValueTestKind,
  type WildcardPart,
} from "../../src/rules/expression.js";
import { FIELD_FUNCTIONS, type FieldReference, type Operand, type PathStep } from "../../src/rules/field.js";
import type { DynamicSeverity, Rule } from "../../src/rules/ir.js";
import type { NamedList } from "../../src/rules/lists/named-list.js";
import { arbitraryRightRegex } from "./arbitrary-regexes.js";
import { arbitraryName, arbitraryNumber, arbitraryScalar, arbitraryText } from "./arbitrary-records.js";
import { ruleOf } from "./rule-fixture.js";

const DERIVED = [
  "event.outcome",
  "event.category",
  "user.name",
  "related.user",
] as const satisfies DerivedField[];
const LISTS = ["first", "second"];
const TAGS = ["x", "y"];
const ignoreCase = fc.boolean();

const step: fc.Arbitrary<PathStep> = fc.oneof(
  { weight: 6, arbitrary: arbitraryName.map((name): PathStep => ({ kind: "key", name })) },
  { weight: 1, arbitrary: fc.nat(2).map((index): PathStep => ({ kind: "index", index })) },
  { weight: 2, arbitrary: fc.constant<PathStep>({ kind: "every" }) },
);

const { field } = fc.letrec<{ field: FieldReference; operand: Operand }>((tie) => ({
  operand: fc.oneof(
    { weight: 2, arbitrary: tie("field") },
    { weight: 1, arbitrary: arbitraryScalar.map((value): Operand => ({ kind: "literal", value })) },
  ),
  field: fc.oneof(
    { depthSize: "small" },
    {
      weight: 5,
      arbitrary: fc
        .array(step, { maxLength: 3 })
        .map((steps): FieldReference => ({ kind: "path", text: "f", steps })),
    },
    {
      weight: 8,
      arbitrary: fc
        .array(arbitraryName, { minLength: 1, maxLength: 3 })
        .map((names): FieldReference => ({ kind: "loose", text: "f", names })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...DERIVED)
        .map((name): FieldReference => ({ kind: "derived", text: "f", name })),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("call" as const),
        text: fc.constant("f"),
        function: fc.constantFrom(...FIELD_FUNCTIONS),
        args: fc.array(tie("operand"), { minLength: 1, maxLength: 3 }),
      }),
    },
  ),
}));

const pattern: fc.Arbitrary<readonly WildcardPart[]> = fc
  .array(
    fc.oneof(
      arbitraryText.map((text): WildcardPart => ({ kind: "text", text })),
      fc.constantFrom<WildcardPart>({ kind: "any" }, { kind: "one" }),
    ),
    { maxLength: 5 },
  )
  // Neighbouring texts are one, and so are neighbouring `any`.
  .map((parts) => parts.filter(({ kind }, i) => kind === "one" || parts[i - 1]?.kind !== kind));

const RANGES = [
  "10.0.0.0/8",
  "192.0.2.7",
  "0.0.0.0/0",
  "::/0",
  "::ffff:10.0.0.0/104",
  "2001:db8::/33",
  "bad",
];
/** With literals that the index may look for, and without. */
const REGEXES = [
  ...["a", "^a.?b$", "(?i)AB", "b$", "^$", "[0-9]+", "^(a|b)+$", "a.*b", "^true|1$", "\\.0", "İ"],
  ...["aba|true", "^(?:true|null|1\\.0)$", "(?i)^A?BAB$", "10\\.0\\.\\d", "::[f1].*", "(?i)asK|iti"],
  ...["^\\{.*\\}$", 'a"\\W', "(?i)^a(?:sk)+$"],
];

const TESTS = {
  exists: fc.constant({ kind: "exists" }),
  present: fc.constant({ kind: "present" }),
  null: fc.constant({ kind: "null" }),
  empty: fc.constant({ kind: "empty" }),
  equals: fc.record({ kind: fc.constant("equals"), value: arbitraryScalar, ignoreCase }),
  in: fc.record({ kind: fc.constant("in"), values: fc.array(arbitraryScalar, { maxLength: 4 }), ignoreCase }),
  contains: fc.record({ kind: fc.constant("contains"), value: arbitraryScalar, ignoreCase }),
  starts_with: fc.record({ kind: fc.constant("starts_with"), value: arbitraryText, ignoreCase }),
  ends_with: fc.record({ kind: fc.constant("ends_with"), value: arbitraryText, ignoreCase }),
  wildcard: fc.record({ kind: fc.constant("wildcard"), pattern, ignoreCase }),
  regex: fc.record({
    kind: fc.constant("regex"),
    pattern: fc.oneof(fc.constantFrom(...REGEXES), arbitraryRightRegex),
    ignoreCase,
    multiline: fc.boolean(),
    dotAll: fc.boolean(),
  }),
  cidr: fc.record({
    kind: fc.constant("cidr"),
    ranges: fc.array(fc.constantFrom(...RANGES), { maxLength: 2 }),
  }),
  ip: fc.record({ kind: fc.constant("ip"), family: fc.constantFrom(...IP_FAMILIES) }),
  compare: fc.record({
    kind: fc.constant("compare"),
    operator: fc.constantFrom(...ORDER_OPERATORS),
    value: fc.oneof(arbitraryNumber, arbitraryText),
  }),
  time_part: fc.record({
    kind: fc.constant("time_part"),
    part: fc.constantFrom(...TIME_PARTS),
    operator: fc.constantFrom(...ORDER_OPERATORS, "eq" as const),
    value: fc.constantFrom(0, 1, 3, 12, 22, 53, 2021, 2024),
  }),
  in_list: fc.record({
    kind: fc.constant("in_list"),
    list: fc.constantFrom(...LISTS, "no such list"),
    ignoreCase,
  }),
} satisfies { readonly [K in ValueTestKind]: fc.Arbitrary<Extract<ValueTest, { kind: K }>> };

const test: fc.Arbitrary<ValueTest> = fc.oneof<fc.Arbitrary<ValueTest>[]>(
  TESTS.equals,
  TESTS.in,
  ...Object.values(TESTS),
);

export const { arbitraryExpression } = fc.letrec<{
  arbitraryExpression: Expression;
  terms: Expression[];
}>((tie) => {
  const expressions = {
    predicate: fc.record({
      kind: fc.constant("predicate"),
      field,
      test,
      reading: fc.constantFrom(...READINGS),
    }),
    all: fc.record({ kind: fc.constant("all"), terms: tie("terms") }),
    any: fc.record({ kind: fc.constant("any"), terms: tie("terms") }),
    only_one: fc.record({ kind: fc.constant("only_one"), terms: tie("terms") }),
    not: fc.record({ kind: fc.constant("not"), term: tie("arbitraryExpression") }),
    constant: fc.record({ kind: fc.constant("constant"), value: fc.boolean() }),
    compare_fields: fc.record({
      kind: fc.constant("compare_fields"),
      operator: fc.constantFrom(...FIELD_OPERATORS),
      left: field,
      right: field,
      ignoreCase,
      reading: fc.constantFrom(...READINGS),
    }),
    elements: fc.record({
      kind: fc.constant("elements"),
      quantifier: fc.constantFrom(...QUANTIFIERS),
      field,
      term: tie("arbitraryExpression"),
    }),
    anywhere: fc.record({ kind: fc.constant("anywhere"), test }),
  } satisfies { readonly [K in ExpressionKind]: fc.Arbitrary<Extract<Expression, { kind: K }>> };
  return {
    terms: fc.array(tie("arbitraryExpression"), { maxLength: 3 }),
    arbitraryExpression: fc.oneof(
      { depthSize: "small" },
      expressions.predicate,
      expressions.predicate,
      expressions.predicate,
      expressions.compare_fields,
      expressions.all,
      expressions.all,
      expressions.any,
      expressions.not,
      expressions.only_one,
      expressions.elements,
      expressions.anywhere,
      expressions.constant,
    ),
  };
});

const severities: fc.Arbitrary<DynamicSeverity[]> = fc.array(
  fc.record({
    severity: fc.constantFrom(...SEVERITIES),
    riskScore: fc.integer({ min: 1, max: 99 }),
    condition: arbitraryExpression,
  }),
  { maxLength: 2 },
);

/** Rules of any condition, each with an id of its own, and groups, context and severities that depend on the event. */
export const arbitraryRules: fc.Arbitrary<readonly Rule[]> = fc
  .array(
    fc.record({
      condition: arbitraryExpression,
      severities,
      tags: fc.subarray(TAGS),
      fields: fc.array(field, { maxLength: 2 }),
    }),
    { maxLength: 8 },
  )
  .map((parts) =>
    parts.map(({ condition, severities: graded, tags, fields }, i) => {
      const context = fields.map((one, n) => ({ name: `context-${String(n)}`, field: one }));
      const program = { severities: graded, groupBy: fields, context };
      return { ...ruleOf(`r${String(i)}`, condition, program), tags };
    }),
  );

export const arbitraryLists: fc.Arbitrary<ReadonlyMap<string, NamedList>> = fc
  .tuple(
    ...LISTS.map((name) =>
      fc.record({
        name: fc.constant(name),
        description: fc.constant(undefined),
        values: fc.array(arbitraryText, { maxLength: 4 }),
        patterns: fc.array(pattern, { maxLength: 2 }),
        ranges: fc.array(fc.constantFrom(...RANGES), { maxLength: 2 }),
        path: fc.constant(`${name}.yml`),
        hash: fc.constant(name),
      }),
    ),
  )
  .map((lists) => new Map(lists.map((list) => [list.name, list])));

/** The present in tests of exceptions, ms since the epoch. */
export const NOW = 1_700_000_000_000;

const scope: fc.Arbitrary<ExceptionScope> = fc.oneof(
  fc.constant<ExceptionScope>({ kind: "all" }),
  fc.subarray(["r0", "r1", "r2"]).map((ids): ExceptionScope => ({ kind: "rules", ids })),
  fc.subarray(TAGS).map((tags): ExceptionScope => ({ kind: "tags", tags })),
);

export const arbitraryExceptions: fc.Arbitrary<readonly RuleException[]> = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom("e1", "e2", "e3", "E"),
    scope,
    condition: arbitraryExpression,
    owner: fc.constant("somebody"),
    reason: fc.constant("expected"),
    expires: fc.constantFrom(undefined, NOW - 1, NOW, NOW + 1),
    tests: fc.constant([]),
    path: fc.constant("exceptions.yml"),
    hash: fc.constant(""),
  }),
  { maxLength: 3, selector: ({ id }) => id },
);

import fc from "fast-check";
import { compile, matchesRecord } from "./eql-fixture.js";

const PIECES = [
  ..."( ) , . : == != <= >= < > + - * / % ~ ? | [ ] not and or in like regex where any null true false".split(
    " ",
  ),
  ..."user.name event.action source.ip @timestamp `a b` nothing.known length( startsWith( substring( concat(".split(
    " ",
  ),
  ...[
    '"a"',
    '"a*"',
    '"""x"""',
    '"(a|b)+"',
    '"10.0.0.0/8"',
    "1",
    "2.5",
    "%admins%",
    "// c\n",
    "/* c */",
    "'",
    "§",
  ],
];

/** A text that is near to a query, or any text. */
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => `any where ${pieces.join(" ")}`),
  fc.string({ unit: "binary" }),
);

const value = fc.constantFrom("user.name", "event.action", '"a"', "1", "null", "length(user.name)", "1 + 2");
const comparison = fc
  .tuple(value, fc.constantFrom("==", "!=", "<", ">="), value)
  .map(([left, operator, right]) => `${left} ${operator} ${right}`);
const membership = fc
  .tuple(
    value,
    fc.constantFrom("in", "not in~", "in~"),
    fc.array(fc.constantFrom('"a"', "1", "user.name"), { minLength: 1 }),
  )
  .map(([left, operator, list]) => `${left} ${operator} (${list.join(", ")})`);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small" },
    comparison,
    membership,
    tie("condition").map((inner) => `not ${inner}`),
    tie("condition").map((inner) => `(${inner})`),
    fc
      .tuple(tie("condition"), fc.constantFrom("and", "or"), tie("condition"))
      .map((parts) => parts.join(" ")),
  ),
}));
const record = fc.record(
  {
    userIdentity: fc.record({ userName: fc.constantFrom("a", "A", "", null, 1) }),
    eventName: fc.constantFrom("a", "1", null),
  },
  { requiredKeys: [] },
);

describe("whatever is written", () => {
  it("is compiled or refused at a place in it", () => {
    fc.assert(
      fc.property(text, (query) => {
        const { condition: compiled, problems } = compile(query);
        const errors = problems.filter(({ severity = "error" }) => severity === "error");
        expect(compiled === undefined).toBe(errors.length > 0);
        for (const { offset } of problems) {
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset).toBeLessThanOrEqual(query.length);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("means the same to the engine and to the reference, and the opposite behind not, unless it is null", () => {
    fc.assert(
      fc.property(condition, record, (written, event) => {
        const holds = matchesRecord(`any where ${written}`, event);
        const negated = matchesRecord(`any where not (${written})`, event);
        if (written.includes("null")) expect(holds && negated).toBe(false);
        else expect(negated).toBe(!holds);
      }),
      { numRuns: 500 },
    );
  });
});

import type { Expression } from "../../../../src/rules/expression.js";
import { compile, conditionOf, expand, matchesRecord } from "./eql-fixture.js";

/** The value that a literal has. */
const valueOf = (literal: string) => {
  const condition = conditionOf(`any where event.action == ${literal}`);
  return condition.kind === "predicate" && condition.test.kind === "equals"
    ? condition.test.value
    : undefined;
};

describe("strings of EQL", () => {
  it.each([
    ['"hello world"', "hello world"],
    ['""', ""],
    ['"a\\nb\\rc\\td"', "a\nb\rc\td"],
    ['"back\\\\slash and \\" quote"', 'back\\slash and " quote'],
    ['"it\\\'s"', "it's"],
    ['"\\u{200f}\\u{0000200F}\\u{1F600}\\u{41}"', "\u200f\u200f😀A"],
    ['"""raw " and \\ and \\n"""', 'raw " and \\ and \\n'],
    ['"""ends with a quote""""', 'ends with a quote"'],
    ['"""ends with two"""""', 'ends with two""'],
    ['""""""', ""],
    ['"// no comment /* either */"', "// no comment /* either */"],
  ])("%s is %j", (literal, value) => {
    expect(valueOf(literal)).toBe(value);
  });
});

describe("fields of EQL", () => {
  const fieldOf = (name: string, literal = '"x"') => {
    const condition = conditionOf(`any where ${name} == ${literal}`);
    return condition.kind === "predicate" ? condition.field : undefined;
  };

  it.each([
    ["event.action", "eventName"],
    ["`event.action`", "eventName"],
    ["event.`action`", "eventName"],
    ["event . action", "eventName"],
    ["?event.action", "eventName"],
    ["aws.cloudtrail.flattened.request_parameters.`bucket-name`", "requestParameters.bucket-name"],
    ["aws.cloudtrail.flattened.request_parameters.`a``b`", "requestParameters.a`b"],
    ["aws.cloudtrail.flattened.request_parameters.in", "requestParameters.in"],
    ["aws.cloudtrail.flattened.request_parameters.any", "requestParameters.any"],
  ])("%s is %s", (name, text) => {
    expect(fieldOf(name)?.text).toBe(text);
  });

  it("cross lists", () => {
    const record = { requestParameters: { rules: [{ port: 22 }, { port: [3389, 443] }] } };
    expect(matchesRecord(`any where ${expand("$rules")}.port == 3389`, record)).toBe(true);
    expect(matchesRecord(`any where ${expand("$rules")}.port == 80`, record)).toBe(false);
  });

  it("that are unknown are taken as missing, with a warning each", () => {
    const { condition, problems } = compile(
      "any where event.actoin == null and length(event.actoin) > 3 or nothing.like.it == 1",
    );
    expect(condition).toBeDefined();
    expect(problems).toMatchObject([
      { code: "unknown-field", severity: "warning", offset: 10, hint: "Did you mean event.action?" },
      { code: "unknown-field", severity: "warning", offset: 63 },
    ]);
  });

  it("may be unknown when they are optional", () => {
    expect(compile("any where ?event.actoin == null").problems).toEqual([]);
    expect(matchesRecord("any where ?event.actoin == null", {})).toBe(true);
  });
});

describe("comments of EQL", () => {
  it("are passed over", () => {
    const query = `// first
any /* which */ where // then
  event.action == "A" /* over
  lines * / */ or event.action == "B" // last`;
    expect(matchesRecord(query, { eventName: "B" })).toBe(true);
  });
});

describe("places of what a condition holds", () => {
  const placesOf = (query: string) => {
    const places = new Map<object, number>();
    const { condition } = compile(query, { place: (part, offset) => places.set(part, offset) });
    return { places, condition };
  };

  it("are told for every part", () => {
    const query =
      'iam where event.action == "A" and not (length(user.name) > 3 or source.ip in ("10.0.0.1"))';
    const { places, condition } = placesOf(query);
    const seen: string[] = [];
    const walk = (expression: Expression): void => {
      const offset = places.get(expression);
      seen.push(offset === undefined ? "?" : query.slice(offset, offset + 5));
      if (expression.kind === "all" || expression.kind === "any") expression.terms.forEach(walk);
      if (expression.kind === "not") walk(expression.term);
      if (expression.kind === "predicate") {
        const at = places.get(expression.field);
        seen.push(at === undefined ? "?" : query.slice(at, at + 5));
      }
    };
    if (condition?.kind === "all") condition.terms.forEach(walk);
    expect(seen).toEqual([
      ...["iam w", "iam w"],
      ...["event", "event"],
      "not (",
      "(leng",
      ...["lengt", "lengt"],
      ...["sourc", "sourc"],
    ]);
  });

  it("are of each use of a field", () => {
    const { places, condition } = placesOf('any where event.action == "A" or event.action == "B"');
    const fields = condition?.kind === "any" ? condition.terms : [];
    expect(fields.map((term) => term.kind === "predicate" && places.get(term.field))).toEqual([10, 33]);
  });

  it("leave the text of a call as it is written, on one line", () => {
    const condition = conditionOf("any where length(\n  user.name ) > 3");
    expect(condition).toMatchObject({ field: { kind: "call", text: "length( user.name )" } });
  });
});

import { compile, complaints } from "./eql-fixture.js";

/** Query, and the code, the marked place and the hint of its one problem. */
type Case = readonly [string, string, (string | RegExp)?];

/** `»` marks the place. */
const problemOf = (marked: string) => {
  const offset = marked.indexOf("»");
  const { condition, problems } = compile(marked.replace("»", ""));
  return { offset, condition, problems };
};

const CASES: readonly Case[] = [
  // What is not supported: one problem each.
  ["»sequence by user.name with maxspan=5m [any where true] ![any where false]", "unsupported-query"],
  ["  »sequence\n[any where true] [any where true] | tail 5", "unsupported-query"],
  ["»sample by user.name [any where true] [any where true]", "unsupported-query"],
  ["»join by user.name [any where true] [any where true]", "unsupported-query"],
  ["any where true »| head 5", "unsupported-query"],
  ["any where true »| tail 5 | head 2", "unsupported-query"],
  ["any where »(event.action == null) == null", "unsupported-query"],
  ["any where »(user.name == null) < 3", "unsupported-query"],
  ['any where string(»cidrMatch(source.ip, "10.0.0.0/8")) == "true"', "unsupported-query"],
  ["any where user.name == concat(»not true)", "unsupported-query"],
  ["any where user.name in (»true or false)", "unsupported-query"],
  // What surrounds the condition.
  ["»", "bad-query", /any where/],
  ["any»", "bad-query", /any where/],
  ["any »were true", "bad-query", "Did you mean where?"],
  ["any where»", "bad-query"],
  ["»where true", "bad-query"],
  ["any where true »)", "bad-query", /too many/],
  ["any where true »user.name", "bad-query"],
  ["any where true »AND false", "bad-query", /lower case/],
  ["any where true »adnd false", "bad-query", "Did you mean and?"],
  // Tokens.
  ["any where user.name == »'x'", "bad-query", /double quotes/],
  ['any where user.name == »"x', "bad-query"],
  ['any where user.name == »"x\n"', "bad-query"],
  ['any where user.name == »"""x\n"""', "bad-query"],
  ['any where user.name == "a»\\qb"', "bad-query", /for a backslash/],
  ['any where user.name == "a»\\u{d800}"', "bad-query"],
  ['any where user.name == "a»\\u{110000}"', "bad-query"],
  ['any where user.name == "a»\\u41"', "bad-query"],
  ['any where user.name == »?"x"', "bad-query", /"""/],
  ['any where user.name »= "x"', "bad-query", /==/],
  ['any where user.name »!: "x"', "bad-query", /not/],
  ["any where »!true", "bad-query", /not/],
  ["any where true »&& true", "bad-query", /and/],
  ["any where true »/* open", "bad-query"],
  ["any where »`open == 1", "bad-query"],
  ["any where true »§", "bad-query"],
  // Conditions and values.
  ["any where (true»", "bad-query"],
  ["any where (true »user.name)", "bad-query"],
  ["any where not»", "bad-query"],
  ["any where user.name ==»", "bad-query"],
  ["any where 1 < 2 »< 3", "bad-query", /and/],
  ['any where user.name : "a" »: "b"', "bad-query", /and/],
  ['any where user.name »not like "x"', "bad-query", /not field/],
  ['any where user.name in »"x"', "bad-query", /in \(/],
  ["any where user.name in (»)", "bad-query"],
  ['any where user.name in ("x" »"y")', "bad-query", /commas/],
  ["any where user.name : »123", "bad-query", /==/],
  ["any where user.name like »true", "bad-query"],
  ["any where user.name regex »event.action", "bad-query"],
  ["any where user.name like »event.action", "bad-query"],
  ["any where user.name in (»null)", "bad-query", /== null/],
  ["any where user.name in »%nobody%", "unknown-list"],
  ["any where user.name in (»%admins%)", "bad-query"],
  ["any where user.name»[0] == 1", "bad-query", /index/],
  ["any where user».1 == 1", "bad-query"],
  ["any where user.»", "bad-query"],
  ["any where »with == 1", "bad-query", /backquotes/],
  ["any where »user.name > true", "bad-query", /==/],
  ['any where »"text"', "bad-query", /Compare/],
  ["any where »5", "bad-query", /Compare/],
  ["any where »length(user.name)", "bad-query", /Compare/],
  ["any where »user.name + 1", "bad-query", /Compare/],
  ['any where 1 + »"b" == 2', "bad-query", /concat/],
  ["any where 5 / »0 == 1", "bad-query"],
  ["any where modulo(user.name, »0) == 1", "bad-query"],
  // Functions.
  ['any where »startWith(user.name, "a")', "bad-query", "Did you mean startsWith?"],
  ['any where »wildcard(user.name, "a*")', "bad-query", /like/],
  ['any where »match(user.name, "a*")', "bad-query", /regex/],
  ["any where »frobnicate(user.name) == 1", "bad-query", /Known functions: /],
  ["any where »length~(user.name) == 1", "bad-query", /~/],
  ['any where »cidrMatch~(user.name, "10.0.0.0/8")', "bad-query", /~/],
  ["any where »length() == 1", "bad-query"],
  ["any where »add(1, 2, 3) == 1", "bad-query"],
  ["any where »between(user.name) == 1", "bad-query"],
  ["any where »concat() == 1", "bad-query"],
  ["any where »startsWith(user.name)", "bad-query"],
  ["any where startsWith(user.name, »5)", "bad-query"],
  ["any where length(»5) == 1", "bad-query"],
  ['any where add(»"a", 1) == 1', "bad-query"],
  ["any where substring(user.name, »1.5) == 1", "bad-query"],
  ['any where between(user.name, "a", "b", »1) == 1', "bad-query"],
  ['any where cidrMatch(source.ip, »"10.0.0.0/33")', "bad-cidr"],
  ["any where cidrMatch(source.ip, »user.name)", "bad-query"],
  ["any where length(user.name, »", "bad-query"],
  // Regular expressions.
  ['any where user.name regex »"(a"', "bad-regex"],
  ['any where user.name regex »"a~b"', "unsupported-regex"],
  ['any where user.name regex ("a.b", »"(?i)x")', "unsupported-regex"],
];

describe("what is wrong with a query", () => {
  it.each(CASES.map(([marked, code, hint = ""]) => [marked, code, hint] as const))(
    "%s",
    (marked, code, hint) => {
      const { offset, condition, problems } = problemOf(marked);
      expect(condition).toBeUndefined();
      expect(problems.map((problem) => [problem.code, problem.offset])).toEqual([[code, offset]]);
      expect(problems[0]?.hint ?? "").toMatch(hint);
      expect(problems[0]?.message).toMatch(/^\S.*[.)]$/s);
    },
  );

  it("is told of every part that can be told apart", () => {
    expect(
      complaints('any where lenght(user.name) > 1 and user.name : 5 or cidrMatch(source.ip, "x", "y")'),
    ).toEqual(["bad-query 10", "bad-query 48", "bad-cidr 74", "bad-cidr 79"]);
  });

  it("says once that something is not supported", () => {
    expect(complaints("any where (user.name == 1) == null or (user.name == 2) == null")).toEqual([
      "unsupported-query 10",
    ]);
  });

  it("tells both strings of a sum", () => {
    expect(complaints('any where user.name == "a" + "b"')).toEqual(["bad-query 23", "bad-query 29"]);
  });

  it.each([
    'any where user.name == »"%admins%"',
    'any where user.name in ("x", »"%admins%")',
    'any where user.name : »"%admins%"',
  ])("warns where a list is named in quotes, which makes it a text: %s", (marked) => {
    const { offset, condition, problems } = problemOf(marked);
    expect(condition).toBeDefined();
    const hint = "Write `field in %admins%` to refer to the list.";
    expect(problems).toEqual([
      expect.objectContaining({ code: "list-not-expanded", severity: "warning", offset, hint }),
    ]);
    expect(complaints(marked.replace("»", "").replace("admins", "nobody"))).toEqual([]);
  });

  it("names what was met", () => {
    expect(compile("any where user.name == )").problems[0]?.message).toBe("A value was expected, not ).");
    expect(compile("any where true |").problems[0]?.message).toBe("EQL pipes are not supported.");
    expect(compile("any where true | head 5").problems[0]?.message).toBe(
      "EQL pipes (`| head`) are not supported.",
    );
    expect(compile("any where length(1, 2) == 1").problems[0]?.message).toBe(
      "length takes 1 argument, not 2.",
    );
  });

  it("takes words that begin queries of several events as categories, too", () => {
    expect(complaints("join where true")).toEqual([]);
  });
});

describe("a query without end", () => {
  const nest = (open: string, inner: string, close: string, depth: number) =>
    `any where ${open.repeat(depth)}${inner}${close.repeat(depth)}`;

  it.each([
    ["parentheses", nest("(", "true", ")", 50), nest("(", "true", ")", 51)],
    ["not", nest("not ", "true", "", 50), nest("not ", "true", "", 51)],
    ["signs", nest("-", "1 == 1", "", 50), nest("-", "1 == 1", "", 51)],
    [
      "calls",
      nest("concat(", "user.name", ")", 50) + ' == "x"',
      nest("concat(", "user.name", ")", 51) + ' == "x"',
    ],
    ["sums", nest("", "1 == 1", " + 1", 50), nest("", "1 == 1", " + 1", 51)],
  ])("of %s is refused beyond 50 levels", (_, allowed, tooDeep) => {
    expect(complaints(allowed)).toEqual([]);
    expect(compile(tooDeep).problems).toMatchObject([{ code: "too-deep" }]);
  });

  it.each(["(", "not ", "-", "length(", "user.name in (", "1 + ", "true and ", '"', "/*", "[", "."])(
    "of 100,000 times %s ends",
    (piece) => {
      expect(compile(`any where ${piece.repeat(100_000)}`).condition).toBeUndefined();
    },
  );

  it("may have 5,000 alternatives", () => {
    const values = Array.from({ length: 5000 }, (_, i) => `"value ${i}"`).join(", ");
    const patterns = Array.from({ length: 5000 }, (_, i) => `"*value ${i}?"`).join(", ");
    const chain = Array.from({ length: 5000 }, (_, i) => `user.name == "${i}"`).join(" or ");
    const started = performance.now();
    expect(compile(`any where user.name in (${values})`).condition).toMatchObject({
      kind: "predicate",
      test: { kind: "in", values: { length: 5000 } },
    });
    expect(compile(`any where user.name : (${patterns})`).condition).toMatchObject({
      terms: { length: 5000 },
    });
    expect(compile(`any where ${chain}`).condition).toMatchObject({ terms: { length: 5000 } });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

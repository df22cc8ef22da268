import type { JsonValue } from "../../../src/lib/json.js";
import { MODIFIER_NAMES } from "../../../src/rules/sigma/modifier-names.js";
import { listsOf, load, matches, problems, withSelection } from "./make.js";

const lists = listsOf({
  admins: ["root", "adm_*"],
  offices: ["192.0.2.0/24", "198.51.100.7", "partner"],
  hosts: ["198.51.100.7", "web1"],
  nobody: [],
});

/** Selection, value of the field `a`, whether it matches. */
type Case = readonly [selection: string, value: JsonValue, expected: boolean];

const CASES: Readonly<Partial<Record<string, readonly Case[]>>> = {
  contains: [
    ["{a|contains: bc}", "aBCd", true],
    ["{a|contains: bc}", "b", false],
    ["{a|contains: 'b*d'}", "abcde", true],
    ["{a|contains: '*bc*'}", "abcd", true],
    ["{a|contains: '*'}", "anything", true],
    ["{a|contains: '*'}", { b: 1 }, true],
    ["{a|contains: '*'}", null, false],
    ["{a|contains: '443'}", 1443, true],
    ["{a|contains: [x, bc]}", "abcd", true],
    ["{a|contains: bc}", ["x", "abcd"], true],
    ['{a|contains: \'"state":"off\'}', { state: "Off" }, true],
  ],
  startswith: [
    ["{a|startswith: ab}", "ABc", true],
    ["{a|startswith: ab}", "xab", false],
    ["{a|startswith: 'a?c'}", "abcd", true],
  ],
  endswith: [
    ["{a|endswith: bc}", "aBC", true],
    ["{a|endswith: bc}", "bcd", false],
  ],
  all: [
    ["{a|contains|all: [ab, cd]}", "cdab", true],
    ["{a|contains|all: [ab, cd]}", "ab", false],
    ["{a|contains|all: [ab, cd]}", ["xab", "cdx"], true],
    ["{a|all: [x, y]}", ["x", "y"], true],
    ["{a|all: [x, y]}", ["x"], false],
  ],
  cased: [
    ["{a|cased: Abc}", "Abc", true],
    ["{a|cased: Abc}", "abc", false],
    ["{a|contains|cased: Bc}", "aBcd", true],
    ["{a|cased|contains: Bc}", "abcd", false],
    ["{a|cased: [Abc, Def]}", "Def", true],
  ],
  exists: [
    ["{a|exists: true}", "", true],
    ["{a|exists: true}", null, true],
    ["{a|exists: true}", [], true],
    ["{b|exists: true}", 1, false],
    ["{b|exists: false}", 1, true],
    ["{a|exists: false}", null, false],
  ],
  neq: [
    ["{a|neq: 5}", 6, true],
    ["{a|neq: 5}", 5, false],
    ["{a|neq: 5}", "5", false],
    ["{a|neq: [x, y]}", "Y", false],
    ["{a|neq: [x, y]}", "z", true],
    ["{b|neq: x}", 1, true],
    ["{a|contains|neq: x}", "axb", false],
    ["{a|neq|contains: x}", "abc", true],
    ["{a|neq: null}", 1, true],
    ["{a|neq: null}", null, false],
    ["{a|contains|all|neq: [x, y]}", "x", true],
    ["{a|contains|all|neq: [x, y]}", "xy", false],
  ],
  windash: [
    ["{a|windash|contains: ' -f'}", "rm /f", true],
    ["{a|windash|contains: ' -f'}", "rm \u2013f", true],
    ["{a|windash|contains: ' -f'}", "rm \u2014f", true],
    ["{a|contains|windash: ' -f'}", "rm \u2015f", true],
    ["{a|windash|contains: ' /f'}", "rm -f", true],
    ["{a|windash: '-a-b'}", "/a-b", true],
    ["{a|windash: '-a-b'}", "-a/b", false],
    ["{a|windash: '-a -b'}", "/a \u2013b", true],
    ["{a|windash|contains|all: ['-a', '-b']}", "/a /b", true],
    ["{a|windash|contains|all: ['-a', '-b']}", "/a", false],
  ],
  re: [
    ["{a|re: 'b+c'}", "abbcd", true],
    ["{a|re: 'b+c'}", "aBBcd", false],
    ["{a|re: '^b'}", "abc", false],
    ["{a|re: ['x', '^ab']}", "abc", true],
    ["{a|re: '(a+)+$'}", "aaaa", true],
    ["{a|re|startswith: 'b|c'}", "xc", false],
    ["{a|re|startswith: 'b|c'}", "cx", true],
    ["{a|re|endswith: 'b|c'}", "bx", false],
    ["{a|re|endswith: 'b|c'}", "xb", true],
    ["{a|re|contains: 'b|c'}", "xbx", true],
    ["{a|re: '\\.\\*'}", "a.*", true],
  ],
  i: [["{a|re|i: 'B+C'}", "abbc", true]],
  ignorecase: [["{a|re|ignorecase: 'B'}", "b", true]],
  m: [
    ["{a|re|m: '^b$'}", "a\nb\nc", true],
    ["{a|re: '^b$'}", "a\nb\nc", false],
    ["{a|re|m|startswith: b}", "a\nb", false],
  ],
  multiline: [["{a|re|multiline: '^b'}", "a\nb", true]],
  s: [
    ["{a|re|s: 'a.c'}", "a\nc", true],
    ["{a|re: 'a.c'}", "a\nc", false],
    ["{a|re|i|m|s: '^A.C$'}", "x\na\nc", true],
  ],
  dotall: [["{a|re|dotall: 'a.c'}", "a\nc", true]],
  base64: [
    ["{a|base64: 'foobar'}", "Zm9vYmFy", true],
    ["{a|base64: 'é'}", "w6k=", true],
    ["{a|base64|contains: 'foobar'}", "xxZm9vYmFyxx", true],
    ["{a|base64|cased: 'foobar'}", "zm9vymfy", false],
    ["{a|base64: 'a\\*b'}", Buffer.from("a*b").toString("base64"), true],
  ],
  base64offset: [
    ["{a|base64offset|contains: '/bin/sh'}", Buffer.from("/bin/sh -c").toString("base64"), true],
    ["{a|base64offset|contains: '/bin/sh'}", Buffer.from("x/bin/sh -c").toString("base64"), true],
    ["{a|base64offset|contains: '/bin/sh'}", Buffer.from("xy/bin/sh -c").toString("base64"), true],
    ["{a|base64offset|contains: '/bin/sh'}", Buffer.from("xyz/bin/bash").toString("base64"), false],
    ["{a|base64offset|contains: 'größe'}", Buffer.from("x größe!").toString("base64"), true],
  ],
  wide: [
    ["{a|wide|base64offset|contains: ping}", Buffer.from("x ping", "utf16le").toString("base64"), true],
    ["{a|wide|base64: 'é'}", Buffer.from("é", "utf16le").toString("base64"), true],
    ["{a|wide|contains: ab}", "xa\0b\0y", true],
    ["{a|wide: 'a*b'}", "a\0zzb\0", true],
  ],
  utf16le: [["{a|utf16le|base64: ping}", Buffer.from("ping", "utf16le").toString("base64"), true]],
  utf16be: [
    ["{a|utf16be|base64: ab}", Buffer.from([0, 97, 0, 98]).toString("base64"), true],
    ["{a|utf16be: ab}", "\0a\0b", true],
  ],
  utf16: [
    ["{a|utf16|base64: ab}", Buffer.from([0xff, 0xfe, 97, 0, 98, 0]).toString("base64"), true],
    ["{a|utf16: ab}", "\ufeffa\0b\0", true],
  ],
  lt: [
    ["{a|lt: 5}", 4, true],
    ["{a|lt: 5}", 5, false],
    ["{a|lt: 5}", "4", true],
    ["{a|lt: 5}", "four", false],
    ["{b|lt: 5}", 1, false],
  ],
  lte: [["{a|lte: 5}", 5, true]],
  gt: [
    ["{a|gt: 5.5}", 6, true],
    ["{a|gt: 5}", 5, false],
  ],
  gte: [["{a|gte: 5}", [1, 9], true]],
  minute: [
    ["{a|minute: 30}", "2026-03-04T10:30:59Z", true],
    ["{a|minute: 30}", "2026-03-04T10:31:00Z", false],
  ],
  hour: [
    ["{a|hour: 23}", "2026-03-04T23:00:00Z", true],
    ["{a|hour|gte: 22}", "2026-03-04T21:59:59Z", false],
    ["{a|hour|gte: 22}", "2026-03-04T22:00:00Z", true],
    ["{a|hour: [1, 2]}", "2026-03-04T02:00:00Z", true],
    ["{a|hour|neq: 2}", "2026-03-04T02:00:00Z", false],
  ],
  day: [["{a|day: 4}", "2026-03-04T10:30:00Z", true]],
  week: [["{a|week: 10}", "2026-03-04T10:30:00Z", true]],
  month: [["{a|month: 3}", "2026-03-04T10:30:00Z", true]],
  year: [["{a|year: 2026}", "2026-03-04T10:30:00Z", true]],
  cidr: [
    ["{a|cidr: 10.0.0.0/8}", "10.1.2.3", true],
    ["{a|cidr: 10.0.0.0/8}", "11.1.2.3", false],
    ["{a|cidr: ['2001:db8::/32', 10.0.0.0/8]}", "2001:db8::1", true],
    ["{a|cidr: 10.0.0.0/8}", "ec2.amazonaws.com", false],
    ["{a|cidr|neq: 10.0.0.0/8}", "11.1.2.3", true],
  ],
  expand: [
    ["{a|expand: '%admins%'}", "ROOT", true],
    ["{a|expand: '%admins%'}", "adm_eve", true],
    ["{a|expand: '%admins%'}", "xroot", false],
    ["{a|expand|cased: '%admins%'}", "ROOT", false],
    ["{a|cased|expand: '%admins%'}", "root", true],
    ["{a|expand: '%offices%'}", "192.0.2.77", true],
    ["{a|expand: '%offices%'}", "198.51.100.8", false],
    ["{a|expand: ['%admins%', eve, 5]}", "eve", true],
    ["{a|expand: 'arn:user/%admins%'}", "arn:user/adm_eve", true],
    ["{a|expand: '%admins%@%hosts%'}", "root@web1", true],
    ["{a|expand: '%admins%@%hosts%'}", "root@web2", false],
    ["{a|contains|expand: '%admins%'}", "x root x", true],
    ["{a|expand|contains: '%hosts%'}", "host 198.51.100.7!", true],
    ["{a|expand: '100\\%'}", "100%", true],
    ["{a|expand: '\\%plain%admins%'}", "%plainroot", true],
    ["{a|re|expand: '^user=(%admins%)$'}", "user=root", true],
    ["{a|re|expand: '^user=(%admins%)$'}", "user=adm_x", true],
    ["{a|re|expand: '^user=%hosts%$'}", "user=198x51.100.7", false],
    ["{a|re|expand: 'x%nobody%'}", "x", false],
    ["{a|expand: 'x%nobody%'}", "x", false],
    ["{a|expand|base64: '%hosts%'}", Buffer.from("web1").toString("base64"), true],
    [
      "{a|expand|wide|base64offset|contains: '%hosts%'}",
      Buffer.from("web1", "utf16le").toString("base64"),
      true,
    ],
    ["{a|expand|neq: '%admins%'}", "eve", true],
    ["{a: '%others%'}", "%others%", true],
  ],
  fieldref: [
    ["{a.x|fieldref: a.y}", { x: "Eve", y: "eve" }, true],
    ["{a.x|fieldref: a.y}", { x: "eve", y: "bob" }, false],
    ["{a.x|fieldref: a.z}", { x: "eve" }, false],
    ["{a.x|fieldref|startswith: a.y}", { x: "evening", y: "eve" }, true],
    ["{a.x|fieldref|endswith: a.y}", { x: "arn/eve", y: "eve" }, true],
    ["{a.x|fieldref|contains: a.y}", { x: "arn/eve/1", y: "eve" }, true],
    ["{a.x|fieldref|neq: a.y}", { x: "eve", y: "bob" }, true],
    ["{a.x|fieldref|neq: a.y}", { x: "eve", y: "eve" }, false],
    ["{a.x|cased|fieldref: a.y}", { x: "Eve", y: "eve" }, false],
    ["{a.x|fieldref|cased: a.y}", { x: "Eve", y: "eve" }, false],
  ],
};

describe("every modifier", () => {
  it("has cases here", () => {
    expect(Object.keys(CASES).sort()).toEqual([...MODIFIER_NAMES].sort());
  });

  const all = Object.entries(CASES).flatMap(([name, cases = []]) =>
    cases.map((each) => [name, ...each] as const),
  );
  it.each(all)("%s: %s on %j gives %s", (_, selection, value, expected) => {
    expect(matches(selection, { a: value }, lists)).toBe(expected);
  });
});

describe("modifiers that do not go together", () => {
  const complaints = (selection: string) =>
    load(withSelection(selection), { lists }).diagnostics.map(({ code, message, hint }) => [
      code,
      `${message} ${hint ?? ""}`,
    ]);

  it.each<[string, string, RegExp]>([
    // selection, code, what is said
    ["{a|not: x}", "unknown-modifier", /neq, or negate/],
    ["{a|contain: x}", "unknown-modifier", /Did you mean contains\?/],
    ["{a|: x}", "unknown-modifier", /Remove the \|/],
    ["{a|xyzzy: x}", "unknown-modifier", /Modifiers are all, /],
    ["{a|contains|contains: x}", "bad-modifier", /there twice/],
    ["{a|contains: 5}", "bad-modifier", /in quotes/],
    ["{a|contains: null}", "bad-modifier", /wants text, not null/],
    ["{a|contains|re: x}", "bad-modifier", /directly behind the field/],
    ["{a|i: x}", "bad-modifier", /\|re\|i/],
    ["{a|re|cased: x}", "bad-modifier", /case-sensitive as it is/],
    ["{a|re|re: x}", "bad-modifier", /twice/],
    ["{a|contains|cidr: 10.0.0.0/8}", "bad-modifier", /directly behind the field/],
    ["{a|cidr|contains: 10.0.0.0/8}", "bad-modifier", /wants text, not the result of a comparison/],
    ["{a|cidr: 10.0.0/8}", "bad-cidr", /10\.0\.0\.0\/8/],
    ["{a|cidr: 10.0.0.0/33}", "bad-cidr", /no range/],
    ["{a|cidr|expand: '%offices%'}", "bad-modifier", /expand alone/],
    ["{a|lt: '5'}", "bad-modifier", /without quotes/],
    ["{a|lt|gt: 5}", "bad-modifier", /wants a number/],
    ["{a|gte|hour: 5}", "bad-modifier", /\|hour\|gte/],
    ["{a|hour: 24}", "bad-value", /from 0 to 23/],
    ["{a|week: 0}", "bad-value", /from 1 to 53/],
    ["{a|exists: 'true'}", "bad-modifier", /true or false/],
    ["{a|contains|exists: true}", "bad-modifier", /no modifier but all and neq/],
    ["{a|contains|fieldref: b}", "bad-modifier", /behind fieldref/],
    ["{a|fieldref: 'b*'}", "bad-modifier", /wildcards/],
    ["{a|fieldref: 5}", "bad-modifier", /in quotes/],
    ["{a|contains|base64: x}", "bad-modifier", /\|base64\|contains/],
    ["{a|base64: 'x*'}", "bad-modifier", /backslash/],
    ["{a|base64offset|contains: ''}", "bad-modifier", /too short/],
    ["{a|base64|expand: '%admins%'}", "bad-modifier", /before expand/],
    ["{a|wide|expand: '%admins%'}", "bad-modifier", /expand first/],
    ["{a|wide: é}", "bad-modifier", /ASCII/],
    ["{a|wide|utf16: x}", "bad-modifier", /encoded already/],
    ["{a|windash: '-a -b -c -d'}", "bad-modifier", /at most 3/],
    ["{a|contains|expand: '%offices%'}", "bad-modifier", /192\.0\.2\.0\/24/],
    ["{a|expand: '%admin%'}", "unknown-list", /Did you mean admins\?/],
    ["{a|re|expand: '%xyz%'}", "unknown-list", /no list xyz/],
    ["{a|re: '(a'}", "bad-regex", /closing/],
    ["{'|exists': true}", "bad-modifier", /wants a field/],
    ["{'|fieldref': b}", "bad-modifier", /wants a field/],
    ["{'|gt': 5}", "bad-modifier", /wants a field/],
    ["{a: {b: c}}", "wrong-type", /with a dot/],
    ["{a: [x, null]}", "bad-value", /selection of its own/],
    ["{a: .nan}", "bad-value", /in quotes/],
    ["{a: 123456789012345678901}", "bad-value", /123456789012345678901 .*in quotes/],
  ])("%s is %s", (selection, code, said) => {
    const [first, ...rest] = complaints(selection);
    expect(rest).toEqual([]);
    expect(first?.[0]).toBe(code);
    expect(first?.[1]).toMatch(said);
    expect(load(withSelection(selection), { lists }).rules).toEqual([]);
  });

  it.each([
    ["{a: '%admins%'}", "7:18 warning list-not-expanded"],
    ["{a|contains: [x, '%admins%']}", "7:31 warning list-not-expanded"],
    ["{a|re: '%admins%'}", "7:21 warning list-not-expanded"],
    ["{a|expand: root}", "7:15 warning bad-modifier"],
    ["{a|expand: [root, '100%']}", "7:15 warning bad-modifier"],
  ])("is loaded with a warning where a list may be meant: %s", (selection, expected) => {
    const text = withSelection(selection);
    expect(problems(text, { lists })).toEqual([expected]);
    expect(load(text, { lists }).rules).toHaveLength(1);
    if (expected.endsWith("list-not-expanded")) expect(problems(text)).toEqual([]);
  });

  it("are told of at the value, or at the key where the modifier is at fault", () => {
    const text = "{a|contains: [x, 5], b|nothing: y, c|cidr: z}";
    expect(problems(withSelection(text))).toEqual([
      "7:31 error bad-modifier",
      "7:35 error unknown-modifier",
      "7:57 error bad-cidr",
    ]);
  });

  it("are warned of where they mean something that is seldom meant", () => {
    expect(problems(withSelection("{a|contains|all: x}"))).toEqual(["7:15 warning bad-modifier"]);
    expect(problems(withSelection("{a|base64offset: foobar}"))).toEqual(["7:15 warning bad-modifier"]);
  });

  it.each([
    "(?=x)y",
    "(?!x)y",
    "(?<=x)y",
    "(?<!x)y",
    "(x)\\\\1",
    "(?>x)y",
    "x++y",
    "x{2,3}+",
    "\\\\h",
    "a{1,5000}",
    "(?(1)a|b)",
  ])("a regular expression such as %s is unsupported, told once and with the rule's id", (pattern) => {
    const { rules, diagnostics } = load(
      withSelection(`{a|re: ["${pattern}"], b|re: "${pattern}", c|nothing: x}`),
    );
    expect(rules).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toEqual(["unsupported-regex"]);
    expect(diagnostics[0]?.message).toMatch(/^11111111-2222-4333-8444-555555555555: The regular expression/);
  });
});

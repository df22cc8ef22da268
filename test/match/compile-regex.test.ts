import fc from "fast-check";
import { compileLinearRegex } from "../../src/lib/linear-regex.js";
import { compileRegex } from "../../src/match/compile-regex.js";
import type { ValueTest } from "../../src/rules/expression.js";
import { arbitraryRightRegex, arbitraryRegexText } from "./arbitrary-regexes.js";

type RegexTest = Extract<ValueTest, { kind: "regex" }>;

const regex = (pattern: string, flags: Partial<RegexTest> = {}): RegexTest => ({
  kind: "regex",
  pattern,
  ignoreCase: false,
  multiline: false,
  dotAll: false,
  ...flags,
});
const arbitraryTest = fc.record({
  kind: fc.constant("regex" as const),
  pattern: arbitraryRightRegex,
  ignoreCase: fc.boolean(),
  multiline: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
  dotAll: fc.boolean(),
});

describe("compileRegex", () => {
  it("says what the engine of regular expressions says, by operations on strings or not", () => {
    let simple = 0;
    let hinted = 0;
    let matching = 0;
    fc.assert(
      fc.property(arbitraryTest, fc.array(arbitraryRegexText, { maxLength: 12 }), (test, texts) => {
        const reference = compileLinearRegex(test.pattern, test);
        const compiled = compileRegex(test);
        if (compiled.isSimple) simple++;
        if (compiled.parts !== undefined) hinted++;
        for (const text of texts) {
          const expected = reference.test(text);
          if (expected) matching++;
          expect([test, text, compiled.test.byText(text)]).toEqual([test, text, expected]);
          const { ofLower } = compiled.test;
          if (ofLower !== undefined) expect(ofLower(text.toLowerCase(), text)).toBe(expected);
          if (!expected) continue;
          const read = text.toLowerCase().replaceAll("ſ", "s");
          const { parts, values } = compiled;
          if (parts !== undefined) expect(parts.some((part) => read.includes(part.toLowerCase()))).toBe(true);
          if (values !== undefined) {
            expect(values.map((value) => value.toLowerCase())).toContain(text.toLowerCase());
          }
        }
      }),
      { numRuns: 4000, seed: 20_260_107 },
    );
    // Enough of each to mean something.
    expect(simple).toBeGreaterThan(500);
    expect(hinted).toBeGreaterThan(1000);
    expect(matching).toBeGreaterThan(5000);
  });

  it("agrees with the engine about every ASCII character where case does not count", () => {
    const everything = Array.from({ length: 0x11_0000 }, (_, code) => String.fromCodePoint(code));
    const anyAscii = compileLinearRegex("^[\\x00-\\x7f]$", regex("", { ignoreCase: true }));
    // All that is an ASCII character to the engine, or has one in lower case.
    const related = everything.filter((one) => anyAscii.test(one) || /[\0-\x7f]/.test(one.toLowerCase()));
    expect(related.slice(128)).toEqual(["İ", "ſ", "\u212a"]);
    for (let code = 0; code < 128; code++) {
      const test = regex(`^\\x${code.toString(16).padStart(2, "0")}$`, { ignoreCase: true });
      const reference = compileLinearRegex(test.pattern, test);
      const compiled = compileRegex(test);
      expect(compiled.isSimple).toBe(true);
      expect(related.map((one) => compiled.test.byText(one))).toEqual(
        related.map((one) => reference.test(one)),
      );
    }
  });

  it.each([
    "plain",
    "a\\.b\\-c",
    "^start",
    "end$",
    "^whole$",
    "\\Awhole\\z",
    ".*any.*",
    "^.*end$",
    "one.*two",
    "(?:a|b|c)",
    "^(arn|urn):(aws|aws-cn):",
    "(?i)PowerShell",
    "colou?r",
    "[ab]c{2}",
    "\\Qa.b\\E",
    "^$",
    "",
  ])("needs operations on strings only for %s", (pattern) => {
    expect(compileRegex(regex(pattern)).isSimple).toBe(true);
  });

  it.each([
    ["arn:aws:iam::\\d+:user/.+", ["arn:aws:iam::"]],
    ["(?:curl|wget)\\s+http", ["http"]],
    ["(?:curl|wget)\\s+\\w", ["curl", "wget"]],
    ["\\bsts:(?:Assume|Get)\\w+", ["sts:Assume", "sts:Get"]],
    ["(?i)\\w+\\.EXE\\b", [".exe"]],
    ["(?m)^root$", ["root"]],
    ["x*y+(?:abc){3}[0-9]", ["abc"]],
    // In lower case a letter beyond ASCII may depend on its neighbours, so the index cannot look for it.
    ["ΑΣ\\d", undefined],
    ["\\d+", undefined],
    ["(?:abc)?\\d", undefined],
    ["abc|\\d", undefined],
  ])("finds literals that are in every match of %s", (pattern, parts) => {
    const compiled = compileRegex(regex(pattern));
    expect(compiled.isSimple).toBe(false);
    expect(compiled.parts).toEqual(parts);
  });

  it.each([
    ["(?i)^ask", "A\u017f\u212a", true],
    ["(?i)\\das", "1A\u017f", true],
    ["(?i)hi$", "H\u0130", false],
    ["^.*a\nb", "x\na\nb", false],
    ["^.*a\nb", "xa\nb", true],
    ["a.*b", "a\nb", false],
    ["a.*b", "a\na b\n", true],
    ["(?s)a.*b", "a\nb", true],
    ["^a.*", "b\na", false],
    [".*a$", "b\na", true],
    ["^a.*b$", "a\nb", false],
    ["a$", "a\n", false],
    ["(?m)a$", "a\n", true],
    ["^ab.*ba$", "aba", false],
    ["a|(?i)b|c", "C", true],
    ["(a|(?i)b)c", "aC", false],
    ["\ud83d", "\ud83d\ude00", false],
  ])("tells whether %j is in %j", (pattern, text, expected) => {
    const test = regex(pattern);
    expect(compileLinearRegex(pattern, test).test(text)).toBe(expected);
    expect(compileRegex(test).test.byText(text)).toBe(expected);
  });

  it("takes thousands of alternatives, wherever they stand", () => {
    const words = Array.from({ length: 5000 }, (_, i) => `word-${String(i * 7919)}-x`);
    const [first = "", second = "", last = ""] = [words[0], words[1], words[4999]];
    const texts = [
      last,
      second,
      `${first}-END`,
      `a ${last}`,
      `${last} b`,
      first.toUpperCase(),
      "word-1-x",
      "",
    ];
    const all = words.join("|");
    for (const [pattern, found] of [
      [`(?:${all})`, [last, second, `${first}-END`, `a ${last}`, `${last} b`]],
      [`^(?:${all})$`, [last, second]],
      [`(?i)^(?:${all})-end$`, [`${first}-END`]],
    ] as const) {
      const { test, isSimple } = compileRegex(regex(pattern));
      expect(isSimple).toBe(true);
      expect(texts.filter((text) => test.byText(text))).toEqual(found);
    }
  });

  it("fails on each text where the pattern is wrong", () => {
    const { test, isSimple, parts, values } = compileRegex(regex("abc(?=d)"));
    expect({ isSimple, parts, values }).toEqual({ isSimple: false, parts: undefined, values: undefined });
    expect(() => test.byText("abcd")).toThrow();
  });

  it("takes time in proportion to the text", () => {
    const { test } = compileRegex(regex("^.*a.*b.*c|x.*y.*z"));
    const long = "ab\n".repeat(200_000);
    const start = performance.now();
    expect(test.byText(long)).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

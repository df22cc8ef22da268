import { compileLinearRegex } from "../../../../src/lib/linear-regex.js";
import { toRegexTest } from "../../../../src/rules/elastic/eql/lucene-regex.js";
import { holds } from "./eql-fixture.js";

const fits = (pattern: string, text: string, operator = "regex") =>
  holds(`$a ${operator} """${pattern}"""`, { a: text });

describe("regular expressions of Lucene", () => {
  it.each([
    ["ab.", ["aba", "ab\n", "ab😀"], ["ab", "abcd", "xaba"]],
    ["abc?", ["ab", "abc"], ["abcc"]],
    ["ab+", ["ab", "abbb"], ["a"]],
    ["ab*", ["a", "abbb"], ["b"]],
    ["a{2}b{1,2}c{2,}", ["aabcc", "aabbccc"], ["aabc", "abcc", "aabbbcc"]],
    ["abc|xyz", ["abc", "xyz"], ["abcxyz", "abyz"]],
    ["a|", ["a", ""], ["b"]],
    ["abc(def)?", ["abc", "abcdef"], ["abcd"]],
    ["(ab|c)+d", ["abcd", "cd"], ["d"]],
    ["()a", ["a"], [""]],
    ["a+?b", ["b", "aab"], ["ac"]],
    ["a.*?b", ["ab", "axxb"], ["a"]],
    ["a{2}?b", ["b", "aab"], ["ab"]],
    ["a?+b", ["b", "ab"], ["c"]],
    ["[abc]", ["a", "c"], ["d", "ab"]],
    ["[a-c]x", ["ax", "cx"], ["dx"]],
    ["[-abc]", ["-", "b"], ["d"]],
    ["[abc\\-]", ["-", "b"], ["d", "\\"]],
    ["[abc-]", ["-", "b"], ["d"]],
    ["[^abc]", ["d", "\n", "😀"], ["a"]],
    ["[^-a]", ["b"], ["-", "a"]],
    ["[\\]\\[\\\\^]+", ["]", "[", "\\", "^"], ["a"]],
    ["[a\\d]+", ["a1"], ["b"]],
    ["[^\\w]", ["-"], ["_", "5"]],
    ['[."*]+', ['."*'], ["a"]],
    ["[a-c-e]+", ["b-e"], ["d"]],
    ["\\d\\D\\w\\W\\s\\S", ["5a_- x"], ["5a_-\fx", "aa_- x"]],
    ["\\S\\W", ["\f-"], [" -", "\fa"]],
    ["^a$", ["^a$"], ["a"]],
    ["a\\.b\\*\\\\", ["a.b*\\"], ["axb*\\"]],
    ["\\a\\é", ["aé"], ["xé"]],
    ['"a.b*"c', ["a.b*c"], ["axbc"]],
    ['"ab"{2}', ["abab"], ["abb"]],
    ["@", ["anything"], []],
    ["a@b", ["ab", "axxb"], ["a"]],
    ["a#|b", ["b"], ["a", "a#"]],
    ["a]b}c", ["a]b}c"], ["abc"]],
    ["a,>:/-=!%'`", ["a,>:/-=!%'`"], ["a"]],
    [".*[0-9]{1,3}\\.[0-9]+.*", ["at 10.20 x"], ["at 1020"]],
    ["(.*\\.)?(amazonaws|aws)\\.com", ["s3.amazonaws.com", "aws.com"], ["xaws.com", "aws.com.evil"]],
    ["", [""], ["a"]],
  ])("%s", (pattern, fitting, others) => {
    expect(fitting.filter((text) => !fits(pattern, text))).toEqual([]);
    expect(others.filter((text) => fits(pattern, text))).toEqual([]);
  });

  it("ignore case behind a ~, in classes too", () => {
    expect(fits("a[b-d]\\w", "ACX", "regex~")).toBe(true);
    expect(fits("a[b-d]\\w", "ACX")).toBe(false);
    expect(fits(".*mass.*", "the MASSES", "regex~")).toBe(true);
  });

  it.each([
    ["net\\.exe", { kind: "equals", value: "net.exe", ignoreCase: false }],
    [".*net\\.exe.*", { kind: "contains", value: "net.exe", ignoreCase: false }],
    ["net.*?", { kind: "starts_with", value: "net", ignoreCase: false }],
    [".*.*net", { kind: "ends_with", value: "net", ignoreCase: false }],
    [".*", "any"],
    ["n.t.*x", { kind: "wildcard", pattern: { length: 5 } }],
    [".+", { kind: "regex", pattern: "^(?:.+)$" }],
    ["a+?[b-]", { kind: "regex", pattern: "^(?:a(?:+)?[b\\-])$".replace("a(?:+)?", "(?:a+)?") }],
  ])("%s becomes no more than it says", (pattern, test) => {
    const made = toRegexTest(pattern, false);
    if (typeof test === "string") expect(made).toBe(test);
    else expect(made).toMatchObject(test);
  });

  it.each([
    ["a~b", "unsupported-regex", 1],
    ["a&b", "unsupported-regex", 1],
    ["a<1-100>", "unsupported-regex", 1],
    ["(?i)a", "unsupported-regex", 0],
    ["a(?=b)", "unsupported-regex", 1],
    ["(?:a)", "unsupported-regex", 0],
    ["a{2000}", "unsupported-regex", 1],
    ["(a", "bad-regex", 0],
    ["a)b", "bad-regex", 1],
    ["a[bc", "bad-regex", 1],
    ["a[]", "bad-regex", 1],
    ["a[z-a]", "bad-regex", 1],
    ["a[a-\\d]", "bad-regex", 1],
    ['a"b', "bad-regex", 1],
    ["a\\", "bad-regex", 1],
    ["*a", "bad-regex", 0],
    ["a|+", "bad-regex", 2],
    ["a{x}", "bad-regex", 1],
    ["a{,3}", "bad-regex", 1],
    ["a{3,2}", "bad-regex", 1],
    ["((a{1000}){1000}){1000}", "bad-regex", 0],
    ["(".repeat(60), "too-deep", 50],
  ])("%s is refused", (pattern, code, at) => {
    expect(toRegexTest(pattern, false)).toMatchObject({ code, at });
  });

  it("never become what cannot be compiled", () => {
    const pieces = [
      "a",
      "[^b]",
      "\\W",
      "(",
      ")",
      "|",
      "*",
      "+?",
      "{2,3}",
      '"x"',
      "@",
      "#",
      ".",
      "\\S",
      "[\\D-]",
    ];
    let state = 7;
    const next = () => (state = (state * 48_271) % 2_147_483_647);
    for (let i = 0; i < 300; i++) {
      const pattern = Array.from({ length: 1 + (next() % 8) }, () => pieces[next() % pieces.length]).join("");
      const test = toRegexTest(pattern, i % 2 === 0);
      if (typeof test !== "object" || !("kind" in test) || test.kind !== "regex") continue;
      expect(() => compileLinearRegex(test.pattern, test)).not.toThrow();
    }
  });
});

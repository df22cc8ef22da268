import { parseSigmaString } from "../../../src/rules/sigma/value.js";
import { wildcardText } from "../../../src/rules/notation.js";
import type { WildcardPart } from "../../../src/rules/expression.js";
import { loadRule, matches, withSelection } from "./make.js";

const testOf = (value: string) => {
  const { condition } = loadRule(withSelection(`{a: '${value}'}`)).program;
  return condition.kind === "predicate" ? condition.test : undefined;
};

describe("wildcards and escapes", () => {
  it.each<[string, string, boolean]>([
    // written, value of the field, whether it matches
    ["abc", "abc", true],
    ["abc", "ABC", true],
    ["abc", "xabc", false],
    ["a*c", "abbbc", true],
    ["a*c", "ac", true],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["a?c", "abbc", false],
    ["a*", "a\nb", true],
    // A backslash before what is no wildcard is itself, single or double.
    ["a\\b", "a\\b", true],
    ["a\\\\b", "a\\b", true],
    // A wildcard behind a backslash is plain.
    ["a\\*c", "a*c", true],
    ["a\\*c", "abc", false],
    ["a\\?c", "a?c", true],
    ["a\\?c", "abc", false],
    // Two backslashes before a wildcard: a backslash, and the wildcard.
    ["a\\\\*", "a\\bc", true],
    ["a\\\\*", "a*", false],
    // Three: both plain.
    ["a\\\\\\*", "a\\*", true],
    ["a\\\\\\*", "a\\b", false],
    // Three or four are two.
    ["a\\\\\\b", "a\\\\b", true],
    ["a\\\\\\\\b", "a\\\\b", true],
    ["a\\", "a\\", true],
  ])("%s against %j: %s", (written, value, expected) => {
    expect(matches(`{a: '${written}'}`, { a: value })).toBe(expected);
  });

  it("become the plainest test that says the same", () => {
    expect(testOf("abc")).toEqual({ kind: "equals", value: "abc", ignoreCase: true });
    expect(testOf("*")).toEqual({ kind: "present" });
    expect(testOf("**")).toEqual({ kind: "present" });
    expect(testOf("abc*")).toEqual({ kind: "starts_with", value: "abc", ignoreCase: true });
    expect(testOf("*abc")).toEqual({ kind: "ends_with", value: "abc", ignoreCase: true });
    expect(testOf("*a\\*c**")).toEqual({ kind: "contains", value: "a*c", ignoreCase: true });
    expect(testOf("")).toEqual({ kind: "equals", value: "", ignoreCase: true });
    expect(testOf("a*c?")).toEqual({
      kind: "wildcard",
      ignoreCase: true,
      pattern: [{ kind: "text", text: "a" }, { kind: "any" }, { kind: "text", text: "c" }, { kind: "one" }],
    });
  });

  it("are read once: what is written out again reads the same", () => {
    for (const written of ["a\\*b?c*", "\\\\x", "*\\?*"]) {
      const { parts } = parseSigmaString(written, false);
      expect(parseSigmaString(wildcardText(parts as WildcardPart[]), false).parts).toEqual(parts);
    }
  });

  it("take percent signs as placeholders only where expand says so", () => {
    expect(parseSigmaString("%a%", false).parts).toEqual([{ kind: "text", text: "%a%" }]);
    expect(parseSigmaString("\\%plain%name%", true).parts).toEqual([
      { kind: "text", text: "%plain" },
      { kind: "placeholder", name: "name" },
    ]);
    expect(parseSigmaString("%% \\%5", true).parts).toEqual([{ kind: "text", text: "%% %5" }]);
  });
});

import fc from "fast-check";
import { compileLinearRegex } from "../../src/lib/linear-regex.js";

/** Characters that engines may take for one another, or read in two ways: ſ and K are letters of s and k. */
const CHARACTERS = [
  "a",
  "b",
  "A",
  "i",
  "I",
  "k",
  "s",
  "S",
  "K",
  "-",
  ".",
  "\n",
  "ſ",
  "\u212a",
  "İ",
  "ı",
  "ä",
  "Ä",
  "Σ",
  "ς",
  "😀",
  "\u0307",
];
const HALVES = ["\ud83d", "\ude00"];

export const arbitraryRegexText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom("a", "b", "A", "i", "k", "s", "S") },
      { weight: 5, arbitrary: fc.constantFrom(...CHARACTERS) },
      { weight: 1, arbitrary: fc.constantFrom(...HALVES) },
    ),
    { maxLength: 9 },
  )
  .map((all) => all.join(""));

const literal = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("a", "b", "A", "i", "I", "k", "s", "S", "K", "-", "ab", "ask") },
  { weight: 2, arbitrary: fc.constantFrom(...CHARACTERS.filter((one) => one !== ".")) },
);

const atom = fc.oneof(
  { weight: 12, arbitrary: literal },
  {
    weight: 3,
    arbitrary: fc.constantFrom(".*", ".*", "(?s:.*)", ".", ".+", ".*?", "[\\s\\S]*", ".?"),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ..."\\. \\- \\n \\x61 \\x{1F600} \\Qa.b\\E \\QA\\E* \\d \\w \\S \\pL \\p{Lu} \\b \\B \\141".split(" "),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ..."[ab] [sK] [^a] []a] [^]a] [a-k] [a-] [\\]b] [\\-.] [[:alpha:]] [a^] [iä] [\\pL-]".split(" "),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("{", "a{,2}", "{a", "}", "]", "", "(?i)", "(?s)", "(?m)", "(?-i)"),
  },
);
const place = fc.oneof(
  { weight: 6, arbitrary: fc.constant("") },
  { weight: 4, arbitrary: fc.constantFrom("^", "$", "\\A", "\\z", "$^", "^.*", ".*$") },
);
const repeat = fc.oneof(
  { weight: 8, arbitrary: fc.constant("") },
  { weight: 2, arbitrary: fc.constantFrom("*", "+", "?", "{2}", "{0,2}", "{1,}", "{0}", "??", "*?") },
);
const open = fc.constantFrom("(", "(?:", "(?:", "(?i:", "(?s:", "(?P<n>", "(?-i:", "(?m:", "(?U:");

const { choice } = fc.letrec<{ choice: string; term: string; sequence: string }>((tie) => ({
  term: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 6, arbitrary: fc.tuple(atom, repeat).map((parts) => parts.join("")) },
    {
      weight: 2,
      arbitrary: fc.tuple(open, tie("choice"), fc.constant(")"), repeat).map((parts) => parts.join("")),
    },
  ),
  sequence: fc
    .tuple(place, fc.array(tie("term"), { maxLength: 4 }), place)
    .map((parts) => parts.flat().join("")),
  choice: fc.oneof(
    { weight: 3, arbitrary: tie("sequence") },
    { weight: 1, arbitrary: fc.array(tie("sequence"), { maxLength: 4 }).map((all) => all.join("|")) },
  ),
}));

/** Patterns that RE2 takes, whatever the flags. */
export const arbitraryRightRegex: fc.Arbitrary<string> = choice.filter((pattern) => {
  try {
    compileLinearRegex(pattern, { ignoreCase: false, multiline: false, dotAll: false });
    return true;
  } catch {
    return false;
  }
});

import { compileLinearRegex } from "../lib/linear-regex.js";
import type { ValueTest } from "../rules/expression.js";
import { ofText, type CompiledTest, type TextPredicate } from "./compiled-test.js";
import { compileLanguage } from "./compile-language.js";
import { compileParts } from "./compile-parts.js";
import { toRegexLanguage, type RegexLanguage } from "./regex-language.js";
import { ignoresCase, toRequiredLiterals } from "./regex-literals.js";
import { parseRegexTree } from "./regex-tree.js";

type RegexTest = Extract<ValueTest, { kind: "regex" }>;

/** A regular expression, compiled once for all that ask, and what is known of what it matches. */
export interface CompiledRegex {
  readonly test: CompiledTest;
  /** Operations on strings say all that it says. */
  readonly isSimple: boolean;
  /** All texts that pass, whatever the case, where they are few. */
  readonly values?: readonly string[];
  /** ASCII; one of them is in every text that passes, whatever the case and with ſ as s. */
  readonly parts?: readonly string[];
}

const MAX_VALUES = 200;
const ASCII_ONLY = /^[\0-\x7f]*$/;
const LONG_S = "\u017f";
const DOTTED_I = "\u0130";

const compiledRegexes = new WeakMap<RegexTest, CompiledRegex>();

/** Front ends refuse a pattern that cannot be compiled; one that comes this far fails on each event and is counted. */
export function compileRegex(test: RegexTest): CompiledRegex {
  const held = compiledRegexes.get(test);
  if (held !== undefined) return held;
  const compiled = compile(test);
  compiledRegexes.set(test, compiled);
  return compiled;
}

function compile({ pattern, ...flags }: RegexTest): CompiledRegex {
  let matches: TextPredicate;
  try {
    const regex = compileLinearRegex(pattern, flags);
    matches = (text) => regex.test(text);
  } catch (error) {
    const fail = (): never => {
      throw error;
    };
    return { test: ofText(fail), isSimple: false };
  }
  const tree = parseRegexTree(pattern, flags);
  if (tree === undefined) return { test: ofText(matches), isSimple: false };
  const lower = ignoresCase(tree);
  const literals = toRequiredLiterals(tree, lower);
  const parts = literals?.every((literal) => ASCII_ONLY.test(literal)) === true ? { parts: literals } : {};
  const language = toRegexLanguage(tree);
  const simple = language === undefined ? undefined : compileLanguage(language);
  if (language !== undefined && simple !== undefined) {
    const values = toValues(language);
    const test = language.ignoreCase ? ofLowerUnlessOdd(simple, matches) : ofText(simple);
    return { test, isSimple: true, ...(values && { values }), ...parts };
  }
  const mayMatch = literals === undefined ? undefined : compileParts(literals);
  return {
    test: mayMatch === undefined ? ofText(matches) : ofBoth(mayMatch, matches, lower),
    isSimple: false,
    ...parts,
  };
}

/** First what is quick and may say too much. */
function ofBoth(mayMatch: TextPredicate, matches: TextPredicate, lower: boolean): CompiledTest {
  if (!lower) return ofText((text) => mayMatch(text) && matches(text));
  const ofLower = (inLower: string, text: string): boolean =>
    (mayMatch(inLower) || text.includes(LONG_S)) && matches(text);
  return { ...ofText((text) => ofLower(text.toLowerCase(), text)), ofLower };
}

/**
 * Of ASCII letters without case, RE2 and toLowerCase() say the same but for two characters: ſ is an s to RE2, and İ has
 * an i in lower case only. (K, the sign of kelvin, is a k to both.)
 */
function ofLowerUnlessOdd(simple: TextPredicate, matches: TextPredicate): CompiledTest {
  const ofLower = (inLower: string, text: string): boolean =>
    text.includes(LONG_S) || text.includes(DOTTED_I) ? matches(text) : simple(inLower);
  return { ...ofText((text) => ofLower(text.toLowerCase(), text)), ofLower };
}

/** Without an s, which may be a ſ where case does not count. */
function toValues({ phrases, ignoreCase }: RegexLanguage): readonly string[] | undefined {
  if (phrases.length > MAX_VALUES) return undefined;
  const isWhole = phrases.every(
    ({ start, pieces, end }) =>
      start && end && pieces.length === 1 && !(ignoreCase && pieces[0]?.includes("s") === true),
  );
  return isWhole ? phrases.flatMap(({ pieces }) => pieces) : undefined;
}

import { compileLinearRegex } from "../../lib/linear-regex.js";
import type { ValueTest } from "../expression.js";
import { problem, type ModifierProblem } from "./modifier.js";
import type { RegexValue } from "./value.js";

/** The test of a regular expression, or what is wrong with it. */
export function toRegexTest(value: RegexValue): ValueTest | ModifierProblem {
  const { pattern, ignoreCase, multiline, dotAll, fromStart, toEnd } = value;
  const flags = { ignoreCase, multiline, dotAll };
  try {
    compileLinearRegex(pattern, flags);
  } catch (error) {
    return explain(pattern, error instanceof Error ? error.message : String(error));
  }
  // Not ^ and $: with the flag m those hold at every line.
  const group = fromStart || toEnd ? `(?:${pattern})` : pattern;
  return { kind: "regex", pattern: `${fromStart ? "\\A" : ""}${group}${toEnd ? "\\z" : ""}`, ...flags };
}

/** What PCRE has and engines of linear time have not. */
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/^\(\?<?[=!]/, "look-around"],
  [/^\\(?:[1-9]|[gk][<{'\d-])/, "a back-reference"],
  [/^\(\?>|^(?:[*+?]|\{\d*,?\d*\})\+/, "a group or a repetition that does not give back"],
  [/^\(\?(?:\(|R|[+-]?\d|&|P>)/, "a condition or recursion"],
];

function explain(pattern: string, said: string): ModifierProblem {
  const used = findUnsupported(pattern);
  if (used !== undefined)
    return problem(
      `The regular expression uses ${used}, which is not supported.`,
      "Say what must not be there in a selection of its own, and negate that in the condition.",
      "unsupported-regex",
    );
  const reason = said.replace(/^error parsing regexp: /, "");
  const foreign = /^invalid (?:escape sequence|repeat count)/.test(reason);
  return problem(
    `The regular expression cannot be read: ${reason}.`,
    foreign
      ? "Regular expressions have the syntax of RE2."
      : "Put a backslash before a character that stands for itself, and close what is opened.",
    foreign ? "unsupported-regex" : "bad-regex",
  );
}

function findUnsupported(pattern: string): string | undefined {
  let inClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    if (!inClass) {
      const rest = pattern.slice(i, i + 24);
      const found = UNSUPPORTED.find(([mark]) => mark.test(rest));
      if (found !== undefined) return found[1];
    }
    if (character === "\\") i++;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
  }
  return undefined;
}

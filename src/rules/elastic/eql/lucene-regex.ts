import { compileLinearRegex } from "../../../lib/linear-regex.js";
import type { ValueTest, WildcardPart } from "../../expression.js";
import { LuceneRegexParser, type LucenePart, type LuceneProblem } from "./lucene-regex-parser.js";
import { joinParts, toPatternTest } from "./pattern-test.js";

/**
 * Turns a regular expression of Lucene's into a test of whole texts: plain tests where it says no more than a wildcard
 * pattern, RE2 syntax else; or says why it cannot be.
 */
export function toRegexTest(pattern: string, ignoreCase: boolean): ValueTest | "any" | LuceneProblem {
  const parsed = new LuceneRegexParser(pattern).parse();
  if ("code" in parsed) return parsed;
  const wildcards = toWildcards(parsed);
  if (wildcards !== undefined) return toPatternTest(joinParts(wildcards), ignoreCase);
  const flags = { ignoreCase, multiline: false, dotAll: true };
  const re2 = `^(?:${parsed.map((part) => part.re2).join("")})$`;
  try {
    compileLinearRegex(re2, flags);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const message = `This regular expression cannot be compiled: ${said}.`;
    return { code: "bad-regex", at: 0, message, hint: "Repeat less in it, or split it into several." };
  }
  return { kind: "regex", pattern: re2, ...flags };
}

/** Undefined when a part is more than a text, `.` or `.*`. */
function toWildcards(parts: readonly LucenePart[]): readonly WildcardPart[] | undefined {
  const wildcards = parts.flatMap((part) => part.wildcard ?? []);
  return wildcards.length === parts.length ? wildcards : undefined;
}

import type { ValueTest } from "../../expression.js";
import type { KqlLiteral } from "./kql-node.js";

/** What Elastic's standard analyzer takes for a word, nearly: letters, digits and underscores. */
const WORD = "[\\p{L}\\p{N}_]";
const EDGE = "[^\\p{L}\\p{N}_]";

/**
 * Tests for a field of analysed text, one of which must hold: case does not count; of an unquoted value one word
 * must be there, of a quoted one all words in a row. No tests for a value without words.
 */
export function toTextTests(literal: KqlLiteral): readonly ValueTest[] {
  if (literal.quoted) {
    const words = wordsOf(literal.text);
    return words.length === 0 ? [] : [toTest(words.join(`${EDGE}+`))];
  }
  if (literal.wildcard === undefined) return wordsOf(literal.text).map(toTest);
  const terms = literal.text.split(/\s+/u).filter((term) => term !== "");
  return terms.map((term) =>
    toTest(
      term
        .split("*")
        .map((part) => wordsOf(part).join(EDGE))
        .join(`${WORD}*`),
    ),
  );
}

function wordsOf(text: string): readonly string[] {
  return text.split(/[^\p{L}\p{N}_]+/u).filter((word) => word !== "");
}

function toTest(pattern: string): ValueTest {
  return {
    kind: "regex",
    pattern: `(?:^|${EDGE})${pattern}(?:${EDGE}|$)`,
    ignoreCase: true,
    multiline: false,
    dotAll: true,
  };
}

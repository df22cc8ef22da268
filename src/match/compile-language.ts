import type { TextPredicate } from "./compiled-test.js";
import { compileParts } from "./compile-parts.js";
import type { Phrase, RegexLanguage } from "./regex-language.js";

/** Phrases with gaps are tried one after another. */
const MAX_WITH_GAPS = 50;

/**
 * Compiles "a phrase of the language is found" to operations on strings; undefined when they would not be quick.
 * Where case does not count the text is to be in lower case.
 */
export function compileLanguage({ phrases, gap }: RegexLanguage): TextPredicate | undefined {
  const plain = phrases.filter(({ pieces }) => pieces.length === 1);
  const withGaps = phrases.filter(({ pieces }) => pieces.length > 1);
  if (withGaps.length > MAX_WITH_GAPS) return undefined;
  const texts = (start: boolean, end: boolean): readonly string[] =>
    plain.flatMap((phrase) => (phrase.start === start && phrase.end === end ? phrase.pieces : []));
  const tests: TextPredicate[] = [];
  const whole = new Set(texts(true, true));
  if (whole.size > 0) tests.push((text) => whole.has(text));
  const starts = texts(true, false);
  if (starts.length > 0) tests.push(compileEdges(starts, (text, length) => text.slice(0, length)));
  const ends = texts(false, true);
  if (ends.length > 0) tests.push(compileEdges(ends, (text, length) => text.slice(text.length - length)));
  const parts = texts(false, false);
  if (parts.length > 0) {
    const hasPart = compileParts(parts);
    if (hasPart === undefined) return undefined;
    tests.push(hasPart);
  }
  tests.push(...withGaps.map((phrase) => compileWithGaps(phrase, gap)));
  const [only] = tests;
  return tests.length === 1 ? only : (text) => tests.some((test) => test(text));
}

/** One of the texts is what `cut` gives of a text for its length. */
function compileEdges(
  texts: readonly string[],
  cut: (text: string, length: number) => string,
): TextPredicate {
  const wanted = new Set(texts);
  const lengths = [...new Set(texts.map(({ length }) => length))];
  return (text) => lengths.some((length) => length <= text.length && wanted.has(cut(text, length)));
}

function compileWithGaps(phrase: Phrase, gap: RegexLanguage["gap"]): TextPredicate {
  const holds = compileOneLine(phrase);
  if (gap === "any") return holds;
  // Neither a gap nor a piece has a newline in it, so a match is on one line.
  return (text) => {
    const first = text.indexOf("\n");
    if (first < 0) return holds(text);
    if (phrase.start) return !phrase.end && holds(text.slice(0, first));
    if (phrase.end) return holds(text.slice(text.lastIndexOf("\n") + 1));
    return text.split("\n").some(holds);
  };
}

function compileOneLine({ start, pieces, end }: Phrase): TextPredicate {
  const first = start ? pieces[0] : undefined;
  const last = end ? pieces[pieces.length - 1] : undefined;
  const middle = pieces.slice(start ? 1 : 0, end ? -1 : undefined);
  return (text) => {
    let at = 0;
    if (first !== undefined) {
      if (!text.startsWith(first)) return false;
      at = first.length;
    }
    for (const piece of middle) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return last === undefined || (at + last.length <= text.length && text.endsWith(last));
  };
}

import type { RegexNode } from "./regex-tree.js";

/** Everything that a pattern matches, where that can be told one by one. */
export interface RegexLanguage {
  readonly phrases: readonly Phrase[];
  /** Letters are lower-case ASCII ones then. */
  readonly ignoreCase: boolean;
  /** What may stand between two pieces: anything, or anything on one line; pieces that are side by side hold no newline then. */
  readonly gap: "any" | "line";
}

/** Pieces one after another, with gaps between them; at the start of the text, at its end, or anywhere. */
export interface Phrase {
  readonly start: boolean;
  /** At least one. */
  readonly pieces: readonly string[];
  readonly end: boolean;
}

/** Of alternatives that are written out. */
const MAX_PHRASES = 10_000;
/** Of those that come of combining alternatives. */
const MAX_COMBINED = 1000;
/** Of all phrases of a part of the pattern together. */
const MAX_LENGTH = 200_000;
const MAX_REPEATED = 16;
/** ASCII that is no letter. */
const WITHOUT_CASE = /^[\0-@[-`{-\x7f]*$/;
const EMPTY: Phrase = { start: false, pieces: [""], end: false };

/** Undefined when a pattern matches more than can be told. */
export function toRegexLanguage(tree: RegexNode): RegexLanguage | undefined {
  const traits = { cases: new Set<boolean>(), gaps: new Set<boolean>() };
  const phrases = toPhrases(tree, traits);
  if (phrases === undefined || traits.cases.size > 1 || traits.gaps.size > 1) return undefined;
  const gap = traits.gaps.has(false) ? "line" : "any";
  const trimmed = phrases.map(trim);
  if (gap === "line" && trimmed.some(({ pieces }) => pieces.length > 1 && pieces.some(hasNewline)))
    return undefined;
  return { phrases: trimmed, ignoreCase: traits.cases.has(true), gap };
}

interface Traits {
  readonly cases: Set<boolean>;
  readonly gaps: Set<boolean>;
}

function toPhrases(node: RegexNode, traits: Traits): readonly Phrase[] | undefined {
  switch (node.kind) {
    case "text": {
      if (!WITHOUT_CASE.test(node.text)) traits.cases.add(node.ignoreCase);
      const text = node.ignoreCase ? node.text.toLowerCase() : node.text;
      return [{ start: false, pieces: [text], end: false }];
    }
    case "start":
      return [{ ...EMPTY, start: true }];
    case "end":
      return [{ ...EMPTY, end: true }];
    case "sequence": {
      let phrases: readonly Phrase[] | undefined = [EMPTY];
      for (const term of node.terms) phrases = join(phrases, toPhrases(term, traits));
      return phrases;
    }
    case "choice": {
      const phrases: Phrase[] = [];
      for (const term of node.terms) {
        const more = toPhrases(term, traits);
        if (more === undefined || phrases.length + more.length > MAX_PHRASES) return undefined;
        for (const phrase of more) phrases.push(phrase);
      }
      return phrases;
    }
    case "repeat":
      return repeat(node, traits);
    case "one":
    case "dot":
    case "place":
      return undefined;
  }
}

function repeat(
  { term, min, max }: Extract<RegexNode, { kind: "repeat" }>,
  traits: Traits,
): readonly Phrase[] | undefined {
  if (term.kind === "dot" && min === 0 && max === Infinity) {
    traits.gaps.add(term.newline);
    return [{ ...EMPTY, pieces: ["", ""] }];
  }
  if (max > MAX_REPEATED) return undefined;
  const once = toPhrases(term, traits);
  const all: Phrase[] = min === 0 ? [EMPTY] : [];
  let phrases: readonly Phrase[] | undefined = [EMPTY];
  for (let n = 1; n <= max; n++) {
    phrases = join(phrases, once);
    if (phrases === undefined || all.length + phrases.length > MAX_COMBINED) return undefined;
    if (n >= min) all.push(...phrases);
  }
  return all;
}

function join(
  before: readonly Phrase[] | undefined,
  after: readonly Phrase[] | undefined,
): readonly Phrase[] | undefined {
  if (before === undefined || after === undefined) return undefined;
  if (before.length > 1 && after.length > 1 && before.length * after.length > MAX_COMBINED) return undefined;
  const joined: Phrase[] = [];
  let length = 0;
  for (const left of before) {
    for (const right of after) {
      const phrase = joinTwo(left, right);
      if (phrase === undefined) return undefined;
      length += phrase.pieces.reduce((sum, piece) => sum + piece.length, 1);
      joined.push(phrase);
    }
    if (length > MAX_LENGTH) return undefined;
  }
  return joined;
}

/** Undefined where something stands before the start or after the end. */
function joinTwo(left: Phrase, right: Phrase): Phrase | undefined {
  if (left === EMPTY) return right;
  if (right === EMPTY) return left;
  if ((left.end && !isEmpty(right)) || (right.start && !isEmpty(left))) return undefined;
  const last = left.pieces[left.pieces.length - 1] ?? "";
  const [first = "", ...rest] = right.pieces;
  return {
    start: left.start || right.start,
    pieces: [...left.pieces.slice(0, -1), last + first, ...rest],
    end: left.end || right.end,
  };
}

function isEmpty({ pieces }: Phrase): boolean {
  return pieces.length === 1 && pieces[0] === "";
}

/** A gap is of no use where anything may stand beside the phrase anyway, and two gaps are one. */
function trim({ start, pieces, end }: Phrase): Phrase {
  const last = pieces.length - 1;
  const used = pieces.filter((piece, i) => piece !== "" || (i === 0 && start) || (i === last && end));
  return { start, pieces: used.length === 0 ? [""] : used, end };
}

function hasNewline(piece: string): boolean {
  return piece.includes("\n");
}

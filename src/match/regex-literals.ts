import type { RegexNode } from "./regex-tree.js";

/** More literals than that rule little out, and take long to look for. */
const MAX_LITERALS = 200;
const MAX_LENGTH = 10_000;
/** Shorter ones are in most texts. */
const MIN_USEFUL = 3;
const COST_OF_SHORT = 10;

/** What every match holds. */
interface Held {
  /** All that is matched, one by one, where it is few. */
  readonly all?: readonly string[];
  /** One of them is in every match. */
  readonly some?: readonly string[];
}

/**
 * Literals one of which is in everything that a pattern matches; undefined when nothing can be said.
 * @param lower they are in the text's toLowerCase(), where ſ counts as s, else in the text as it stands. To be set where
 * case does not count in any part of the pattern.
 */
export function toRequiredLiterals(tree: RegexNode, lower: boolean): readonly string[] | undefined {
  const held = toHeld(tree, lower);
  const literals = new Set(held.all ?? held.some ?? [""]);
  return literals.has("") || literals.size === 0 ? undefined : [...literals];
}

/** Whether case does not count in some part of the pattern. */
export function ignoresCase(node: RegexNode): boolean {
  switch (node.kind) {
    case "text":
      return node.ignoreCase;
    case "sequence":
    case "choice":
      return node.terms.some(ignoresCase);
    case "repeat":
      return ignoresCase(node.term);
    default:
      return false;
  }
}

function toHeld(node: RegexNode, lower: boolean): Held {
  switch (node.kind) {
    case "text":
      // In lower case a letter beyond ASCII may depend on its neighbours.
      if (lower && !ASCII_ONLY.test(node.text)) return ofRuns(node.text);
      return { all: [lower ? node.text.toLowerCase() : node.text] };
    case "start":
    case "end":
    case "place":
      return { all: [""] };
    case "sequence":
      return toHeldBySequence(node.terms.map((term) => toHeld(term, lower)));
    case "choice":
      return toHeldByChoice(node.terms.map((term) => toHeld(term, lower)));
    case "repeat": {
      const once = toHeld(node.term, lower);
      if (node.min === 0) return node.max === 1 && once.all !== undefined ? limit([...once.all, ""]) : {};
      if (node.min === 1 && node.max === 1) return once;
      const some = once.all ?? once.some;
      return some === undefined ? {} : { some };
    }
    case "one":
    case "dot":
      return {};
  }
}

const ASCII_ONLY = /^[\0-\x7f]*$/;

function ofRuns(text: string): Held {
  const longest = text
    .split(/[^\0-\x7f]+/)
    .reduce((best, run) => (run.length > best.length ? run : best), "");
  return { some: [longest.toLowerCase()] };
}

function toHeldBySequence(terms: readonly Held[]): Held {
  let run: readonly string[] | undefined = [""];
  let some: readonly string[] | undefined;
  let whole = true;
  const offer = (literals: readonly string[] | undefined): void => {
    if (literals === undefined || literals.includes("")) return;
    if (some === undefined || weigh(literals) < weigh(some)) some = literals;
  };
  for (const term of terms) {
    const longer: readonly string[] | undefined = term.all === undefined ? undefined : combine(run, term.all);
    if (longer === undefined) {
      whole = false;
      offer(run);
      offer(term.some);
    }
    run = longer ?? term.all ?? [""];
  }
  if (whole) return { all: run };
  offer(run);
  return some === undefined ? {} : { some };
}

function toHeldByChoice(terms: readonly Held[]): Held {
  const literals: string[] = [];
  let whole = true;
  for (const { all, some } of terms) {
    const held = all ?? some;
    if (held === undefined || literals.length + held.length > MAX_LITERALS) return {};
    if (all === undefined) whole = false;
    literals.push(...held);
  }
  return whole ? limit(literals) : { some: literals };
}

function combine(before: readonly string[], after: readonly string[]): readonly string[] | undefined {
  if (before.length * after.length > MAX_LITERALS) return undefined;
  return limit(before.flatMap((left) => after.map((right) => left + right))).all;
}

function limit(literals: readonly string[]): Held {
  const length = literals.reduce((sum, literal) => sum + literal.length, 0);
  return length > MAX_LENGTH || literals.length > MAX_LITERALS ? {} : { all: literals };
}

/** The less, the fewer texts are expected to have one of them. */
function weigh(literals: readonly string[]): number {
  return literals.reduce((sum, { length }) => sum + (length < MIN_USEFUL ? COST_OF_SHORT : 1 / length), 0);
}

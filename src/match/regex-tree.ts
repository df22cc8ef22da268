import type { RegexFlags } from "../lib/linear-regex.js";

/** What a pattern in RE2 syntax matches, as far as it is worth knowing. */
export type RegexNode =
  | RegexText
  /** One code point, which one is not said. */
  | { readonly kind: "one" }
  /** One code point, a newline only with `newline`. */
  | { readonly kind: "dot"; readonly newline: boolean }
  /** The start and the end of the whole text. */
  | { readonly kind: "start" }
  | { readonly kind: "end" }
  /** A place that something is asked of: the start of a line, the edge of a word. */
  | { readonly kind: "place" }
  | RegexSequence
  | { readonly kind: "choice"; readonly terms: readonly RegexNode[] }
  /** `max` is Infinity where there is no limit. */
  | { readonly kind: "repeat"; readonly term: RegexNode; readonly min: number; readonly max: number };

export interface RegexText {
  readonly kind: "text";
  /** With `ignoreCase` ASCII only. */
  readonly text: string;
  readonly ignoreCase: boolean;
}

export interface RegexSequence {
  readonly kind: "sequence";
  readonly terms: readonly RegexNode[];
}

/** Groups deeper than that are in no pattern that somebody wrote. */
const MAX_DEPTH = 100;
const ASCII = /^[\0-\x7f]$/;
/** Half a character, or what stands for a broken one: read differently by different engines. */
const BROKEN = /^[\ud800-\udfff\ufffd]$/;
const FLAG_GROUP = /\(\?([imsU]*)(?:-([imsU]+))?([:)])/y;
const NAMED_GROUP = /\(\?P?<\w+>/y;
/** A few characters one of which is meant: no range, no exclusion, no class within. */
const SMALL_CLASS = /\[((?:[^\\[\]^-]|\\[^\p{L}\p{N}])(?:[^\\[\]-]|\\[^\p{L}\p{N}]){0,7})\]/uy;
const POSIX_CLASS = /\[:\^?[a-z]+:\]/y;
const REPEAT = /\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/y;
const UNICODE_CLASS = /\\[pP](?:\{[^}]*\}|[A-Z])/y;
const HEX = /\\x(?:\{([\da-fA-F]+)\}|([\da-fA-F]{2}))/y;
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

/** Reads a pattern that is known to be right; undefined for one with something in it that is not understood here. */
export function parseRegexTree(pattern: string, flags: RegexFlags): RegexNode | undefined {
  try {
    return new Reader(pattern, flags).readAll();
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class NotUnderstood extends Error {}

class Reader {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly pattern: string,
    private flags: RegexFlags,
  ) {}

  readAll(): RegexNode {
    const node = this.readChoice();
    if (this.at < this.pattern.length) throw new NotUnderstood();
    return node;
  }

  /** Up to the end or a closing parenthesis. Flags that are set in a group hold to its end, alternatives included. */
  private readChoice(): RegexNode {
    const choices: RegexNode[] = [];
    let terms: RegexNode[] = [];
    while (this.at < this.pattern.length && this.pattern[this.at] !== ")") {
      if (this.skip("|")) {
        choices.push(toSequence(terms));
        terms = [];
      } else this.readTerm(terms);
    }
    const last = toSequence(terms);
    return choices.length === 0 ? last : { kind: "choice", terms: [...choices, last] };
  }

  private readTerm(terms: RegexNode[]): void {
    const { multiline, dotAll } = this.flags;
    if (this.readRepeat(terms)) return;
    if (this.pattern[this.at] === "(") this.readGroup(terms);
    else if (this.pattern[this.at] === "[") terms.push(this.readClass());
    else if (this.pattern[this.at] === "\\") this.readEscape(terms);
    else if (this.skip("^")) terms.push({ kind: multiline ? "place" : "start" });
    else if (this.skip("$")) terms.push({ kind: multiline ? "place" : "end" });
    else if (this.skip(".")) terms.push({ kind: "dot", newline: dotAll });
    else terms.push(this.toText(this.next()));
  }

  private readRepeat(terms: RegexNode[]): boolean {
    let [min, max] = [0, Infinity];
    if (this.skip("+")) min = 1;
    else if (this.skip("?")) max = 1;
    else if (!this.skip("*")) {
      const counts = this.take(REPEAT);
      if (counts === undefined) return false;
      min = Number(counts[1]);
      if (counts[2] === undefined) max = min;
      else if (counts[3] !== undefined) max = Number(counts[3]);
    }
    // Whether as few as can be are taken makes no difference to whether there is a match.
    this.skip("?");
    const term = terms.pop();
    if (term === undefined) throw new NotUnderstood();
    terms.push({ kind: "repeat", term, min, max });
    return true;
  }

  private readGroup(terms: RegexNode[]): void {
    const outer = this.flags;
    const flagGroup = this.take(FLAG_GROUP);
    if (flagGroup !== undefined) {
      const [, on = "", off = "", close] = flagGroup;
      const isOn = (flag: string, before: boolean): boolean =>
        (before || on.includes(flag)) && !off.includes(flag);
      const { ignoreCase, multiline, dotAll } = this.flags;
      this.flags = {
        ignoreCase: isOn("i", ignoreCase),
        multiline: isOn("m", multiline),
        dotAll: isOn("s", dotAll),
      };
      if (close === ")") return;
    } else if (this.take(NAMED_GROUP) === undefined) {
      this.skip("(");
      if (this.pattern[this.at] === "?") throw new NotUnderstood();
    }
    if (++this.depth > MAX_DEPTH) throw new NotUnderstood();
    terms.push(this.readChoice());
    this.depth--;
    if (!this.skip(")")) throw new NotUnderstood();
    this.flags = outer;
  }

  private readClass(): RegexNode {
    const small = this.take(SMALL_CLASS)?.[1];
    if (small !== undefined) {
      const members = Array.from(small.replace(/\\(.)/gsu, "$1"));
      return { kind: "choice", terms: members.map((member) => this.toText(member)) };
    }
    this.skip("[");
    this.skip("^");
    // A bracket that comes first is a member.
    this.skip("]");
    while (!this.skip("]")) {
      if (this.pattern.startsWith("[:", this.at)) {
        if (this.take(POSIX_CLASS) === undefined) throw new NotUnderstood();
      } else if (this.skip("\\")) this.next();
      else this.next();
    }
    return { kind: "one" };
  }

  private readEscape(terms: RegexNode[]): void {
    const hex = this.take(HEX);
    if (hex !== undefined) {
      terms.push(this.toText(String.fromCodePoint(parseInt(hex[1] ?? hex[2] ?? "", 16))));
      return;
    }
    if (this.take(UNICODE_CLASS) !== undefined) {
      terms.push({ kind: "one" });
      return;
    }
    this.skip("\\");
    const escaped = this.next();
    if (escaped === "A") terms.push({ kind: "start" });
    else if (escaped === "z") terms.push({ kind: "end" });
    else if ("bB".includes(escaped)) terms.push({ kind: "place" });
    else if ("dDsSwW".includes(escaped)) terms.push({ kind: "one" });
    else if (escaped === "Q") this.readQuoted(terms);
    else {
      const text = CONTROLS.get(escaped) ?? (/^[^\p{L}\p{N}]$/u.test(escaped) ? escaped : undefined);
      if (text === undefined) throw new NotUnderstood();
      terms.push(this.toText(text));
    }
  }

  private readQuoted(terms: RegexNode[]): void {
    const end = this.pattern.indexOf("\\E", this.at);
    const quoted = this.pattern.slice(this.at, end < 0 ? undefined : end);
    this.at += quoted.length + (end < 0 ? 0 : 2);
    for (const character of quoted) terms.push(this.toText(character));
  }

  /** Beyond ASCII, what counts as the same letter is too long a story. */
  private toText(character: string): RegexNode {
    const { ignoreCase } = this.flags;
    if (BROKEN.test(character) || (ignoreCase && !ASCII.test(character))) return { kind: "one" };
    return { kind: "text", text: character, ignoreCase };
  }

  private skip(expected: string): boolean {
    if (this.pattern[this.at] !== expected) return false;
    this.at++;
    return true;
  }

  private next(): string {
    const code = this.pattern.codePointAt(this.at);
    if (code === undefined) throw new NotUnderstood();
    const character = String.fromCodePoint(code);
    this.at += character.length;
    return character;
  }

  private take(expected: RegExp): RegExpExecArray | undefined {
    expected.lastIndex = this.at;
    const found = expected.exec(this.pattern);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }
}

/** Neighbouring texts become one. */
function toSequence(terms: readonly RegexNode[]): RegexNode {
  const joined: RegexNode[] = [];
  for (const term of terms) {
    const last = joined[joined.length - 1];
    if (term.kind === "text" && last?.kind === "text" && last.ignoreCase === term.ignoreCase) {
      joined[joined.length - 1] = { ...last, text: last.text + term.text };
    } else joined.push(term);
  }
  const [only] = joined;
  return joined.length === 1 && only !== undefined ? only : { kind: "sequence", terms: joined };
}

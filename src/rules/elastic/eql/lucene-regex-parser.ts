import type { RuleDiagnosticCode } from "../../diagnostic-codes.js";
import type { WildcardPart } from "../../expression.js";
import { readCharClass } from "./lucene-char-class.js";
import { PREDEFINED } from "./lucene-classes.js";

/** A piece of a pattern in RE2 syntax, complete in itself; and as part of a wildcard pattern where it is one. */
export interface LucenePart {
  readonly re2: string;
  /** Whether a quantifier behind it is one of the whole piece. */
  readonly atom: boolean;
  readonly wildcard?: WildcardPart;
}

export interface LuceneProblem {
  readonly code: RuleDiagnosticCode & ("bad-regex" | "unsupported-regex" | "too-deep");
  /** Offset in the pattern. */
  readonly at: number;
  readonly message: string;
  readonly hint?: string;
}

const MAX_DEPTH = 50;
/** RE2 counts to no more. */
const MAX_REPEAT = 1000;
/** Thrown and caught within this file. */
class Refusal extends Error {
  constructor(readonly problem: LuceneProblem) {
    super(problem.message);
  }
}

/**
 * Reads the syntax of Lucene's regular expressions. They have no anchors (`^` and `$` are plain characters), no lazy
 * quantifiers (`a+?` is an optional `a+`) and no groups with a `?`; and they have operators that RE2 lacks.
 */
export class LuceneRegexParser {
  private at = 0;

  constructor(private readonly pattern: string) {}

  /** The concatenated parts of the whole pattern. */
  parse(): readonly LucenePart[] | LuceneProblem {
    try {
      const parts = this.parseUnion(0);
      if (this.at < this.pattern.length) this.refuse("A ) closes nothing.", "Write \\) for the character.");
      return parts;
    } catch (error) {
      if (error instanceof Refusal) return error.problem;
      throw error;
    }
  }

  private parseUnion(depth: number): readonly LucenePart[] {
    const first = this.parseConcatenation(depth);
    if (this.peek() !== "|") return first;
    const branches = [first];
    while (this.take("|")) branches.push(this.parseConcatenation(depth));
    return [{ re2: `(?:${branches.map(toRe2).join("|")})`, atom: true }];
  }

  private parseConcatenation(depth: number): readonly LucenePart[] {
    const parts: LucenePart[] = [];
    while (this.at < this.pattern.length && this.peek() !== "|" && this.peek() !== ")") {
      if (this.peek() === "&") this.unsupported("An intersection (&)", "Write \\& for the character.");
      parts.push(this.parseRepetition(depth));
    }
    return parts;
  }

  private parseRepetition(depth: number): LucenePart {
    let part = this.parseSimple(depth);
    for (;;) {
      const quantifier = this.takeQuantifier();
      if (quantifier === undefined) return part;
      const any = part.wildcard?.kind === "one" && quantifier === "*";
      // `a+?` is `(?:a+)?` here, not a lazy `a+`.
      const re2 = `${part.atom ? part.re2 : `(?:${part.re2})`}${quantifier}`;
      const still = part.wildcard?.kind === "any" && ["*", "?", "+"].includes(quantifier);
      part = any || still ? { re2, atom: false, wildcard: { kind: "any" } } : { re2, atom: false };
    }
  }

  private takeQuantifier(): string | undefined {
    for (const sign of ["*", "+", "?"]) if (this.take(sign)) return sign;
    if (this.peek() !== "{") return undefined;
    const counts = /\{(\d+)(,(\d*))?\}/y;
    counts.lastIndex = this.at;
    const found = counts.exec(this.pattern);
    if (found === null)
      this.refuse("A { counts nothing.", "Write {2}, {2,} or {2,5}; \\{ for the character.");
    const [text, from = "", , to = ""] = found;
    if (Number(from) > MAX_REPEAT || Number(to) > MAX_REPEAT)
      this.unsupported(`A repetition of more than ${MAX_REPEAT} times`);
    if (to !== "" && Number(from) > Number(to)) this.refuse("The lower count is above the upper one.");
    this.at = counts.lastIndex;
    return text;
  }

  private parseSimple(depth: number): LucenePart {
    const start = this.at;
    const char = this.takeChar();
    switch (char) {
      case ".":
        return { re2: ".", atom: true, wildcard: { kind: "one" } };
      case "@":
        return { re2: ".*", atom: false, wildcard: { kind: "any" } };
      case "#":
        return { re2: "[^\\x{0}-\\x{10FFFF}]", atom: true };
      case "~":
        return this.unsupported("A complement (~)", "Write \\~ for the character.", start);
      case "<":
        return this.unsupported("A range of numbers (<1-9>)", "Write \\< for the character.", start);
      case "(":
        return this.parseGroup(depth, start);
      case "[":
        return this.parseClass(start);
      case '"':
        return this.parseQuoted(start);
      case "\\":
        return this.parseEscape(start);
      case "*":
      case "+":
      case "?":
      case "{":
        return this.refuse(
          `There is nothing before ${char} to repeat.`,
          `Write \\${char} for the character.`,
          start,
        );
      default:
        return literal(char);
    }
  }

  private parseGroup(depth: number, start: number): LucenePart {
    if (depth >= MAX_DEPTH) {
      const message = `The regular expression is nested deeper than ${MAX_DEPTH} levels.`;
      throw new Refusal({ code: "too-deep", at: start, message });
    }
    if (this.peek() === "?")
      this.unsupported(
        "Look-around, as any other group that begins with a question mark,",
        "Lucene's syntax has plain groups only.",
        start,
      );
    const parts = this.parseUnion(depth + 1);
    if (!this.take(")")) this.refuse("A ( is not closed.", "Write \\( for the character.", start);
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { re2: `(?:${toRe2(parts)})`, atom: true };
  }

  private parseClass(start: number): LucenePart {
    const read = readCharClass(this.pattern, start);
    if (read === undefined) return this.refuse("A [ is not closed.", "Write \\[ for the character.", start);
    if (read.re2 === undefined)
      return this.refuse("This class of characters cannot be read.", read.hint, start);
    this.at = read.end;
    return { re2: read.re2, atom: true };
  }

  private parseQuoted(start: number): LucenePart {
    const close = this.pattern.indexOf('"', this.at);
    if (close < 0) return this.refuse('A " is not closed.', 'Write \\" for the character.', start);
    const text = this.pattern.slice(this.at, close);
    this.at = close + 1;
    return literal(text);
  }

  private parseEscape(start: number): LucenePart {
    if (this.at >= this.pattern.length)
      return this.refuse("The pattern ends with a single backslash.", "Write \\\\ for the character.", start);
    const char = this.takeChar();
    const members = PREDEFINED.get(char);
    return members === undefined ? literal(char) : { re2: `[${members}]`, atom: true };
  }

  private peek(): string | undefined {
    return this.pattern[this.at];
  }

  private take(char: string): boolean {
    if (this.peek() !== char) return false;
    this.at++;
    return true;
  }

  /** One code point. */
  private takeChar(): string {
    const char = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0);
    this.at += char.length;
    return char;
  }

  private refuse(message: string, hint?: string, at = this.at): never {
    throw new Refusal({ code: "bad-regex", at, message, ...(hint === undefined ? {} : { hint }) });
  }

  private unsupported(what: string, hint?: string, at = this.at): never {
    const message = `${what} is not supported in a regular expression.`;
    throw new Refusal({ code: "unsupported-regex", at, message, ...(hint === undefined ? {} : { hint }) });
  }
}

function literal(text: string): LucenePart {
  const re2 = text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return { re2, atom: Array.from(text).length === 1, wildcard: { kind: "text", text } };
}

function toRe2(parts: readonly LucenePart[]): string {
  return parts.map((part) => part.re2).join("");
}

import { PREDEFINED } from "./lucene-classes.js";

interface CharClass {
  /** In RE2 syntax; undefined when the class cannot be read. */
  readonly re2: string | undefined;
  readonly hint?: string;
  readonly end: number;
}

/** Reads `[…]` from its bracket at `start`; undefined when it is not closed. */
export function readCharClass(pattern: string, start: number): CharClass | undefined {
  let at = start + 1;
  const negated = pattern[at] === "^";
  if (negated) at++;
  const members: string[] = [];
  let hint: string | undefined;
  // What a `-` makes a range of with what follows it.
  let low: string | undefined;
  for (let first = true; at < pattern.length; first = false) {
    if (pattern[at] === "]") {
      const end = at + 1;
      if (members.length === 0) hint = "A class needs a character; write \\] for a bracket.";
      const re2 = `[${negated ? "^" : ""}${members.join("")}]`;
      return hint === undefined ? { re2, end } : { re2: undefined, hint, end };
    }
    if (pattern[at] === "-" && !first && low !== undefined && pattern[at + 1] !== "]") {
      const high = readMember(pattern, at + 1);
      if (high === undefined) return undefined;
      if (high.char === undefined || order(low) > order(high.char))
        hint = "A range goes from a character to a later one; write \\- for a hyphen.";
      members.splice(-1, 1, `${escape(low)}-${escape(high.char ?? low)}`);
      low = undefined;
      at = high.end;
      continue;
    }
    const member = readMember(pattern, at);
    if (member === undefined) return undefined;
    members.push(member.char === undefined ? member.re2 : escape(member.char));
    low = member.char;
    at = member.end;
  }
  return undefined;
}

type Member =
  | { readonly char: string; readonly end: number }
  | { readonly char: undefined; readonly re2: string; readonly end: number };

/** One character, or a class that has a letter of its own. */
function readMember(pattern: string, at: number): Member | undefined {
  const escaped = pattern[at] === "\\";
  const from = escaped ? at + 1 : at;
  const point = pattern.codePointAt(from);
  if (point === undefined) return undefined;
  const char = String.fromCodePoint(point);
  const end = from + char.length;
  const predefined = escaped ? PREDEFINED.get(char) : undefined;
  return predefined === undefined ? { char, end } : { char: undefined, re2: predefined, end };
}

function order(char: string): number {
  return char.codePointAt(0) ?? 0;
}

function escape(char: string): string {
  return /[\\\]^[-]/.test(char) ? `\\${char}` : char;
}

import type { QueryProblem } from "../query-context.js";
import { readString } from "./read-string.js";
import { KEYWORDS, SIGNS, type Keyword, type Sign, type Token } from "./tokens.js";

const KNOWN: ReadonlySet<string> = new Set(KEYWORDS);
const BLANK = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;
const WORD = /[A-Za-z_@][A-Za-z0-9_@]*/y;
const NUMBER = /(?:\d+(\.\d*)?|(\.\d+))([eE][+-]?\d+)?/y;
const QUOTED_NAME = /`((?:[^`]|``)*)`/y;
const LIST = /%([A-Za-z0-9_][A-Za-z0-9_.-]*)%/y;

interface Tokens {
  /** An `end` last. */
  readonly tokens: readonly Token[];
  /** What the first piece is that is no token; the tokens before it are there. */
  readonly problem: QueryProblem | undefined;
}

/** Splits a query into tokens. */
export function tokenise(query: string): Tokens {
  const tokens: Token[] = [];
  let problem: QueryProblem | undefined;
  let at = skipBlank(query, 0);
  while (at < query.length && problem === undefined) {
    const token = readToken(query, at, tokens);
    if ("code" in token) problem = token;
    else {
      tokens.push(token);
      at = skipBlank(query, token.end);
    }
  }
  tokens.push({ kind: "end", start: at, end: at });
  return { tokens, problem };
}

function readToken(query: string, start: number, before: readonly Token[]): Token | QueryProblem {
  const char = query[start] ?? "";
  if (char === '"') {
    const read = readString(query, start);
    return "code" in read ? read : { kind: "string", start, ...read };
  }
  const word = match(WORD, query, start);
  if (word !== undefined) {
    const [text] = word;
    const keyword = KNOWN.has(text) ? (text as Keyword) : undefined;
    return { kind: "word", start, end: start + text.length, text, keyword };
  }
  // `a.1` is no number, and neither is the `.1` of `a[0].1`.
  const number = match(NUMBER, query, start);
  if (number !== undefined) {
    const [text, point, onlyFraction, exponent] = number;
    const fraction = (point ?? onlyFraction ?? exponent) !== undefined;
    return { kind: "number", start, end: start + text.length, value: Number(text), fraction };
  }
  const name = match(QUOTED_NAME, query, start);
  if (name !== undefined) {
    const text = (name[1] ?? "").replaceAll("``", "`");
    return { kind: "quoted_name", start, end: start + name[0].length, text };
  }
  const list = expectsList(before) ? match(LIST, query, start) : undefined;
  if (list !== undefined) {
    return { kind: "list", start, end: start + list[0].length, name: list[1] ?? "" };
  }
  const sign: Sign | undefined = SIGNS.find((text) => query.startsWith(text, start));
  if (sign === undefined || query.startsWith("/*", start)) return explain(query, start);
  if (sign === "?" && /["']/.test(query[start + 1] ?? "")) return explain(query, start);
  return { kind: "sign", start, end: start + sign.length, sign };
}

/** `%` is modulo but behind an operator that wants values. */
function expectsList(before: readonly Token[]): boolean {
  let last = before.at(-1);
  if (last?.kind === "sign" && last.sign === "~") last = before.at(-2);
  if (last?.kind === "sign") return last.sign === ":";
  return last?.kind === "word" && last.keyword === "in";
}

function skipBlank(query: string, at: number): number {
  return at + (match(BLANK, query, at)?.[0].length ?? 0);
}

function match(pattern: RegExp, query: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(query) ?? undefined;
}

/** What people write that EQL does not have; Endgame's older EQL had some of it. */
const FOREIGN: readonly (readonly [start: string, message: string, hint: string | undefined])[] = [
  ["/*", "This comment is not closed.", "End it with */."],
  ['?"', 'A string cannot begin with ?".', 'Put a raw string between """ and """.'],
  ["?'", "A string cannot begin with ?'.", 'Put a raw string between """ and """.'],
  ["'", "A string cannot stand in single quotes.", 'Put it between double quotes: "…".'],
  ["`", "This name is not closed.", "End it with a backquote."],
  ["!:", "There is no operator !:.", 'Write `not field : "value"`.'],
  ["![", "A missing event (`![…]`) belongs to a sequence.", undefined],
  ["=", "There is no operator =.", "Write == for equal, or : where case does not count."],
  ["!", "There is no operator !.", "Write not before a condition, or != between values."],
  ["&&", "There is no operator &&.", "Write and."],
];

function explain(query: string, offset: number): QueryProblem {
  const known = FOREIGN.find(([start]) => query.startsWith(start, offset));
  const char = String.fromCodePoint(query.codePointAt(offset) ?? 0);
  const [, message, hint] = known ?? ["", `The character ${char} has no meaning here.`, undefined];
  return { code: "bad-query", offset, message, ...(hint === undefined ? {} : { hint }) };
}

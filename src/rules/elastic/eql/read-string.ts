import type { QueryProblem } from "../query-context.js";

/** A string as it was read, and where what follows it begins. */
export interface ReadString {
  readonly value: string;
  readonly end: number;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["t", "\t"],
  ["n", "\n"],
  ["f", "\f"],
  ["r", "\r"],
  ['"', '"'],
  // Not in the reference, but in published rules.
  ["'", "'"],
  ["\\", "\\"],
]);
const RAW = '"""';

/** Reads the string whose opening quote is at `start`: `"…"` with escapes, or `"""…"""` as it stands. */
export function readString(query: string, start: number): ReadString | QueryProblem {
  return query.startsWith(RAW, start) ? readRaw(query, start) : readEscaped(query, start);
}

function readRaw(query: string, start: number): ReadString | QueryProblem {
  const from = start + RAW.length;
  let close = query.indexOf(RAW, from);
  if (close < 0 || query.slice(from, close).includes("\n")) return unclosed(start, RAW);
  // Up to two quotes more belong to the text.
  for (let i = 0; i < 2 && query[close + RAW.length] === '"'; i++) close++;
  return { value: query.slice(from, close), end: close + RAW.length };
}

function readEscaped(query: string, start: number): ReadString | QueryProblem {
  const parts: string[] = [];
  let from = start + 1;
  for (let at = from; at < query.length; at++) {
    const char = query[at];
    if (char === "\n" || char === "\r") break;
    if (char === '"') {
      parts.push(query.slice(from, at));
      return { value: parts.join(""), end: at + 1 };
    }
    if (char !== "\\") continue;
    parts.push(query.slice(from, at));
    const escape = readEscape(query, at);
    if ("code" in escape) return escape;
    parts.push(escape.value);
    from = escape.end;
    at = from - 1;
  }
  return unclosed(start, '"');
}

function readEscape(query: string, at: number): ReadString | QueryProblem {
  const next = query[at + 1] ?? "";
  const simple = ESCAPES.get(next);
  if (simple !== undefined) return { value: simple, end: at + 2 };
  if (next === "u") return readUnicode(query, at);
  return {
    code: "bad-query",
    offset: at,
    message: `There is no escape \\${next} in a string.`,
    hint: 'Write \\\\ for a backslash, or put the string between """ and """.',
  };
}

function readUnicode(query: string, at: number): ReadString | QueryProblem {
  const digits = /\{([0-9a-fA-F]{2,8})\}/y;
  digits.lastIndex = at + 2;
  const point = parseInt(digits.exec(query)?.[1] ?? "", 16);
  // NaN is in no range.
  if (point <= 0xd7ff || (point >= 0xe000 && point <= 0x10ffff))
    return { value: String.fromCodePoint(point), end: digits.lastIndex };
  return {
    code: "bad-query",
    offset: at,
    message: "This Unicode escape names no character.",
    hint: "Write two to eight hexadecimal digits in braces, as in \\u{200f}.",
  };
}

function unclosed(offset: number, quote: string): QueryProblem {
  return {
    code: "bad-query",
    offset,
    message: "This string is not closed on its line.",
    hint: `End it with ${quote}.`,
  };
}

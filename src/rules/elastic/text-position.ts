import type { Position } from "../positions.js";

/** Names and indices that lead to a value: `["rule", "threat", 0, "tactic"]`. */
export type TomlPath = readonly (string | number)[];

/** Where the keys and values of a TOML text stand. */
export interface TomlPlaces {
  /** Of a key, or a list's item; of the nearest one above it for a path that is not in the text. */
  at(path: TomlPath): Position;
  /** Of a value, likewise. */
  valueAt(path: TomlPath): Position;
  /** Of a place inside a string's value, `offset` UTF-16 units from its beginning. */
  inString(path: TomlPath, offset: number): Position;
}

interface Place {
  readonly key: number;
  readonly value: number;
}

/** Finds keys and values in a text that is known to be well-formed TOML, since its parser gives no positions. */
export function locateToml(text: string): TomlPlaces {
  // Most rules are read without anybody asking where something stands.
  let scanned: ReadonlyMap<string, Place> | undefined;
  const lineStarts: number[] = [];
  const toPosition = (offset: number): Position => {
    if (lineStarts.length === 0) {
      lineStarts.push(0);
      for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) lineStarts.push(i + 1);
    }
    let [low, high] = [0, lineStarts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
  };
  const strings = new Map<number, readonly number[]>();
  const find = (path: TomlPath): Place => {
    scanned ??= new TomlScanner(text).scan();
    for (let length = path.length; length > 0; length--) {
      const place = scanned.get(keyOf(path.slice(0, length)));
      if (place !== undefined) return place;
    }
    return { key: 0, value: 0 };
  };
  return {
    at: (path) => toPosition(find(path).key),
    valueAt: (path) => toPosition(find(path).value),
    inString(path, offset) {
      const start = find(path).value;
      let units = strings.get(start);
      if (units === undefined) strings.set(start, (units = unitsOf(text, start)));
      return toPosition(units[Math.min(offset, units.length - 1)] ?? start);
    },
  };
}

function keyOf(path: TomlPath): string {
  return JSON.stringify(path);
}

const BLANK = /\s*/y;
const SPACE = /[ \t]*/y;
const BARE_KEY = /[\w-]*/y;
const BARE_VALUE = /[^\s,\]}#]*/y;

class TomlScanner {
  readonly #text: string;
  readonly #places = new Map<string, Place>();
  /** Number of tables so far under each `[[name]]`. */
  readonly #tables = new Map<string, number>();
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ReadonlyMap<string, Place> {
    let table: TomlPath = [];
    for (;;) {
      this.#skipBlank();
      if (this.#at >= this.#text.length) return this.#places;
      const start = this.#at;
      if (this.#text[start] === "[") table = this.#header();
      else this.#pair(table);
      // Only a text that is not TOML could stop the scan: never for ever.
      if (this.#at === start) this.#at++;
    }
  }

  #header(): TomlPath {
    const start = this.#at;
    const many = this.#text.startsWith("[[", start);
    this.#at += many ? 2 : 1;
    const names = this.#dottedKey();
    while (this.#text[this.#at] === "]") this.#at++;
    let path: TomlPath = [];
    names.forEach((name, i) => {
      path = [...path, name];
      const count = this.#tables.get(keyOf(path));
      if (many && i === names.length - 1) {
        this.#tables.set(keyOf(path), (count ?? 0) + 1);
        this.#note(path, start, start);
        path = [...path, count ?? 0];
      } else if (count !== undefined) path = [...path, count - 1];
    });
    this.#note(path, start, start);
    return path;
  }

  #pair(table: TomlPath): void {
    const start = this.#at;
    const path = [...table, ...this.#dottedKey()];
    if (this.#text[this.#at] === "=") this.#at++;
    this.#skipSpace();
    this.#note(path, start, this.#at);
    this.#value(path);
  }

  #value(path: TomlPath): void {
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") this.#at = stringEnd(this.#text, this.#at);
    else if (first === "[") {
      this.#at++;
      for (let i = 0; this.#more("]"); i++) {
        this.#note([...path, i], this.#at, this.#at);
        this.#value([...path, i]);
      }
    } else if (first === "{") {
      this.#at++;
      while (this.#more("}")) this.#pair(path);
    } else this.#skip(BARE_VALUE);
  }

  /** Whether a list or an inline table goes on; stands behind its end when not. */
  #more(end: string): boolean {
    this.#skipBlank();
    if (this.#text[this.#at] === ",") {
      this.#at++;
      this.#skipBlank();
    }
    if (this.#at < this.#text.length && this.#text[this.#at] !== end) return true;
    this.#at++;
    return false;
  }

  #dottedKey(): readonly string[] {
    const names: string[] = [];
    do {
      if (this.#text[this.#at] === ".") this.#at++;
      this.#skipSpace();
      const start = this.#at;
      const first = this.#text[start];
      if (first === '"' || first === "'") {
        this.#at = stringEnd(this.#text, start);
        names.push(this.#text.slice(start + 1, this.#at - 1));
      } else {
        this.#skip(BARE_KEY);
        names.push(this.#text.slice(start, this.#at));
      }
      this.#skipSpace();
    } while (this.#text[this.#at] === ".");
    return names;
  }

  /** The first of a name counts: a table's header, or its first key. */
  #note(path: TomlPath, key: number, value: number): void {
    const name = keyOf(path);
    if (!this.#places.has(name)) this.#places.set(name, { key, value });
  }

  #skip(what: RegExp): void {
    what.lastIndex = this.#at;
    what.exec(this.#text);
    this.#at = what.lastIndex;
  }

  #skipSpace(): void {
    this.#skip(SPACE);
  }

  #skipBlank(): void {
    for (;;) {
      this.#skip(BLANK);
      if (this.#text[this.#at] !== "#") return;
      const end = this.#text.indexOf("\n", this.#at);
      this.#at = end < 0 ? this.#text.length : end;
    }
  }
}

/** Where the string ends that begins at `start`: behind its closing quotes. */
function stringEnd(text: string, start: number): number {
  const quote = text[start] ?? "";
  const long = text.startsWith(quote.repeat(3), start);
  const closing = long ? quote.repeat(3) : quote;
  let at = start + closing.length;
  for (;;) {
    const end = text.indexOf(closing, at);
    if (end < 0) return text.length;
    const escaped = quote === '"' ? escapedFrom(text, at, end) : undefined;
    if (escaped === undefined) {
      at = end + closing.length;
      // Up to two quotes more belong to the string itself.
      while (long && text[at] === quote) at++;
      return at;
    }
    at = escaped;
  }
}

/** Where to look on when the quote at `end` is an escaped one, the text before `from` being done with. */
function escapedFrom(text: string, from: number, end: number): number | undefined {
  for (let at = text.indexOf("\\", from); at >= 0 && at < end; at = text.indexOf("\\", at + 2)) {
    if (at + 2 > end) return at + 2;
  }
  return undefined;
}

/** Where each UTF-16 unit of a string's value stands in the text, and last its closing quotes. */
function unitsOf(text: string, start: number): readonly number[] {
  const quote = text[start] ?? "";
  if (quote !== '"' && quote !== "'") return [start];
  const length = text.startsWith(quote.repeat(3), start) ? 3 : 1;
  const end = stringEnd(text, start) - length;
  const units: number[] = [];
  let at = start + length;
  if (length === 3) at += /^\r?\n/.exec(text.slice(at, at + 2))?.[0].length ?? 0;
  while (at < end) {
    const escape = quote === '"' && text[at] === "\\" ? readEscape(text, at) : { length: 1, units: 1 };
    for (let i = 0; i < escape.units; i++) units.push(at);
    at += escape.length;
  }
  units.push(end);
  return units;
}

/** How long an escape is in the text, and how many UTF-16 units it stands for. */
function readEscape(text: string, at: number): { readonly length: number; readonly units: number } {
  const folded = /\\[ \t]*\r?\n\s*/y;
  folded.lastIndex = at;
  const match = folded.exec(text);
  if (match !== null) return { length: match[0].length, units: 0 };
  switch (text[at + 1]) {
    case "x":
      return { length: 4, units: 1 };
    case "u":
      return { length: 6, units: 1 };
    case "U":
      return { length: 10, units: Number.parseInt(text.slice(at + 2, at + 10), 16) > 0xffff ? 2 : 1 };
    default:
      return { length: 2, units: 1 };
  }
}

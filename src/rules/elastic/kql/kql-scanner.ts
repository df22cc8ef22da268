import type { WildcardPart } from "../../expression.js";
import type { KqlLiteral } from "./kql-node.js";

/** What stops the reading of a query. */
export class KqlError extends Error {
  constructor(
    readonly offset: number,
    message: string,
    readonly hint: string | undefined,
    readonly code: "bad-query" | "too-deep" = "bad-query",
  ) {
    super(message);
  }
}

/** Texts and wildcards of one value. */
const MAX_PARTS = 1000;
const SPACE = /[ \t\r\n\u00a0]*/y;
const SPECIAL = '\\():<>"*{}';
const WHITESPACE_ESCAPES: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n" };

/** Reads the smallest parts of a query in the Kibana Query Language: blanks, keywords, signs and literals. */
export class KqlScanner {
  offset = 0;

  constructor(readonly text: string) {}

  /** Skips blanks; tells whether there were any. */
  space(): boolean {
    const start = this.offset;
    this.offset = this.#spaceEnd(start);
    return this.offset > start;
  }

  /** Takes a sign when it is next. */
  take(sign: string): boolean {
    if (!this.text.startsWith(sign, this.offset)) return false;
    this.offset += sign.length;
    return true;
  }

  /** Takes `or` or `and` with the blanks that must stand around it. */
  takeConjunction(word: "or" | "and"): boolean {
    const start = this.#spaceEnd(this.offset);
    if (start === this.offset || this.#keywordAt(start) !== word) return false;
    this.offset = this.#spaceEnd(start + word.length);
    return true;
  }

  takeNot(): boolean {
    if (this.#keywordAt(this.offset) !== "not") return false;
    this.offset = this.#spaceEnd(this.offset + 3);
    return true;
  }

  literal(): KqlLiteral | undefined {
    return this.text[this.offset] === '"' ? this.#quoted() : this.#unquoted();
  }

  #quoted(): KqlLiteral {
    const start = this.offset;
    let text = "";
    for (let at = start + 1; at < this.text.length;) {
      const char = this.text[at] ?? "";
      if (char === '"') {
        this.offset = at + 1;
        return { text, quoted: true, wildcard: undefined, offset: start };
      }
      const escape = char === "\\" ? this.#escape(at, '\\"') : undefined;
      text += escape?.char ?? char;
      at += escape?.length ?? 1;
    }
    throw new KqlError(start, "The quotes that open here are never closed.", 'Close them with `"`.');
  }

  /** Blanks belong to it, but for those at its ends; a keyword ends it. */
  #unquoted(): KqlLiteral | undefined {
    const start = this.offset;
    const parts: WildcardPart[] = [];
    let text = "";
    let at = start;
    while (at < this.text.length) {
      const char = this.text[at] ?? "";
      const blanks = this.#spaceEnd(at);
      if (blanks > at) {
        const keyword = this.#keywordAt(blanks);
        if (keyword !== undefined || blanks === this.text.length) break;
        text += this.text.slice(at, blanks);
        at = blanks;
      } else if (at === start && this.#keywordAt(at) !== undefined) {
        break;
      } else if (char === "*") {
        pushText(parts, text);
        text = "";
        if (parts.at(-1)?.kind !== "any") parts.push({ kind: "any" });
        if (parts.length > MAX_PARTS) throw new KqlError(at, "The value has too many wildcards.", undefined);
        at++;
      } else if (char === "\\") {
        const escape = this.#escape(at, SPECIAL) ?? this.#escapedKeyword(at);
        if (escape === undefined) {
          const what = this.text.slice(at, at + 2);
          throw new KqlError(at, `${what} is no escape.`, "Write a backslash as `\\\\`.");
        }
        text += escape.char;
        at += escape.length;
      } else if (SPECIAL.includes(char)) {
        break;
      } else {
        text += char;
        at++;
      }
    }
    if (at === start) return undefined;
    this.offset = at;
    if (parts.length === 0) return { text: text.trim(), quoted: false, wildcard: undefined, offset: start };
    pushText(parts, text.trimEnd());
    const written = parts.map((part) => (part.kind === "text" ? part.text : "*")).join("");
    return { text: written, quoted: false, wildcard: parts, offset: start };
  }

  #escape(at: number, escapable: string): { readonly char: string; readonly length: number } | undefined {
    const next = this.text[at + 1] ?? "";
    if (next !== "" && escapable.includes(next)) return { char: next, length: 2 };
    const blank = Object.hasOwn(WHITESPACE_ESCAPES, next) ? WHITESPACE_ESCAPES[next] : undefined;
    // `\not` before a blank is the escaped keyword, not a line end before "ot".
    if (blank !== undefined && !(next === "n" && this.#keywordAt(at + 1) === "not"))
      return { char: blank, length: 2 };
    const digits = /^u([0-9a-f]{4})/i.exec(this.text.slice(at + 1, at + 6))?.[1];
    if (digits === undefined) return undefined;
    return { char: String.fromCharCode(Number.parseInt(digits, 16)), length: 6 };
  }

  #escapedKeyword(at: number): { readonly char: string; readonly length: number } | undefined {
    const word = /^(?:or|and|not)/i.exec(this.text.slice(at + 1, at + 4))?.[0];
    return word === undefined ? undefined : { char: word, length: word.length + 1 };
  }

  /** A keyword with the blank that must follow it. */
  #keywordAt(at: number): "or" | "and" | "not" | undefined {
    const word = /^(or|and|not)[ \t\r\n\u00a0]/i.exec(this.text.slice(at, at + 4))?.[1];
    return word?.toLowerCase() as "or" | "and" | "not" | undefined;
  }

  #spaceEnd(from: number): number {
    SPACE.lastIndex = from;
    SPACE.exec(this.text);
    return SPACE.lastIndex;
  }
}

function pushText(parts: WildcardPart[], text: string): void {
  const shown = parts.length === 0 ? text.trimStart() : text;
  if (shown !== "") parts.push({ kind: "text", text: shown });
}

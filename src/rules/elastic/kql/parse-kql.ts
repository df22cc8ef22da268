import type { OrderOperator } from "../../expression.js";
import type { KqlLiteral, KqlNode } from "./kql-node.js";
import { KqlError, KqlScanner } from "./kql-scanner.js";

/** Deeper than any rule that a person writes. */
const MAX_DEPTH = 50;
const RANGE_OPERATORS: readonly (readonly [sign: string, operator: OrderOperator])[] = [
  ["<=", "lte"],
  [">=", "gte"],
  ["<", "lt"],
  [">", "gt"],
];

/**
 * Reads a query in the Kibana Query Language, by the grammar that Kibana has for it.
 *
 * @returns undefined for an empty query, which everything matches.
 * @throws KqlError where the query cannot be read.
 */
export function parseKql(text: string): KqlNode | undefined {
  const parser = new KqlParser(new KqlScanner(text));
  return parser.parse();
}

type Operand = () => KqlNode;

class KqlParser {
  readonly #scanner: KqlScanner;
  #depth = 0;

  constructor(scanner: KqlScanner) {
    this.#scanner = scanner;
  }

  parse(): KqlNode | undefined {
    const scanner = this.#scanner;
    scanner.space();
    if (scanner.offset === scanner.text.length) return undefined;
    const query = this.#or(this.#subQuery);
    scanner.space();
    if (scanner.offset < scanner.text.length) throw this.#unexpected();
    return query;
  }

  #or(operand: Operand): KqlNode {
    return this.#joined("or", () => this.#joined("and", () => this.#not(operand)));
  }

  #joined(kind: "or" | "and", operand: Operand): KqlNode {
    const { offset } = this.#scanner;
    const terms = [operand()];
    while (this.#scanner.takeConjunction(kind)) terms.push(operand());
    return terms.length === 1 && terms[0] !== undefined ? terms[0] : { kind, terms, offset };
  }

  #not(operand: Operand): KqlNode {
    const { offset } = this.#scanner;
    if (!this.#scanner.takeNot()) return operand();
    return { kind: "not", term: this.#deeper(() => this.#not(operand)), offset };
  }

  readonly #subQuery: Operand = () => {
    if (this.#scanner.text[this.#scanner.offset] === "(") return this.#group("(", ")", this.#subQuery);
    return this.#expression();
  };

  #group(open: string, close: string, operand: Operand): KqlNode {
    const start = this.#scanner.offset;
    this.#scanner.take(open);
    this.#scanner.space();
    const query = this.#deeper(() => this.#or(operand));
    this.#scanner.space();
    if (this.#scanner.take(close)) return query;
    const { text, offset } = this.#scanner;
    if (offset < text.length && isClosed(text, start, open, close)) throw this.#unexpected();
    throw new KqlError(
      start,
      `The \`${open}\` that opens here is never closed.`,
      `Close it with \`${close}\`.`,
    );
  }

  #expression(): KqlNode {
    const scanner = this.#scanner;
    const { offset } = scanner;
    const literal = scanner.literal();
    if (literal === undefined) throw this.#unexpected();
    const end = scanner.offset;
    scanner.space();
    for (const [sign, operator] of RANGE_OPERATORS) {
      if (!scanner.take(sign)) continue;
      scanner.space();
      return { kind: "range", field: literal, operator, value: this.#value(), offset };
    }
    if (!scanner.take(":")) {
      // Blanks here may be those before a keyword.
      scanner.offset = end;
      return { kind: "is", field: undefined, value: literal, offset };
    }
    scanner.space();
    if (scanner.text[scanner.offset] === "{") {
      return { kind: "nested", field: literal, term: this.#group("{", "}", this.#subQuery), offset };
    }
    return this.#values(literal)();
  }

  /** One value of a field, or several in parentheses. */
  #values(field: KqlLiteral): Operand {
    const operand: Operand = () => {
      if (this.#scanner.text[this.#scanner.offset] === "(") return this.#group("(", ")", operand);
      const value = this.#value();
      return { kind: "is", field, value, offset: value.offset };
    };
    return operand;
  }

  #value(): KqlLiteral {
    const literal = this.#scanner.literal();
    if (literal === undefined) throw this.#unexpected();
    return literal;
  }

  #deeper<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) {
      const message = `The query is nested deeper than ${MAX_DEPTH} levels.`;
      throw new KqlError(this.#scanner.offset, message, undefined, "too-deep");
    }
    const result = parse();
    this.#depth--;
    return result;
  }

  #unexpected(): KqlError {
    const { text, offset } = this.#scanner;
    if (offset >= text.length) {
      const end = text.trimEnd().length;
      return new KqlError(
        end,
        "The query ends where a value is expected.",
        "Write the value, or cut the rest.",
      );
    }
    const [word = ""] = /^(?:\w+|[^]?)/.exec(text.slice(offset, offset + 40)) ?? [];
    const escape = word.length === 1 && "():<>{}".includes(word);
    const hint = escape
      ? `Where it is part of a value, write it as \`\\${word}\` or put the value in quotes.`
      : "Write blanks around `and`, `or` and `not`; put a value with such a word in quotes.";
    return new KqlError(offset, `\`${word}\` is not expected here.`, hint);
  }
}

/** Whether a bracket is ever closed; in quotes and behind a backslash brackets are text. */
function isClosed(text: string, start: number, open: string, close: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === "\\") i++;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === open) depth++;
    else if (character === close && --depth === 0) return true;
  }
  return false;
}

import type { QueryProblem } from "../query-context.js";
import type { Keyword, Sign, Token } from "./tokens.js";

/** How deep conditions, parentheses, calls and arithmetic may be nested in one another. */
export const MAX_DEPTH = 50;

/** Thrown by the parser at the first thing it cannot read, and caught where the parser is called. */
export class EqlSyntaxError extends Error {
  constructor(readonly problem: QueryProblem) {
    super(problem.message);
  }
}

/** Goes through the tokens of a query. */
export class TokenReader {
  private at = 0;

  constructor(
    private readonly query: string,
    private readonly tokens: readonly Token[],
  ) {}

  get next(): Token {
    return this.peek(0);
  }

  peek(ahead: number): Token {
    // The last token is `end`, and nothing goes beyond it.
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] as Token;
  }

  /** Offset behind the token that was taken last. */
  get end(): number {
    return this.tokens[this.at - 1]?.end ?? 0;
  }

  take(): Token {
    const token = this.next;
    this.at++;
    return token;
  }

  isSign(sign: Sign, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "sign" && token.sign === sign;
  }

  isKeyword(keyword: Keyword, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "word" && token.keyword === keyword;
  }

  takeSign(sign: Sign): boolean {
    if (!this.isSign(sign)) return false;
    this.at++;
    return true;
  }

  takeKeyword(keyword: Keyword): boolean {
    if (!this.isKeyword(keyword)) return false;
    this.at++;
    return true;
  }

  expectSign(sign: Sign, hint?: string): void {
    if (!this.takeSign(sign)) this.fail(`${sign} was expected`, hint);
  }

  /** @throws EqlSyntaxError "… was expected, not …" at the next token. */
  fail(expected: string, hint?: string): never {
    this.refuse(`${expected}, not ${this.describe(this.next)}.`, hint);
  }

  /** @throws EqlSyntaxError at the next token, or at `token`. */
  refuse(message: string, hint?: string, token: { readonly start: number } = this.next): never {
    throw new EqlSyntaxError({
      code: "bad-query",
      offset: token.start,
      message: `${message.charAt(0).toUpperCase()}${message.slice(1)}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  private describe(token: Token): string {
    if (token.kind === "end") return "the end of the query";
    const text = this.query.slice(token.start, token.end);
    return text.length > 40 ? `${text.slice(0, 40)}…` : text;
  }
}

/** @throws EqlSyntaxError */
export function refuseDepth(offset: number): never {
  throw new EqlSyntaxError({
    code: "too-deep",
    offset,
    message: `The query is nested deeper than ${MAX_DEPTH} levels.`,
  });
}

import { didYouMean } from "../../lib/did-you-mean.js";
import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import { tokenizeCondition, type ConditionToken } from "./condition-tokens.js";

/** A condition before the selections it names are put in their places. */
export type ConditionTree =
  | { readonly kind: "and" | "or"; readonly terms: readonly ConditionTree[] }
  | { readonly kind: "not"; readonly term: ConditionTree }
  | { readonly kind: "name"; readonly name: string; readonly at: number }
  /** `1 of pattern` (`any`) or `all of pattern`; the pattern is `them`, or a name with `*`. */
  | {
      readonly kind: "of";
      readonly quantifier: "any" | "all";
      readonly pattern: string;
      readonly at: number;
    };

/** Why a condition is refused; `at` is an offset in its text. */
export interface ConditionProblem {
  readonly kind: "problem";
  readonly code: RuleDiagnosticCode;
  readonly at: number;
  readonly message: string;
  readonly hint: string | undefined;
}

const MAX_DEPTH = 50;
const EXAMPLE = "Write `selection and not 1 of filter_*`, for example.";

/**
 * Parses a condition. Binding, from the loosest: or, and, not, `x of`, parentheses. The words may be in capitals.
 * Gives what is wrong instead of throwing it.
 */
export function parseCondition(text: string): ConditionTree | ConditionProblem {
  try {
    return new Parser(text).parse();
  } catch (error) {
    if (error instanceof Refusal) return error.problem;
    throw error;
  }
}

class Refusal extends Error {
  constructor(readonly problem: ConditionProblem) {
    super(problem.message);
  }
}

class Parser {
  private readonly tokens: readonly ConditionToken[];
  private next = 0;

  constructor(private readonly text: string) {
    this.tokens = tokenizeCondition(text);
  }

  parse(): ConditionTree {
    const pipe = this.tokens.find(({ kind }) => kind === "|");
    if (pipe !== undefined)
      this.refuse(
        "Aggregations behind a pipe are no longer part of Sigma and not supported.",
        pipe.at,
        "Write a correlation rule (`correlation:` with `type: event_count`) that refers to this one.",
        "pipe-aggregation",
      );
    if (this.tokens.length === 0) this.refuse("The condition is empty.", 0, EXAMPLE);
    const tree = this.or(0);
    const rest = this.tokens[this.next];
    if (rest?.kind === ")")
      this.refuse(
        "A parenthesis is closed that was not opened.",
        rest.at,
        "Remove it, or open one before it.",
      );
    if (rest !== undefined)
      this.refuse(
        `Before ${JSON.stringify(rest.text)}, \`and\` or \`or\` is missing.`,
        rest.at,
        meantWord(rest.text) ?? EXAMPLE,
      );
    return tree;
  }

  private or(depth: number): ConditionTree {
    return this.series("or", () => this.and(depth));
  }

  private and(depth: number): ConditionTree {
    return this.series("and", () => this.not(depth));
  }

  private series(kind: "and" | "or", term: () => ConditionTree): ConditionTree {
    const terms = [term()];
    while (this.takeWord(kind)) terms.push(term());
    const [only] = terms;
    return only !== undefined && terms.length === 1 ? only : { kind, terms };
  }

  private not(depth: number): ConditionTree {
    const at = this.tokens[this.next]?.at ?? this.text.length;
    if (depth > MAX_DEPTH)
      this.refuse(`The condition is nested deeper than ${MAX_DEPTH} levels.`, at, undefined, "too-deep");
    return this.takeWord("not") ? { kind: "not", term: this.not(depth + 1) } : this.operand(depth);
  }

  private operand(depth: number): ConditionTree {
    const token = this.tokens[this.next];
    if (token === undefined)
      this.refuse("The condition ends where a selection is wanted.", this.text.length, EXAMPLE);
    this.next++;
    if (token.kind === "(") {
      const inner = this.or(depth + 1);
      if (this.tokens[this.next]?.kind !== ")")
        this.refuse("The parenthesis is not closed.", token.at, "Close it with `)`.");
      this.next++;
      return inner;
    }
    if (token.kind === "name" && this.isWord("of")) return this.quantified(token);
    if (token.kind === "name" && !isKeyword(token)) return { kind: "name", name: token.text, at: token.at };
    if (token.kind === "pattern")
      this.refuse(
        `${token.text} stands for several selections.`,
        token.at,
        `Write \`1 of ${token.text}\` or \`all of ${token.text}\`.`,
      );
    this.refuse(`A selection is wanted here, not ${JSON.stringify(token.text)}.`, token.at, EXAMPLE);
  }

  private quantified(quantifier: ConditionToken): ConditionTree {
    const word = quantifier.text.toLowerCase();
    if (word !== "1" && word !== "any" && word !== "all")
      this.refuse(
        `${quantifier.text} of is not among what Sigma has.`,
        quantifier.at,
        "Use `1 of`, `any of` or `all of`.",
      );
    this.next++;
    const target = this.tokens[this.next];
    if (target === undefined || (target.kind !== "name" && target.kind !== "pattern"))
      this.refuse("Behind of stands them, or a name with *.", target?.at ?? this.text.length, EXAMPLE);
    this.next++;
    return { kind: "of", quantifier: word === "all" ? "all" : "any", pattern: target.text, at: target.at };
  }

  private isWord(word: string): boolean {
    const token = this.tokens[this.next];
    return token?.kind === "name" && token.text.toLowerCase() === word;
  }

  private takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.next++;
    return true;
  }

  private refuse(
    message: string,
    at: number,
    hint?: string,
    code: RuleDiagnosticCode = "bad-condition",
  ): never {
    throw new Refusal({ kind: "problem", code, at, message, hint });
  }
}

/** Of three letters, two in the wrong order are enough. */
function meantWord(text: string): string | undefined {
  const letters = (word: string): string => word.toLowerCase().split(/(?=.)/u).sort().join("");
  const words = ["and", "or"];
  const meant = words.find((word) => letters(word) === letters(text)) ?? didYouMean(text, words);
  return meant === undefined ? undefined : `Did you mean ${meant}?`;
}

function isKeyword({ text }: ConditionToken): boolean {
  return ["and", "or", "not", "of"].includes(text.toLowerCase());
}

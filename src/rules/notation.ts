import type { JsonScalar } from "../lib/json.js";
import type { Expression, ExpressionKind, ValueTest, ValueTestKind, WildcardPart } from "./expression.js";

export interface NotationOptions {
  /** Values of one list that are written out; the rest are counted. All, unless told. */
  readonly maxValues?: number;
}

/**
 * An expression as a person reads it: `eventName eq "StopLogging" and not userAgent contains~ "terraform"`.
 * Values stand in quotes, fields do not; `~` after an operator says that case does not count.
 */
export function toNotation(expression: Expression, options: NotationOptions = {}): string {
  return write(expression, options);
}

/** A test beside the field it is put to: `eventSource in ["a", "b"]`. */
export function testNotation(field: string, test: ValueTest, options: NotationOptions = {}): string {
  return (VALUE_TESTS[test.kind] as (field: string, test: ValueTest, options: NotationOptions) => string)(
    field,
    test,
    options,
  );
}

function write(expression: Expression, options: NotationOptions): string {
  return (EXPRESSIONS[expression.kind] as (expression: Expression, options: NotationOptions) => string)(
    expression,
    options,
  );
}

const EXPRESSIONS = {
  all: ({ terms }, options) => join(terms, "and", "true", options),
  any: ({ terms }, options) => join(terms, "or", "false", options),
  not: ({ term }, options) => `not ${within(term, options)}`,
  only_one: ({ terms }, options) =>
    `exactly one of (${terms.map((term) => write(term, options)).join(", ")})`,
  constant: ({ value }) => String(value),
  predicate: ({ field, test }, options) => testNotation(field.text, test, options),
  compare_fields: ({ operator, left, right, ignoreCase }) =>
    `${left.text} ${operator === "equals" ? "eq" : operator}${ignoreCase ? "~" : ""} ${right.text}`,
  elements: ({ quantifier, field, term }, options) =>
    `${QUANTIFIERS[quantifier]} element of ${field.text || "it"} (${write(term, options)})`,
  anywhere: ({ test }, options) => testNotation("anywhere", test, options),
} satisfies {
  readonly [K in ExpressionKind]: (
    expression: Extract<Expression, { kind: K }>,
    options: NotationOptions,
  ) => string;
};

const QUANTIFIERS = { any: "any", all: "every", none: "no", only_one: "exactly one" } as const;

const VALUE_TESTS = {
  exists: (field) => `${field} exists`,
  present: (field) => `${field} is present`,
  null: (field) => `${field} is null`,
  empty: (field) => `${field} is empty`,
  equals: (field, { value, ignoreCase }) => `${field} ${sign("eq", ignoreCase)} ${quote(value)}`,
  in: (field, { values, ignoreCase }, options) =>
    `${field} ${sign("in", ignoreCase)} ${list(values, options)}`,
  contains: (field, { value, ignoreCase }) => `${field} ${sign("contains", ignoreCase)} ${quote(value)}`,
  starts_with: (field, { value, ignoreCase }) =>
    `${field} ${sign("starts_with", ignoreCase)} ${quote(value)}`,
  ends_with: (field, { value, ignoreCase }) => `${field} ${sign("ends_with", ignoreCase)} ${quote(value)}`,
  wildcard: (field, { pattern, ignoreCase }) =>
    `${field} ${sign("like", ignoreCase)} ${quote(wildcardText(pattern))}`,
  regex: (field, { pattern, ignoreCase, multiline, dotAll }) =>
    `${field} matches /${pattern}/${ignoreCase ? "i" : ""}${multiline ? "m" : ""}${dotAll ? "s" : ""}`,
  cidr: (field, { ranges }, options) => `${field} in_range ${list(ranges, options)}`,
  ip: (field, { family }) => `${field} is ${FAMILIES[family]}`,
  compare: (field, { operator, value }) => `${field} ${operator} ${quote(value)}`,
  time_part: (field, { part, operator, value }) => `${part} of ${field} ${operator} ${value}`,
  in_list: (field, { list: name, ignoreCase }) => `${field} ${sign("in_list", ignoreCase)} ${quote(name)}`,
} satisfies {
  readonly [K in ValueTestKind]: (
    field: string,
    test: Extract<ValueTest, { kind: K }>,
    options: NotationOptions,
  ) => string;
};

const FAMILIES = {
  any: "an IP address",
  v4: "an IPv4 address",
  v6: "an IPv6 address",
  public: "a public IP address",
  private: "a private IP address",
} as const;

function join(
  terms: readonly Expression[],
  word: string,
  whenNone: string,
  options: NotationOptions,
): string {
  const [only] = terms;
  if (only === undefined) return whenNone;
  if (terms.length === 1) return write(only, options);
  return terms.map((term) => within(term, options)).join(` ${word} `);
}

/** Parentheses around what would read otherwise beside `and`, `or` and `not`. */
function within(term: Expression, options: NotationOptions): string {
  const text = write(term, options);
  const joined = (term.kind === "all" || term.kind === "any") && term.terms.length > 0;
  if (!joined) return text;
  // A single term is written without its combinator.
  const [only] = term.terms;
  return term.terms.length === 1 && only !== undefined ? within(only, options) : `(${text})`;
}

function sign(operator: string, ignoreCase: boolean): string {
  return ignoreCase ? `${operator}~` : operator;
}

function list(values: readonly JsonScalar[], { maxValues = values.length }: NotationOptions): string {
  const shown = values.slice(0, maxValues).map(quote);
  if (values.length > maxValues) shown.push(`… ${values.length - maxValues} more`);
  return `[${shown.join(", ")}]`;
}

function quote(value: JsonScalar): string {
  return JSON.stringify(value);
}

/** `*` any characters, `?` one; a literal one of them, or `\`, behind a `\`. */
export function wildcardText(pattern: readonly WildcardPart[]): string {
  return pattern
    .map((part) => {
      if (part.kind === "any") return "*";
      return part.kind === "one" ? "?" : part.text.replace(/[*?\\]/g, "\\$&");
    })
    .join("");
}

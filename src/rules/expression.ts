import type { JsonScalar } from "../lib/json.js";
import type { FieldReference } from "./field.js";

/**
 * The intermediate form that every rule format compiles to: an immutable tree of plain data.
 *
 * Room for more: another way to test one value (numeric order, CIDR, pattern) is a member of `ValueTest`; something that
 * looks at more than one value (two fields compared) is a member of `Expression`. Each registry over the kinds
 * (`satisfies Record<Kind, …>`) then fails to compile until it knows the new member.
 *
 * Formats state negatives as `not` around the positive test, so "missing" needs one rule only: no test but `null` and
 * `empty` holds for a missing value.
 */
export type Expression =
  | AllExpression
  | AnyExpression
  | NotExpression
  | OnlyOneExpression
  | ConstantExpression
  | PredicateExpression
  | ElementsExpression;
export type ExpressionKind = Expression["kind"];

/** Holds when every term holds; with no terms it holds. */
export interface AllExpression {
  readonly kind: "all";
  readonly terms: readonly Expression[];
}

/** Holds when a term holds; with no terms it does not. */
export interface AnyExpression {
  readonly kind: "any";
  readonly terms: readonly Expression[];
}

export interface NotExpression {
  readonly kind: "not";
  readonly term: Expression;
}

/** Holds when exactly one term holds. */
export interface OnlyOneExpression {
  readonly kind: "only_one";
  readonly terms: readonly Expression[];
}

export interface ConstantExpression {
  readonly kind: "constant";
  readonly value: boolean;
}

/** One value of the record put to a test. */
export interface PredicateExpression {
  readonly kind: "predicate";
  readonly field: FieldReference;
  readonly test: ValueTest;
}

/**
 * Counts the elements of an array for which `term` holds; inside it, fields start at the element.
 * For an empty array `all` and `none` hold; where there is no array only `none` does.
 */
export interface ElementsExpression {
  readonly kind: "elements";
  readonly quantifier: Quantifier;
  readonly field: FieldReference;
  readonly term: Expression;
}

export const QUANTIFIERS = ["any", "all", "none", "only_one"] as const;
export type Quantifier = (typeof QUANTIFIERS)[number];

/** A test of one value, which may be missing. Scalars are equal when type and value are: 1 is neither true nor "1". */
export type ValueTest =
  | { readonly kind: "exists" }
  /** Missing, or null. */
  | { readonly kind: "null" }
  /** Missing, null, "", [] or {}. */
  | { readonly kind: "empty" }
  | { readonly kind: "equals"; readonly value: JsonScalar; readonly ignoreCase: boolean }
  | { readonly kind: "in"; readonly values: readonly JsonScalar[]; readonly ignoreCase: boolean }
  /** In a string: the part is somewhere in it. In an array: an element equals the part. */
  | { readonly kind: "contains"; readonly value: JsonScalar; readonly ignoreCase: boolean }
  | { readonly kind: "starts_with"; readonly value: string; readonly ignoreCase: boolean }
  | { readonly kind: "ends_with"; readonly value: string; readonly ignoreCase: boolean };
export type ValueTestKind = ValueTest["kind"];

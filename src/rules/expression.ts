import type { JsonScalar } from "../lib/json.js";
import type { FieldReference } from "./field.js";

/**
 * The intermediate form that every rule format compiles to: an immutable tree of plain data.
 *
 * Room for more: another way to test one value is a member of `ValueTest`; something that looks at more than one value
 * is a member of `Expression`. Each registry over the kinds (`satisfies Record<Kind, …>`) then fails to compile until it
 * knows the new member.
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
  | CompareFieldsExpression
  | ElementsExpression
  | AnywhereExpression;
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
  readonly reading: Reading;
}

/**
 * Two values of the record put beside each other; never holds when either is missing or null.
 *
 * Read exactly, lists and objects are equal when they hold the same, in any order of keys, and an order is one of two
 * numbers or of two strings. Else it holds when a pair of the scalars read does: by their
 * texts, a number and numeric text by value, in order as numbers where both are numbers or numeric text.
 */
export interface CompareFieldsExpression {
  readonly kind: "compare_fields";
  readonly operator: FieldOperator;
  readonly left: FieldReference;
  readonly right: FieldReference;
  readonly ignoreCase: boolean;
  readonly reading: Reading;
}

export const FIELD_OPERATORS = [
  "equals",
  /** In a string: right is somewhere in left. In an array on the left, read exactly: an element equals right. */
  "contains",
  "starts_with",
  "ends_with",
  "lt",
  "lte",
  "gt",
  "gte",
] as const;
export type FieldOperator = (typeof FIELD_OPERATORS)[number];

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

/**
 * Puts every string, number and boolean of the record, at any depth, to a test, read as `any_text`; holds when one of
 * them passes. Keys are not looked at. (Sigma keywords.)
 */
export interface AnywhereExpression {
  readonly kind: "anywhere";
  readonly test: ValueTest;
}

/**
 * How a value is put to a test.
 *
 * - `exact`: as it stands. String tests hold for strings only; scalars are equal when type and value are. (Panther)
 * - `any_text`: an array without objects passes when one of its elements does, nested arrays included; one without
 *   scalars counts as missing. An object, or an array that holds one at any depth, is its compact JSON text. Scalars are
 *   compared by their text (`true` equals "true", 443 equals "443"), numbers with numeric text by value (443 equals
 *   "443.0"; numeric text is decimal, without blanks). Null has no text: it equals null. (Sigma)
 * - `any_scalar`: as `any_text`, but objects have no text: they pass `exists` and `present` and nothing else, in an
 *   array each for itself. Nulls in an array count as not there. (Elastic)
 */
export const READINGS = ["exact", "any_text", "any_scalar"] as const;
export type Reading = (typeof READINGS)[number];

/** A test of one value, which may be missing. Strings are compared by code units; `ignoreCase` by their toLowerCase(). */
export type ValueTest =
  | { readonly kind: "exists" }
  /** Neither missing nor null. */
  | { readonly kind: "present" }
  /** Missing, or null. */
  | { readonly kind: "null" }
  /** Missing, null, "", [] or {}. */
  | { readonly kind: "empty" }
  | { readonly kind: "equals"; readonly value: JsonScalar; readonly ignoreCase: boolean }
  | { readonly kind: "in"; readonly values: readonly JsonScalar[]; readonly ignoreCase: boolean }
  /** In a string: the part, by its text unless read exactly, is somewhere in it. In an array, read exactly: an element equals the part. */
  | { readonly kind: "contains"; readonly value: JsonScalar; readonly ignoreCase: boolean }
  | { readonly kind: "starts_with"; readonly value: string; readonly ignoreCase: boolean }
  | { readonly kind: "ends_with"; readonly value: string; readonly ignoreCase: boolean }
  /** The whole string. */
  | { readonly kind: "wildcard"; readonly pattern: readonly WildcardPart[]; readonly ignoreCase: boolean }
  /** RE2 syntax, found anywhere in the string unless it is anchored. */
  | {
      readonly kind: "regex";
      readonly pattern: string;
      readonly ignoreCase: boolean;
      readonly multiline: boolean;
      readonly dotAll: boolean;
    }
  /** An IP address in one of the ranges (`10.0.0.0/8`, `2001:db8::/32`, or one address); an IPv4 address mapped into IPv6 counts as IPv4. */
  | { readonly kind: "cidr"; readonly ranges: readonly string[] }
  | { readonly kind: "ip"; readonly family: IpFamily }
  /** With a number: numbers only, and numeric text unless read exactly. With a string: strings, in order of code units. */
  | { readonly kind: "compare"; readonly operator: OrderOperator; readonly value: number | string }
  /** A part of a time, read as an eventTime is, in UTC; `week` is that of ISO 8601. */
  | {
      readonly kind: "time_part";
      readonly part: TimePart;
      readonly operator: OrderOperator | "eq";
      readonly value: number;
    }
  /** In the named list: equal to a value, like a pattern, or an address in a range. Nothing is in a list that does not exist. */
  | { readonly kind: "in_list"; readonly list: string; readonly ignoreCase: boolean };
export type ValueTestKind = ValueTest["kind"];

/** Neighbouring texts are joined, neighbouring `any` are one. */
export type WildcardPart =
  | { readonly kind: "text"; readonly text: string }
  /** Any characters, or none. */
  | { readonly kind: "any" }
  /** One code point. */
  | { readonly kind: "one" };

export const ORDER_OPERATORS = ["lt", "lte", "gt", "gte"] as const;
export type OrderOperator = (typeof ORDER_OPERATORS)[number];
/** `private`: in one of PRIVATE_RANGES; `public`: any other address, those reserved for documentation included. */
export const IP_FAMILIES = ["any", "v4", "v6", "public", "private"] as const;
export type IpFamily = (typeof IP_FAMILIES)[number];
/** This network, RFC 1918, RFC 6598 (shared by a carrier's customers), loopback, link-local; unspecified, unique local. */
export const PRIVATE_RANGES = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::/127",
  "fc00::/7",
  "fe80::/10",
] as const;
export const TIME_PARTS = ["minute", "hour", "day", "week", "month", "year"] as const;
export type TimePart = (typeof TIME_PARTS)[number];

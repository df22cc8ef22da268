import type { DerivedField } from "../event/derived.js";
import type { JsonScalar } from "../lib/json.js";

/** Where a value comes from. `text` is what a person would write, for titles and messages; two references may share it. */
export type FieldReference = PathReference | LooseReference | DerivedReference | CallReference;

/** A place in a record, or in a list element inside an `elements` expression; with no steps the element itself. */
export interface PathReference {
  readonly kind: "path";
  readonly text: string;
  readonly steps: readonly PathStep[];
}

/** One step from a value to a value inside it. */
export type PathStep =
  | { readonly kind: "key"; readonly name: string }
  /** 0-based. */
  | { readonly kind: "index"; readonly index: number }
  /** Every element of an array: the steps after it are taken in each, and what they find forms one array. */
  | { readonly kind: "every" };

/**
 * A dotted name, as Sigma and Elastic rules have it. A key at the top that is literally the names joined by dots is found
 * first; else each name is a key, and an array on the way is crossed: the names after it are looked up in each of its
 * elements (nested arrays too), and what is found forms one flat array, but arrays at the end are left as they are.
 * Undefined when nothing is found.
 */
export interface LooseReference {
  readonly kind: "loose";
  readonly text: string;
  readonly names: readonly string[];
}

/** A value made of the whole record. */
export interface DerivedReference {
  readonly kind: "derived";
  readonly text: string;
  readonly name: DerivedField;
}

/**
 * A function of values; undefined where an argument is missing, null, or of another type than the function wants.
 * Numbers and booleans have a text; text of a decimal number is one. But for `java_text`, a list counts as its scalars:
 * the function is called with each, and what it gives forms one array. Where several arguments are lists, the first is
 * gone through, and another must have one scalar only.
 */
export interface CallReference {
  readonly kind: "call";
  readonly text: string;
  readonly function: FieldFunction;
  readonly args: readonly Operand[];
}

export type Operand = FieldReference | { readonly kind: "literal"; readonly value: JsonScalar };

/** The registry of what they do is src/rules/field-functions.ts. */
export const FIELD_FUNCTIONS = [
  /** Text of a value as Java prints maps and lists: `{a=1, b=[x, y]}`. A string stays as it is. */
  "java_text",
  /** Code units of a text. */
  "length",
  /** Text of a scalar. */
  "string",
  /** The texts of all arguments, joined. */
  "concat",
  /**
   * (text, base or null): the number that a text stands for, blanks around it left out. `0x` means base 16 and decimal
   * fractions go with base 10; each is taken when no base is given.
   */
  "number",
  /** (text, from, to or null): code units from one place up to another; places below 0 count from the end. */
  "substring",
  /** (text, left, right, greedy, ignoreCase): what stands between two parts, up to the last `right` when greedy; "" if nothing does. */
  "between",
  /** (text, part, from, ignoreCase): the first place of a part, at `from` or after it; undefined when it is not there. */
  "index_of",
  "add",
  "subtract",
  "multiply",
  /** (a, b, exact): two integers give an integer, cut towards 0, unless `exact`. */
  "divide",
  /** With the sign of the first number; 0 when one of them has a fraction. */
  "modulo",
] as const;
export type FieldFunction = (typeof FIELD_FUNCTIONS)[number];

/** A reference to one key at the top; dots in it are part of the key. */
export function topLevelField(name: string): PathReference {
  return { kind: "path", text: name, steps: [{ kind: "key", name }] };
}

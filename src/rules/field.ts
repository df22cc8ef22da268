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
 * A dotted name, as Sigma and Elastic rules have it. A key at the top that is literally the whole name is found first;
 * else each name is a key, and an array on the way is crossed: the names after it are looked up in each of its elements
 * (nested arrays too), and what is found forms one array, arrays at the end left as they are. Undefined when nothing is
 * found.
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

/** A function of values; undefined where an argument is of another type than the function wants. */
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
  /** Code units of a string. */
  "length",
] as const;
export type FieldFunction = (typeof FIELD_FUNCTIONS)[number];

/** A reference to one key at the top; dots in it are part of the key. */
export function topLevelField(name: string): PathReference {
  return { kind: "path", text: name, steps: [{ kind: "key", name }] };
}

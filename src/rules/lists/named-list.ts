import type { WildcardPart } from "../expression.js";

/** A list that rules and exceptions of any format refer to by its name. Immutable plain data. */
export interface NamedList {
  readonly name: string;
  readonly description: string | undefined;
  /** Texts that are equal to a value. */
  readonly values: readonly string[];
  readonly patterns: readonly (readonly WildcardPart[])[];
  /** CIDR ranges, and single addresses as ranges of one. */
  readonly ranges: readonly string[];
  /** Where it stands, as diagnostics show it. */
  readonly path: string;
  /** Of name, values, patterns and ranges. */
  readonly hash: string;
}

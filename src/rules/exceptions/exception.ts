import type { Expression } from "../expression.js";
import type { RuleTest } from "../ir.js";

/** Says for which events a rule's hit is expected and raises no alert. Immutable plain data. */
export interface RuleException {
  readonly id: string;
  readonly scope: ExceptionScope;
  readonly condition: Expression;
  readonly owner: string;
  readonly reason: string;
  /** Ms since the epoch from which on it no longer applies; undefined when it never expires. */
  readonly expires: number | undefined;
  /** `expected: true` wants the event to be suppressed. */
  readonly tests: readonly RuleTest[];
  /** Where it stands, as diagnostics show it. */
  readonly path: string;
  readonly hash: string;
}

/** Which rules an exception is for. */
export type ExceptionScope =
  | { readonly kind: "all" }
  /** Rules with one of these ids. */
  | { readonly kind: "rules"; readonly ids: readonly string[] }
  /** Rules with one of these tags. */
  | { readonly kind: "tags"; readonly tags: readonly string[] };

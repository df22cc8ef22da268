import type { JsonScalar } from "../../../lib/json.js";

/** A query as it was parsed: which events, and the condition on them. */
export interface EqlQuery {
  readonly category: EqlCategory;
  readonly condition: EqlNode;
}

export interface EqlCategory {
  /** Undefined for `any`. */
  readonly name: string | undefined;
  readonly start: number;
}

interface Placed {
  /** Offsets in the query: of the first code unit, and behind the last. */
  readonly start: number;
  readonly end: number;
}

/** Conditions and values alike: which of the two a node must be shows where it stands. */
export type EqlNode =
  | LiteralNode
  | FieldNode
  | CallNode
  | NotNode
  | JunctionNode
  | ComparisonNode
  | ArithmeticNode
  | MembershipNode;

export interface LiteralNode extends Placed {
  readonly kind: "literal";
  readonly value: JsonScalar;
  /** Whether a number was written with a point or an exponent: arithmetic keeps fractions then. */
  readonly fraction: boolean;
}

export interface FieldNode extends Placed {
  readonly kind: "field";
  readonly name: string;
  /** Written with a `?`: nobody minds that there is no such field. */
  readonly optional: boolean;
}

export interface CallNode extends Placed {
  readonly kind: "call";
  readonly name: string;
  /** Written with a `~`. */
  readonly ignoreCase: boolean;
  readonly args: readonly EqlNode[];
}

export interface NotNode extends Placed {
  readonly kind: "not";
  readonly operand: EqlNode;
}

export interface JunctionNode extends Placed {
  readonly kind: "and" | "or";
  /** Two or more. */
  readonly operands: readonly EqlNode[];
}

export const COMPARISONS = ["==", "!=", "<=", ">=", "<", ">"] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface ComparisonNode extends Placed {
  readonly kind: "comparison";
  readonly operator: Comparison;
  readonly left: EqlNode;
  readonly right: EqlNode;
}

export const ARITHMETIC = ["+", "-", "*", "/", "%"] as const;
export type Arithmetic = (typeof ARITHMETIC)[number];

export interface ArithmeticNode extends Placed {
  readonly kind: "arithmetic";
  readonly operator: Arithmetic;
  readonly left: EqlNode;
  readonly right: EqlNode;
}

export const MEMBERSHIPS = ["in", "in~", ":", "like", "like~", "regex", "regex~"] as const;
export type Membership = (typeof MEMBERSHIPS)[number];

/** A value put beside others, of which one must fit. */
export interface MembershipNode extends Placed {
  readonly kind: "membership";
  readonly operator: Membership;
  readonly left: EqlNode;
  /** The values, or the named list that holds them. */
  readonly right: readonly EqlNode[] | ListNode;
}

export interface ListNode extends Placed {
  readonly kind: "list";
  readonly name: string;
}

import type { JsonScalar } from "../../lib/json.js";
import type { Quantifier, ValueTest } from "../expression.js";

/** What a condition wants beside the key: nothing, `Value`, `Value` that is text, or `Values`. */
export type Condition =
  | { readonly operand: "none"; readonly negated: boolean; readonly test: ValueTest }
  | {
      readonly operand: "value";
      readonly negated: boolean;
      readonly toTest: (value: JsonScalar) => ValueTest;
    }
  | { readonly operand: "text"; readonly negated: boolean; readonly toTest: (value: string) => ValueTest }
  | {
      readonly operand: "values";
      readonly negated: boolean;
      readonly toTest: (values: readonly JsonScalar[]) => ValueTest;
    };

const EXISTS = { kind: "exists" } as const;
const NULL = { kind: "null" } as const;
const EMPTY = { kind: "empty" } as const;
const toEquals =
  (ignoreCase: boolean) =>
  (value: JsonScalar): ValueTest => ({ kind: "equals", value, ignoreCase });
const toIn = (values: readonly JsonScalar[]): ValueTest => ({ kind: "in", values, ignoreCase: false });
const toContains =
  (ignoreCase: boolean) =>
  (value: JsonScalar): ValueTest => ({ kind: "contains", value, ignoreCase });
const toAffix =
  (kind: "starts_with" | "ends_with", ignoreCase: boolean) =>
  (value: string): ValueTest => ({ kind, value, ignoreCase });

/** Conditions on one key. A negative one is the exact opposite of the positive: it holds for a missing key. */
export const CONDITIONS: ReadonlyMap<string, Condition> = new Map<string, Condition>([
  ["Equals", { operand: "value", negated: false, toTest: toEquals(false) }],
  ["DoesNotEqual", { operand: "value", negated: true, toTest: toEquals(false) }],
  ["IEquals", { operand: "text", negated: false, toTest: toEquals(true) }],
  ["IsIn", { operand: "values", negated: false, toTest: toIn }],
  ["IsNotIn", { operand: "values", negated: true, toTest: toIn }],
  ["Contains", { operand: "value", negated: false, toTest: toContains(false) }],
  ["DoesNotContain", { operand: "value", negated: true, toTest: toContains(false) }],
  ["IContains", { operand: "text", negated: false, toTest: toContains(true) }],
  ["StartsWith", { operand: "text", negated: false, toTest: toAffix("starts_with", false) }],
  ["DoesNotStartWith", { operand: "text", negated: true, toTest: toAffix("starts_with", false) }],
  ["IStartsWith", { operand: "text", negated: false, toTest: toAffix("starts_with", true) }],
  ["EndsWith", { operand: "text", negated: false, toTest: toAffix("ends_with", false) }],
  ["DoesNotEndWith", { operand: "text", negated: true, toTest: toAffix("ends_with", false) }],
  ["IEndsWith", { operand: "text", negated: false, toTest: toAffix("ends_with", true) }],
  ["Exists", { operand: "none", negated: false, test: EXISTS }],
  ["DoesNotExist", { operand: "none", negated: true, test: EXISTS }],
  ["IsNull", { operand: "none", negated: false, test: NULL }],
  ["IsNotNull", { operand: "none", negated: true, test: NULL }],
  ["IsNullOrEmpty", { operand: "none", negated: false, test: EMPTY }],
  ["IsNotNullOrEmpty", { operand: "none", negated: true, test: EMPTY }],
]);

/** Conditions on the elements of a list, with `Expressions`. */
export const ELEMENT_CONDITIONS: ReadonlyMap<string, Quantifier> = new Map<string, Quantifier>([
  ["AnyElement", "any"],
  ["AllElements", "all"],
  ["NoElement", "none"],
  ["OnlyOneElement", "only_one"],
]);

/** Conditions with neither key nor value. */
export const ABSOLUTE_CONDITIONS: ReadonlyMap<string, boolean> = new Map([
  ["AlwaysTrue", true],
  ["AlwaysFalse", false],
]);

/** Conditions of the format that a later version will know. */
export const LATER_CONDITIONS: ReadonlySet<string> = new Set([
  "IsGreaterThan",
  "IsGreaterThanOrEqual",
  "IsGreaterThanOrEquals",
  "IsLessThan",
  "IsLessThanOrEqual",
  "IsLessThanOrEquals",
  "IsIPAddress",
  "IsIPv4Address",
  "IsIPv6Address",
  "IsIPAddressInCIDR",
  "IsIPAddressNotInCIDR",
  "IsIPAddressPublic",
  "IsIPAddressPrivate",
  "IDoesNotEqual",
  "IDoesNotContain",
  "IDoesNotStartWith",
  "IDoesNotEndWith",
]);

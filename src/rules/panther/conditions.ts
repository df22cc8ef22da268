import type { JsonScalar } from "../../lib/json.js";
import type { FieldOperator, IpFamily, OrderOperator, Quantifier, ValueTest } from "../expression.js";

/** What a condition wants beside the key, and the test it makes of it. */
export type Operand =
  | { readonly kind: "none"; readonly test: ValueTest }
  /** `Value`: a string, a number, true or false. */
  | { readonly kind: "value"; readonly toTest: (value: JsonScalar) => ValueTest }
  /** `Value`: a string. */
  | { readonly kind: "text"; readonly toTest: (value: string) => ValueTest }
  /** `Value`: a number or a string. */
  | { readonly kind: "order"; readonly toTest: (value: number | string) => ValueTest }
  | { readonly kind: "values"; readonly toTest: (values: readonly JsonScalar[]) => ValueTest }
  /** `Value` with one range of addresses, or `Values` with several. */
  | { readonly kind: "ranges"; readonly toTest: (ranges: readonly string[]) => ValueTest }
  /** `List`: the name of a list. */
  | { readonly kind: "list"; readonly toTest: (list: string) => ValueTest };

/** How a condition puts two fields beside each other. */
export interface FieldComparison {
  readonly operator: FieldOperator;
  readonly ignoreCase: boolean;
}

export interface Condition {
  /** The exact opposite of its operand's test: it holds for a missing key. */
  readonly negated: boolean;
  readonly operand: Operand;
  /** Undefined when it does not go with two fields. */
  readonly comparison: FieldComparison | undefined;
}

const equal = (ignoreCase: boolean) => (value: JsonScalar) =>
  ({ kind: "equals", value, ignoreCase }) as const;
const contain = (ignoreCase: boolean) => (value: JsonScalar) =>
  ({ kind: "contains", value, ignoreCase }) as const;
const affix = (kind: "starts_with" | "ends_with", ignoreCase: boolean) => (value: string) =>
  ({ kind, value, ignoreCase }) as const;
const inList = (ignoreCase: boolean): Operand => ({
  kind: "list",
  toTest: (list) => ({ kind: "in_list", list, ignoreCase }),
});
const order = (operator: OrderOperator): Operand => ({
  kind: "order",
  toTest: (value) => ({ kind: "compare", operator, value }),
});
const ip = (family: IpFamily): Operand => ({ kind: "none", test: { kind: "ip", family } });

const exactly = (operator: FieldOperator): FieldComparison => ({ operator, ignoreCase: false });
const anyCase = (operator: FieldOperator): FieldComparison => ({ operator, ignoreCase: true });

/** A condition, the name of its opposite, what it takes, and how it compares two fields. */
type Row = readonly [string, string | undefined, Operand, FieldComparison?];

const ROWS: readonly Row[] = [
  ["Equals", "DoesNotEqual", { kind: "value", toTest: equal(false) }, exactly("equals")],
  ["IEquals", "IDoesNotEqual", { kind: "text", toTest: equal(true) }, anyCase("equals")],
  [
    "IsIn",
    "IsNotIn",
    { kind: "values", toTest: (values) => ({ kind: "in", values, ignoreCase: false }) },
    undefined,
  ],
  ["Contains", "DoesNotContain", { kind: "value", toTest: contain(false) }, exactly("contains")],
  ["IContains", "IDoesNotContain", { kind: "text", toTest: contain(true) }, anyCase("contains")],
  [
    "StartsWith",
    "DoesNotStartWith",
    { kind: "text", toTest: affix("starts_with", false) },
    exactly("starts_with"),
  ],
  [
    "IStartsWith",
    "IDoesNotStartWith",
    { kind: "text", toTest: affix("starts_with", true) },
    anyCase("starts_with"),
  ],
  ["EndsWith", "DoesNotEndWith", { kind: "text", toTest: affix("ends_with", false) }, exactly("ends_with")],
  ["IEndsWith", "IDoesNotEndWith", { kind: "text", toTest: affix("ends_with", true) }, anyCase("ends_with")],
  ["IsGreaterThan", undefined, order("gt"), exactly("gt")],
  ["IsGreaterThanOrEqual", undefined, order("gte"), exactly("gte")],
  ["IsGreaterThanOrEquals", undefined, order("gte"), exactly("gte")],
  ["IsLessThan", undefined, order("lt"), exactly("lt")],
  ["IsLessThanOrEqual", undefined, order("lte"), exactly("lte")],
  ["IsLessThanOrEquals", undefined, order("lte"), exactly("lte")],
  ["Exists", "DoesNotExist", { kind: "none", test: { kind: "exists" } }],
  ["IsNull", "IsNotNull", { kind: "none", test: { kind: "null" } }],
  ["IsNullOrEmpty", "IsNotNullOrEmpty", { kind: "none", test: { kind: "empty" } }],
  ["IsIPAddress", undefined, ip("any")],
  ["IsIPv4Address", undefined, ip("v4")],
  ["IsIPv6Address", undefined, ip("v6")],
  ["IsIPAddressPublic", undefined, ip("public")],
  ["IsIPAddressPrivate", undefined, ip("private")],
  [
    "IsIPAddressInCIDR",
    "IsIPAddressNotInCIDR",
    { kind: "ranges", toTest: (ranges) => ({ kind: "cidr", ranges }) },
  ],
  ["IsInList", "IsNotInList", inList(false)],
  ["IIsInList", "IIsNotInList", inList(true)],
];

/** Conditions on one key, by name. */
export const CONDITIONS: ReadonlyMap<string, Condition> = new Map(
  ROWS.flatMap(([name, opposite, operand, comparison]) => {
    const positive = [name, { negated: false, operand, comparison }] as const;
    const negative = { negated: true, operand, comparison };
    return opposite === undefined ? [positive] : [positive, [opposite, negative] as const];
  }),
);

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

/** Conditions that the format names for InlineFilters and nowhere defines. */
export const UNSUPPORTED_CONDITIONS: ReadonlySet<string> = new Set([
  "CIDRContainsIPAddresses",
  "CIDRDoesNotContainIPAddresses",
]);

import { isScalar, type Node } from "yaml";
import { parseIpRange } from "../../lib/ip-range.js";
import type { JsonScalar } from "../../lib/json.js";
import { MAX_ALTERNATIVES } from "../alternatives.js";
import type { ValueTest } from "../expression.js";
import { explainUnknownList } from "../lists/list-references.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";
import type { Operand } from "./conditions.js";
import type { MatchContext } from "./match-context.js";

/** Keys in which an operand may stand, the usual one first. */
export const OPERAND_KEYS: Readonly<Record<Operand["kind"], readonly OperandKey[]>> = {
  none: [],
  value: ["Value"],
  text: ["Value"],
  order: ["Value"],
  values: ["Values"],
  ranges: ["Value", "Values"],
  list: ["List"],
};
export type OperandKey = "Value" | "Values" | "List";

/** Reads what a condition compares with; undefined where something was reported. */
export function readOperand(
  source: YamlSource,
  context: MatchContext,
  operand: Operand,
  entry: Entry | undefined,
  name: string,
): ValueTest | undefined {
  if (operand.kind === "none") return operand.test;
  const node = entry?.value;
  const what = `${entry?.key ?? "Value"} of ${name}`;
  switch (operand.kind) {
    case "value":
      return apply(operand.toTest, readScalar(source, node, what));
    case "text":
      return apply(operand.toTest, source.string(node, what));
    case "order":
      return apply(operand.toTest, readOrdered(source, node, what));
    case "values":
      return apply(operand.toTest, readSeveral(source, node, what, readScalar));
    case "ranges":
      return apply(
        operand.toTest,
        entry?.key === "Values"
          ? readSeveral(source, node, what, readRange)
          : apply((range: string) => [range], readRange(source, node, what)),
      );
    case "list":
      return apply(operand.toTest, readListName(source, context, node, what));
  }
}

function apply<T, R>(toResult: (value: T) => R, value: T | undefined): R | undefined {
  return value === undefined ? undefined : toResult(value);
}

/** Reports a list that has too many items to be meant so; true when it is short enough. */
export function isBounded(source: YamlSource, node: Node | undefined, what: string, length: number): boolean {
  if (length <= MAX_ALTERNATIVES) return true;
  source.report(
    "too-many-alternatives",
    node,
    `${what} has ${length} items; more than ${MAX_ALTERNATIVES} are not taken.`,
    "Put the values into a named list and use IsInList.",
  );
  return false;
}

function readSeveral<T>(
  source: YamlSource,
  node: Node | undefined,
  what: string,
  readOne: (source: YamlSource, node: Node | undefined, what: string) => T | undefined,
): readonly T[] | undefined {
  const items = source.items(node, what);
  if (items === undefined || !isBounded(source, node, what, items.length)) return undefined;
  if (items.length === 0) {
    source.report("bad-value", node, `${what} must have at least one item.`);
    return undefined;
  }
  const values = items.map((item) => readOne(source, item ?? node, `Each item of ${what}`));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function readScalar(source: YamlSource, node: Node | undefined, what: string): JsonScalar | undefined {
  const value = source.scalar(node);
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!isExact(source, node, what, value)) return undefined;
    if (/^\d{12}$/.test(String(value))) {
      const message = `${what} is a number of twelve digits, and account ids are texts in events.`;
      source.report("unquoted-account", node, message, "Put it in quotes if it is an account.", "warning");
    }
    return value;
  }
  const hint = value === null ? "Use the condition IsNull for a value that is null." : undefined;
  source.report("wrong-type", node, `${what} must be a string, a number, true or false.`, hint);
  return undefined;
}

function readOrdered(source: YamlSource, node: Node | undefined, what: string): number | string | undefined {
  const value = source.scalar(node);
  if (typeof value === "string") return value;
  if (typeof value === "number") return isExact(source, node, what, value) ? value : undefined;
  source.report("wrong-type", node, `${what} must be a number or a string.`);
  return undefined;
}

/** A number that was rounded or lost its zeros while it was read would equal another one than is written. */
function isExact(source: YamlSource, node: Node | undefined, what: string, value: number): boolean {
  const written = isScalar(node) ? (node.source ?? "") : "";
  const safe = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (safe && !/^0\d/.test(written)) return true;
  const message = `Without quotes, YAML reads ${written} in ${what} as the number ${value}.`;
  source.report("bad-value", node, message, `Put it in quotes: "${written}".`);
  return false;
}

function readRange(source: YamlSource, node: Node | undefined, what: string): string | undefined {
  const text = source.string(node, what);
  if (text === undefined || parseIpRange(text) !== undefined) return text;
  source.report(
    "bad-cidr",
    node,
    `${text} is neither an address nor a range of addresses.`,
    "Write a range as 10.0.0.0/8 or 2001:db8::/32.",
  );
  return undefined;
}

function readListName(
  source: YamlSource,
  { lists }: MatchContext,
  node: Node | undefined,
  what: string,
): string | undefined {
  const name = source.string(node, what);
  if (name === undefined || lists.has(name)) return name;
  const { message, hint } = explainUnknownList(name, lists);
  source.report("unknown-list", node, message, hint);
  return undefined;
}

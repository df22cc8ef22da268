import { isScalar, isSeq, type Node } from "yaml";
import type { Expression } from "../expression.js";
import type { Entry, Place } from "../yaml/yaml-source.js";
import { compileCondition, ConditionBudget, type Selections } from "./compile-condition.js";
import { placed, type DocumentContext } from "./context.js";
import { join } from "./item-expression.js";
import { parseCondition, type ConditionTree } from "./parse-condition.js";
import { readSelection } from "./selection.js";

/**
 * Reads selections and their condition. Undefined when it was refused.
 *
 * @param entries of `detection`, or of `filter` but for its `rules`.
 */
export function readDetection(
  context: DocumentContext,
  what: "detection" | "filter",
  entries: readonly Entry[],
  at: Node | undefined,
): Expression | undefined {
  const { source } = context;
  const conditions = readConditions(context, what, entries, at);
  const names = entries.filter(({ key }) => key !== "condition" && !isTimeframe(context, key, entries));
  if (names.length === 0) {
    source.report(
      "missing-key",
      at,
      `The ${what} has no selection.`,
      "Add `selection:` with fields and values.",
    );
    return undefined;
  }
  const selections = new Map(
    names.map(({ key, keyNode, value }) => [key, readSelection(context, value, key, keyNode)]),
  );
  if (conditions === undefined) return undefined;
  return compileAll(context, conditions, selections, names);
}

interface Condition {
  readonly tree: ConditionTree;
  readonly node: Node | undefined;
}

function compileAll(
  context: DocumentContext,
  conditions: readonly Condition[],
  selections: Selections,
  names: readonly Entry[],
): Expression | undefined {
  const { source } = context;
  const used = new Set<string>();
  const budget = new ConditionBudget();
  const expressions = conditions.map(({ tree, node }) => {
    const compiled = compileCondition(tree, selections, budget);
    compiled.used.forEach((name) => used.add(name));
    for (const { code, at, message, hint } of compiled.problems)
      source.report(code, within(node, at), message, hint);
    return compiled.expression;
  });
  for (const { key, keyNode } of names) {
    if (used.has(key) || source.failed()) continue;
    const message = `No condition uses the selection ${key}.`;
    source.report("unused-selection", keyNode, message, "Use it, or remove it.", "warning");
  }
  const terms = expressions.filter((expression) => expression !== undefined);
  if (terms.length < expressions.length || [...selections.values()].includes(undefined)) return undefined;
  return placed(context, join("any", terms), conditions[0]?.node);
}

/** One condition, or a list of which one has to hold. */
function readConditions(
  { source }: DocumentContext,
  what: string,
  entries: readonly Entry[],
  at: Node | undefined,
): readonly Condition[] | undefined {
  const entry = entries.find(({ key }) => key === "condition");
  if (entry === undefined) {
    source.report("missing-key", at, `The ${what} has no condition.`, "Add `condition: selection`.");
    return undefined;
  }
  const nodes = isSeq(entry.value) ? (source.items(entry.value, "condition") ?? []) : [entry.value];
  if (nodes.length === 0) {
    source.report(
      "bad-condition",
      entry.value,
      "The list of conditions is empty.",
      "Write `condition: selection`.",
    );
    return undefined;
  }
  const conditions = nodes.map((node) => {
    const text = source.scalar(node);
    if (typeof text !== "string") {
      source.report(
        "wrong-type",
        node ?? entry.keyNode,
        "A condition must be text.",
        "Write `condition: selection`.",
      );
      return undefined;
    }
    const tree = parseCondition(text);
    if (tree.kind !== "problem") return { tree, node };
    source.report(tree.code, within(node, tree.at), tree.message, tree.hint);
    return undefined;
  });
  const read = conditions.filter((condition) => condition !== undefined);
  return read.length === conditions.length ? read : undefined;
}

/** Aggregations of the old kind had one; without them it means nothing. */
function isTimeframe({ source }: DocumentContext, key: string, entries: readonly Entry[]): boolean {
  if (key !== "timeframe") return false;
  const at = entries.find((entry) => entry.key === key)?.keyNode;
  const message = "timeframe belonged to aggregations of the old kind, and has no effect.";
  if (!source.failed())
    source.report("ignored-key", at, message, "Remove it, or write a correlation rule.", "warning");
  return true;
}

/** The place of an offset in a text that stands on one line; else the beginning of the text. */
function within(node: Node | undefined, offset: number): Place | undefined {
  if (node?.range == null || !isScalar(node) || typeof node.value !== "string") return node;
  const [start, end] = node.range;
  const plain = node.type === "PLAIN";
  const quoted = node.type === "QUOTE_SINGLE" || node.type === "QUOTE_DOUBLE";
  const length = node.value.length + (quoted ? 2 : 0);
  // Escapes and line breaks make what is written longer than the text.
  if ((!plain && !quoted) || end - start !== length) return node;
  const at = start + (quoted ? 1 : 0) + offset;
  return { range: [at, at, at] };
}

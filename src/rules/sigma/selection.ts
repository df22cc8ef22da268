import { isMap, isSeq, type Node } from "yaml";
import type { Expression } from "../expression.js";
import type { YamlSource } from "../yaml/yaml-source.js";
import { placed, type DocumentContext } from "./context.js";
import { readItem, readKeywords } from "./detection-item.js";
import { join } from "./item-expression.js";

/** Lists inside lists, as with the conditions. */
const MAX_DEPTH = 50;

/**
 * Reads a selection: a mapping of fields (all hold), a list of mappings (one holds), or keywords. Undefined when it was
 * refused.
 */
export function readSelection(
  context: DocumentContext,
  node: Node | undefined,
  name: string,
  at: Node | undefined,
  depth = 0,
): Expression | undefined {
  const { source } = context;
  if (depth > MAX_DEPTH) {
    source.report("too-deep", node, `The selection ${name} is nested deeper than ${MAX_DEPTH} levels.`);
    return undefined;
  }
  const expression = isMap(node)
    ? readMap(context, node, name)
    : isSeq(node)
      ? readList(context, node, name, depth)
      : readKeywords(context, [node], node ?? at);
  return expression === undefined ? undefined : placed(context, expression, node ?? at);
}

function readMap(context: DocumentContext, node: Node, name: string): Expression | undefined {
  const { source } = context;
  const entries = source.entries(node, `The selection ${name}`);
  if (entries.length === 0) {
    reportEmpty(source, node, name);
    return undefined;
  }
  const terms = entries.map((entry) => readItem(context, entry));
  return all(terms) ? join("all", terms) : undefined;
}

function readList(context: DocumentContext, node: Node, name: string, depth: number): Expression | undefined {
  const { source } = context;
  const items = source.items(node, `The selection ${name}`) ?? [];
  if (items.length === 0) {
    reportEmpty(source, node, name);
    return undefined;
  }
  const plain = items.filter((item) => !isMap(item) && !isSeq(item));
  if (plain.length === items.length) return readKeywords(context, items, node);
  const terms = items.map((item) => readSelection(context, item, name, node, depth + 1));
  return all(terms) ? join("any", terms) : undefined;
}

function reportEmpty(source: YamlSource, node: Node, name: string): void {
  source.report(
    "bad-value",
    node,
    `The selection ${name} is empty.`,
    "Write fields and values, or remove it.",
  );
  return undefined;
}

/** A part that was refused refuses the whole; all parts were read, so that each says what is wrong with it. */
function all(terms: readonly (Expression | undefined)[]): terms is readonly Expression[] {
  return !terms.includes(undefined);
}

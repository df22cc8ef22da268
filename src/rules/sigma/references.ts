import { isScalar, type Node } from "yaml";
import type { DocumentContext } from "./context.js";
import type { RuleReference } from "./parsed-file.js";

/** Reads ids or names of rules: a list, or one alone. An empty list is reported. */
export function readReferences(
  { source }: DocumentContext,
  node: Node | undefined,
  what: string,
): readonly RuleReference[] {
  const nodes = isScalar(node) ? [node] : (source.items(node, what) ?? []);
  if (nodes.length === 0 && !source.failed())
    source.report("bad-value", node, `${what} is empty.`, "Write ids or names of rules.");
  return nodes.flatMap((item) => {
    const text = source.string(item, `Each item of ${what}`);
    return text === undefined ? [] : { text, position: source.position(item ?? node) };
  });
}

import type { ExplainNode } from "./explain.js";

/** The tests that decided a verdict: were they otherwise, it would be otherwise. In order of the condition. */
export function decidingNodes(node: ExplainNode): readonly ExplainNode[] {
  if (node.terms.length === 0) return [node];
  const held = node.terms.filter((term) => term.held);
  const failed = node.terms.filter((term) => !term.held);
  const below = (terms: readonly ExplainNode[]): readonly ExplainNode[] => terms.flatMap(decidingNodes);
  switch (node.kind) {
    case "all":
      return below(node.held ? held : failed);
    case "any":
      return below(node.held ? held : failed);
    case "not":
      return below(node.terms);
    case "only_one":
      return below(held.length === 0 ? failed : held);
    default:
      // Elements: all those shown had their part in it.
      return below(node.terms);
  }
}

import type { Node } from "yaml";
import type { Expression } from "../expression.js";
import type { YamlSource } from "../yaml/yaml-source.js";
import type { MatchContext } from "./match-context.js";
import { compileExpressions } from "./match-expression.js";

const NOTHING_FILTERED: Expression = { kind: "constant", value: true };

/**
 * Compiles InlineFilters: match expressions that an event must pass before the rule looks at it. An event passes those
 * whose field it does not have; an empty list filters nothing. Undefined where something was reported.
 */
export function compileInlineFilters(
  source: YamlSource,
  node: Node | undefined,
  context: MatchContext,
): Expression | undefined {
  const items = source.items(node, "InlineFilters");
  if (items?.length === 0) return NOTHING_FILTERED;
  if (items === undefined) return undefined;
  const scope = { depth: 0, inElement: false, inFilter: true };
  return compileExpressions(source, node, "InlineFilters", context, scope);
}

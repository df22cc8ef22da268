import { isMap, type Node } from "yaml";
import type { Expression } from "../expression.js";
import type { YamlSource } from "../yaml/yaml-source.js";
import { compileCondition } from "./condition-expression.js";
import { COMBINATORS, EXPRESSION_KEYS, haveKnownKeys, isCombinator } from "./expression-keys.js";
import { markPosition, type MatchContext } from "./match-context.js";
import { isBounded } from "./operand.js";
import type { WrittenCondition } from "./written-condition.js";

const MAX_DEPTH = 50;

/** Where a match expression stands. */
type MatchScope = Pick<WrittenCondition, "inElement" | "inFilter"> & { readonly depth: number };

/**
 * Compiles a list of match expressions, all of which must hold: `Detection` of a rule, `Conditions` of a severity,
 * `condition` of an exception. What cannot be read is reported to the source, and the whole is undefined then.
 *
 * @param what names the list in messages.
 * @param context holds the lists that IsInList may name; where it has positions, those of all expressions and field
 * references are noted there. A RuleSource is one.
 */
export function compileMatchExpressions(
  source: YamlSource,
  node: Node | undefined,
  what: string,
  context: MatchContext,
): Expression | undefined {
  return compileExpressions(source, node, what, context, { depth: 0, inElement: false, inFilter: false });
}

/** As `compileMatchExpressions`, in a given scope. */
export function compileExpressions(
  source: YamlSource,
  node: Node | undefined,
  what: string,
  context: MatchContext,
  scope: MatchScope,
): Expression | undefined {
  const terms = compileList(source, node, what, context, scope);
  return terms && markPosition<Expression>(source, context, node, { kind: "all", terms });
}

function compileList(
  source: YamlSource,
  node: Node | undefined,
  what: string,
  context: MatchContext,
  scope: MatchScope,
): readonly Expression[] | undefined {
  if (scope.depth > MAX_DEPTH) {
    source.report("too-deep", node, `Match expressions are nested deeper than ${MAX_DEPTH} levels.`);
    return undefined;
  }
  const items = source.items(node, what);
  if (items === undefined || !isBounded(source, node, what, items.length)) return undefined;
  // Panther's own console writes `InlineFilters: [{All: []}]` for no filter.
  if (items.length === 0 && !(scope.inFilter && what === "All")) {
    source.report("bad-expression", node, `${what} must have at least one match expression.`);
    return undefined;
  }
  const terms = items.map((item) => compileItem(source, item ?? node, context, scope));
  return terms.every((term) => term !== undefined) ? terms : undefined;
}

function compileItem(
  source: YamlSource,
  node: Node | undefined,
  context: MatchContext,
  scope: MatchScope,
): Expression | undefined {
  const entries = source.entries(node, "A match expression");
  if (entries.length === 0) {
    if (isMap(node)) source.report("bad-expression", node, "This match expression is empty.");
    return undefined;
  }
  if (!haveKnownKeys(source, entries, "A match expression", EXPRESSION_KEYS)) return undefined;

  const combinator = entries.find((entry) => isCombinator(entry.key));
  if (combinator === undefined || !isCombinator(combinator.key)) {
    const inside = { ...scope, depth: scope.depth + 1, inElement: true };
    return compileCondition({
      source,
      context,
      node,
      entries,
      ...scope,
      compileNested: (nested) => compileExpressions(source, nested, "Expressions", context, inside),
    });
  }
  const { key, keyNode, value } = combinator;
  if (entries.length > 1) {
    const hint = "Make each key an item of its own, beginning with a dash.";
    source.report("bad-expression", keyNode, `${key} must stand alone in its match expression.`, hint);
    return undefined;
  }
  if (scope.inFilter && (key === "OnlyOne" || key === "None")) {
    source.report("bad-expression", keyNode, `InlineFilters take no ${key}.`, "Use All or Any.");
    return undefined;
  }
  const terms = compileList(source, value ?? keyNode, key, context, { ...scope, depth: scope.depth + 1 });
  if (terms === undefined) return undefined;
  const expression: Expression = COMBINATORS[key](terms);
  if (expression.kind === "not") markPosition(source, context, node, expression.term);
  return markPosition(source, context, node, expression);
}

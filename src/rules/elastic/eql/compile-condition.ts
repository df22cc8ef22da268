import type { Expression } from "../../expression.js";
import { compileComparison, compileValueComparison } from "./compile-comparison.js";
import { compileConditionCall } from "./compile-condition-call.js";
import { compileMembership } from "./compile-membership.js";
import { compileValue } from "./compile-value.js";
import { isCondition } from "./is-condition.js";
import type { EqlScope } from "./scope.js";
import type { ComparisonNode, EqlNode } from "./syntax.js";

/**
 * Compiles what stands where a condition is wanted; undefined where something was reported.
 *
 * A test of a missing value does not hold, and `not` around it does, as in the queries that Elasticsearch makes of EQL.
 * Only what is null by what is written (`null < 3`) holds neither with `not` nor without: it becomes false where `not`
 * stands around it evenly often, and true elsewhere.
 *
 * @param negated whether `not` stands around the node an odd number of times.
 */
export function compileCondition(scope: EqlScope, node: EqlNode, negated: boolean): Expression | undefined {
  switch (node.kind) {
    case "not": {
      const term = compileCondition(scope, node.operand, !negated);
      return term === undefined ? undefined : scope.place({ kind: "not", term }, node);
    }
    case "and":
    case "or": {
      const terms = node.operands.map((operand) => compileCondition(scope, operand, negated));
      if (!terms.every((term) => term !== undefined)) return undefined;
      return scope.place({ kind: node.kind === "and" ? "all" : "any", terms }, node);
    }
    case "comparison":
      return isCondition(node.left) || isCondition(node.right)
        ? compareCondition(scope, node, negated)
        : compileComparison(scope, node, negated);
    case "membership":
      return compileMembership(scope, node, negated);
    case "call":
      return isCondition(node) ? compileConditionCall(scope, node, negated) : refuseValue(scope, node);
    case "field":
      return compileValueComparison(scope, node, "==", compileValue(scope, node), TRUE, negated);
    case "literal":
      if (node.value === null) return scope.place({ kind: "constant", value: negated }, node);
      if (typeof node.value === "boolean") return scope.place({ kind: "constant", value: node.value }, node);
      return refuseValue(scope, node);
    case "arithmetic":
      return refuseValue(scope, node);
  }
}

const TRUE = { kind: "literal", value: true, fraction: false } as const;

function refuseValue(scope: EqlScope, node: EqlNode): Expression | undefined {
  // What is wrong within the value is worth more than that it is none.
  const found = scope.problems.length;
  if (node.kind !== "literal") compileValue(scope, node);
  if (scope.failedSince(found)) return undefined;
  scope.report(
    node,
    "bad-query",
    `${scope.textOf(node)} is a value where a condition is wanted.`,
    "Compare it with something, as in `length(user.name) > 8`.",
  );
  return undefined;
}

/** `condition == true` and the like. */
function compareCondition(scope: EqlScope, node: ComparisonNode, negated: boolean): Expression | undefined {
  const { operator } = node;
  const [condition, other] = isCondition(node.left) ? [node.left, node.right] : [node.right, node.left];
  const equality = operator === "==" || operator === "!=";
  if (!equality || other.kind !== "literal" || typeof other.value !== "boolean") {
    scope.report(
      node,
      "unsupported-query",
      "A condition can be compared with true and false only, by == or !=.",
      "Join conditions by and, or and not.",
    );
    return undefined;
  }
  const positive = other.value === (operator === "==");
  const term = compileCondition(scope, condition, positive ? negated : !negated);
  if (positive || term === undefined) return term;
  return scope.place({ kind: "not", term }, node);
}

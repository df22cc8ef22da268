import type { JsonScalar } from "../../../lib/json.js";
import type { Expression, OrderOperator } from "../../expression.js";
import { compileValue } from "./compile-value.js";
import { equalsLiteral, orderLiteral } from "./literal-tests.js";
import type { EqlScope } from "./scope.js";
import type { Comparison, ComparisonNode } from "./syntax.js";
import type { EqlField, EqlLiteral, EqlValue } from "./value.js";

interface Placed {
  readonly start: number;
  readonly end: number;
}

/** Compiles a comparison of two values. */
export function compileComparison(
  scope: EqlScope,
  node: ComparisonNode,
  negated: boolean,
): Expression | undefined {
  const left = compileValue(scope, node.left);
  const right = compileValue(scope, node.right);
  return compileValueComparison(scope, node, node.operator, left, right, negated);
}

/** As the above, of values that are compiled already; undefined when one of them is. */
export function compileValueComparison(
  scope: EqlScope,
  node: Placed,
  operator: Comparison,
  left: EqlValue | undefined,
  right: EqlValue | undefined,
  negated: boolean,
): Expression | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (operator === "!=") {
    const equal = compileValueComparison(scope, node, "==", left, right, !negated);
    return equal === undefined ? undefined : scope.place({ kind: "not", term: equal }, node);
  }
  if (left.kind === "literal" && right.kind === "literal") {
    return scope.place({ kind: "constant", value: compareLiterals(operator, left, right) ?? negated }, node);
  }
  if (left.kind === "literal") {
    return compileValueComparison(scope, node, MIRRORED[operator], right, left, negated);
  }
  return right.kind === "literal"
    ? compareWithLiteral(scope, node, operator, left, right, negated)
    : scope.place(
        {
          kind: "compare_fields",
          operator: operator === "==" ? "equals" : ORDERS[operator],
          left: left.field,
          right: right.field,
          ignoreCase: false,
          reading: "any_scalar",
        },
        node,
      );
}

type Positive = Exclude<Comparison, "!=">;

const MIRRORED: Readonly<Record<Positive, Positive>> = {
  "==": "==",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};
const ORDERS: Readonly<Record<Exclude<Positive, "==">, OrderOperator>> = {
  "<": "lt",
  "<=": "lte",
  ">": "gt",
  ">=": "gte",
};

function compareWithLiteral(
  scope: EqlScope,
  node: Placed,
  operator: Positive,
  target: EqlField,
  { value }: EqlLiteral,
  negated: boolean,
): Expression | undefined {
  if (operator === "==") return equalsLiteral(scope, target, value, node);
  return value === null
    ? scope.place({ kind: "constant", value: negated }, node)
    : orderLiteral(scope, target, ORDERS[operator], value, node);
}

/** Undefined where the result is null. */
function compareLiterals(operator: Positive, left: EqlLiteral, right: EqlLiteral): boolean | undefined {
  const [a, b] = [left.value, right.value];
  if (operator === "==") return a === b;
  if (a === null || b === null) return undefined;
  if (!isOrdered(a, b)) return false;
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

function isOrdered(a: JsonScalar, b: JsonScalar): boolean {
  return typeof a === typeof b && (typeof a === "number" || typeof a === "string");
}

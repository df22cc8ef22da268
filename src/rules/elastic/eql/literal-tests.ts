import { parseIpRange } from "../../../lib/ip-range.js";
import type { JsonScalar } from "../../../lib/json.js";
import type { Expression, OrderOperator } from "../../expression.js";
import { toDateTest } from "../date-bound.js";
import type { EqlScope } from "./scope.js";
import type { EqlField } from "./value.js";

interface Placed {
  readonly start: number;
}

/** `field == literal`, by the type that the field has in Elastic's indices; undefined where something was reported. */
export function equalsLiteral(
  scope: EqlScope,
  target: EqlField,
  value: JsonScalar,
  at: Placed,
): Expression | undefined {
  if (value === null) return isMissing(scope, target, at);
  if (typeof value === "string" && target.type === "ip" && parseIpRange(value) !== undefined)
    return scope.test(target.field, { kind: "cidr", ranges: [value] }, at);
  if (target.type !== "date")
    return scope.test(target.field, { kind: "equals", value, ignoreCase: false }, at);
  const from = toTime(scope, "gte", value, at);
  const to = from === undefined ? undefined : toTime(scope, "lte", value, at);
  if (from === undefined || to === undefined) return undefined;
  return scope.place(
    { kind: "all", terms: [from, to].map((test) => scope.test(target.field, test, at)) },
    at,
  );
}

/** `field < literal` and the like. */
export function orderLiteral(
  scope: EqlScope,
  target: EqlField,
  operator: OrderOperator,
  value: Exclude<JsonScalar, null>,
  at: Placed,
): Expression | undefined {
  if (typeof value === "boolean") {
    scope.report(at, "bad-query", "true and false have no order.", "Write == or !=.");
    return undefined;
  }
  if (target.type === "ip") {
    const message = "Addresses cannot be put in an order here.";
    scope.report(at, "unsupported-query", message, 'Write cidrMatch(field, "10.0.0.0/8").');
    return undefined;
  }
  const test =
    target.type === "date"
      ? toTime(scope, operator, value, at)
      : ({ kind: "compare", operator, value } as const);
  return test === undefined ? undefined : scope.test(target.field, test, at);
}

/** Elastic's events hold neither null nor empty values: they are left out when CloudTrail is read. */
export function isMissing(scope: EqlScope, { field, type }: EqlField, at: Placed): Expression {
  return scope.test(field, { kind: type === undefined ? "null" : "empty" }, at);
}

function toTime(scope: EqlScope, operator: OrderOperator, value: string | number | boolean, at: Placed) {
  const test = typeof value === "string" ? toDateTest(operator, value) : undefined;
  if (test !== undefined) return test;
  const message = `${JSON.stringify(value)} is no time that can be read here.`;
  scope.report(at, "unsupported-query", message, 'Write it as "2026-01-31" or "2026-01-31T12:00:00Z".');
  return undefined;
}

import { parseIpRange } from "../../../lib/ip-range.js";
import { toNumber } from "../../../lib/numeric-text.js";
import type { Expression, OrderOperator, ValueTest } from "../../expression.js";
import { toDateTest } from "../date-bound.js";
import type { ElasticField } from "../field-map.js";
import type { QueryProblem } from "../query-context.js";
import { toWildcardTest } from "../wildcard-test.js";
import { isOnlyWildcard, type KqlLiteral } from "./kql-node.js";
import { toTextTests } from "./text-test.js";

/** What a value comes to: an expression, or what is wrong with it. */
export type ValueResult =
  | { readonly condition: Expression; readonly problem?: QueryProblem }
  | { readonly condition: undefined; readonly problem: QueryProblem };

/** `field: value`, by the type that the field has in Elastic's indices. A list's name is dealt with before. */
export function toValueExpression(target: ElasticField, value: KqlLiteral): ValueResult {
  const put = (test: ValueTest): Expression => ({
    kind: "predicate",
    field: target.field,
    test,
    reading: "any_scalar",
  });
  if (isOnlyWildcard(value)) return { condition: { kind: "not", term: put({ kind: "empty" }) } };
  if (!value.quoted && value.text === "null") return { condition: put({ kind: "empty" }) };
  if (target.type === "text") {
    return { condition: { kind: "any", terms: toTextTests(value).map(put) } };
  }
  if (value.wildcard !== undefined) {
    if (target.type !== "date") return { condition: put(toWildcardTest(value.wildcard, false)) };
    return unsupported(value, "A time cannot be compared with wildcards.", "Use `>=` and `<`.");
  }
  if (target.type === "ip") return ipExpression(value, put);
  if (target.type === "date") {
    const [from, to] = [toDateTest("gte", value.text), toDateTest("lte", value.text)];
    if (from === undefined || to === undefined) return badDate(value);
    return { condition: { kind: "all", terms: [put(from), put(to)] } };
  }
  return { condition: put({ kind: "equals", value: value.text, ignoreCase: false }) };
}

/** `field >= value` and the like. */
export function toRangeExpression(
  target: ElasticField,
  operator: OrderOperator,
  value: KqlLiteral,
): ValueResult {
  const put = (test: ValueTest): Expression => ({
    kind: "predicate",
    field: target.field,
    test,
    reading: "any_scalar",
  });
  if (value.wildcard !== undefined) {
    const hint = "Write a number, a text or a time.";
    return fail("bad-query", value, "A wildcard has no place in an order.", hint);
  }
  switch (target.type) {
    case "date": {
      const test = toDateTest(operator, value.text);
      return test === undefined ? badDate(value) : { condition: put(test) };
    }
    case "keyword":
    case "flattened":
    case "long": {
      const number = toNumber(value.text);
      if (!Number.isNaN(number)) return { condition: put({ kind: "compare", operator, value: number }) };
      if (target.type === "long")
        return fail("bad-query", value, `${value.text} is no number.`, "Write a number.");
      return { condition: put({ kind: "compare", operator, value: value.text }) };
    }
    case "ip":
      return unsupported(
        value,
        "Addresses cannot be put in an order here.",
        "Use a range such as 10.0.0.0/8.",
      );
    case "boolean":
    case "text":
      return unsupported(value, `A field of type ${target.type} has no order.`, "Compare it with `:`.");
  }
}

function ipExpression(value: KqlLiteral, put: (test: ValueTest) => Expression): ValueResult {
  if (parseIpRange(value.text) !== undefined)
    return { condition: put({ kind: "cidr", ranges: [value.text] }) };
  const message = `${value.text} is neither an address nor a range of them.`;
  return fail("bad-cidr", value, message, "Write it as 10.0.0.1 or 10.0.0.0/8.");
}

function badDate(value: KqlLiteral): ValueResult {
  const message = `${value.text} is no time that can be read here.`;
  return unsupported(value, message, "Write it as 2026-01-31 or 2026-01-31T12:00:00Z.");
}

function unsupported(value: KqlLiteral, message: string, hint: string): ValueResult {
  return fail("unsupported-query", value, message, hint);
}

function fail(code: QueryProblem["code"], value: KqlLiteral, message: string, hint: string): ValueResult {
  return { condition: undefined, problem: { code, offset: value.offset, message, hint } };
}

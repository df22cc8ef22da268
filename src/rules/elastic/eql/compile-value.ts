import { isJsonArray, isJsonObject } from "../../../lib/json.js";
import type { CallReference, FieldFunction, Operand } from "../../field.js";
import { callFieldFunction } from "../../field-functions.js";
import { checkArguments, resolveFunction } from "./compile-arguments.js";
import type { ValueFunction } from "./functions.js";
import { isCondition } from "./is-condition.js";
import type { EqlScope } from "./scope.js";
import type { Arithmetic, ArithmeticNode, CallNode, EqlNode } from "./syntax.js";
import type { EqlLiteral, EqlValue } from "./value.js";

/** Compiles what stands where a value is wanted; undefined where something was reported. */
export function compileValue(scope: EqlScope, node: EqlNode): EqlValue | undefined {
  switch (node.kind) {
    case "literal":
      if (typeof node.value === "string") scope.warnOfPlainName(node.value, node);
      return { kind: "literal", value: node.value, fraction: node.fraction };
    case "field":
      return scope.field(node.name, node.optional, node);
    case "arithmetic":
      return compileArithmetic(scope, node);
    case "call":
      return isCondition(node) ? refuseCondition(scope, node) : compileCall(scope, node);
    case "not":
    case "and":
    case "or":
    case "comparison":
    case "membership":
      return refuseCondition(scope, node);
  }
}

function refuseCondition(scope: EqlScope, node: EqlNode): EqlValue | undefined {
  scope.report(
    node,
    "unsupported-query",
    "A condition as a value of something else is not supported.",
    "Join conditions by and, or and not.",
  );
  return undefined;
}

const OPERATORS: Readonly<Record<Arithmetic, FieldFunction>> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "%": "modulo",
};

function compileArithmetic(scope: EqlScope, node: ArithmeticNode): EqlValue | undefined {
  const operands = [node.left, node.right];
  const values = operands.map((operand) => compileValue(scope, operand));
  const wrong = operands.filter((_, i) => {
    const value = values[i];
    return value?.kind === "literal" && value.value !== null && typeof value.value !== "number";
  });
  for (const operand of wrong) {
    const hint = node.operator === "+" ? "Write concat(…) to join strings." : undefined;
    scope.report(operand, "bad-query", `${scope.textOf(operand)} is no number to calculate with.`, hint);
  }
  if (wrong.length > 0 || !values.every((value) => value !== undefined)) return undefined;
  return toCall(scope, node, OPERATORS[node.operator], values, node.right);
}

function compileCall(scope: EqlScope, node: CallNode): EqlValue | undefined {
  const known = resolveFunction(scope, node);
  const args = node.args.map((arg) => compileValue(scope, arg));
  if (known === undefined || "condition" in known || !args.every((arg) => arg !== undefined))
    return undefined;
  if (!checkArguments(scope, node, known, args)) return undefined;
  return toCall(scope, node, known.calls, complete(known, args, node), node.args[1] ?? node);
}

/** Puts defaults where nothing is given, and whether case counts behind them all. */
function complete(known: ValueFunction, args: readonly EqlValue[], node: CallNode): readonly EqlValue[] {
  if (known.repeats) return args;
  const all = known.parameters.map(({ otherwise = null }, i) => {
    const arg = args[i];
    const open = arg === undefined || (known.nullIsDefault && i > 0 && isNull(arg));
    return open ? toLiteral(known.calls === "substring" && i === 1 ? 0 : otherwise) : arg;
  });
  return known.insensitive ? [...all, toLiteral(node.ignoreCase)] : all;
}

function toLiteral(value: EqlLiteral["value"]): EqlLiteral {
  return { kind: "literal", value, fraction: false };
}

function isNull(value: EqlValue): boolean {
  return value.kind === "literal" && value.value === null;
}

function toCall(
  scope: EqlScope,
  node: EqlNode,
  name: FieldFunction,
  values: readonly EqlValue[],
  second: EqlNode,
): EqlValue | undefined {
  const divides = name === "divide" || name === "modulo";
  if (divides && values[1]?.kind === "literal" && values[1].value === 0) {
    scope.report(second, "bad-query", "A division by 0 has no result.");
    return undefined;
  }
  const fraction = values.some((value) => value.fraction);
  const args = values.map((value) => toOperand(value, name));
  if (name === "divide") args.push({ kind: "literal", value: fraction });
  if (args.every((arg) => arg.kind === "literal")) {
    const result = callFieldFunction(
      name,
      args.map((arg) => arg.value),
    );
    // Literals are scalars, and so is what functions make of them.
    const value = result === undefined || isJsonArray(result) || isJsonObject(result) ? null : result;
    return { kind: "literal", value, fraction };
  }
  const nullable = name === "number" || name === "substring" ? 1 : values.length;
  if (values.slice(0, nullable).some(isNull)) return toLiteral(null);
  const field: CallReference = { kind: "call", text: scope.textOf(node), function: name, args };
  scope.context.place(field, node.start);
  return { kind: "field", field, type: undefined, fraction };
}

/** A number written with a fraction keeps it in its text: 4.0 is "4.0". */
function toOperand(value: EqlValue, name: FieldFunction): Operand {
  if (value.kind === "field") return value.field;
  const joins = name === "string" || name === "concat";
  const whole = value.fraction && Number.isInteger(value.value);
  return { kind: "literal", value: joins && whole ? `${String(value.value)}.0` : value.value };
}

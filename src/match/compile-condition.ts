import type { JsonObject } from "../lib/json.js";
import type { Expression } from "../rules/expression.js";
import type { NamedList } from "../rules/lists/named-list.js";
import { compileExpression } from "./compile-expression.js";

/** Compiles one condition on its own, of an exception for example. What it gives may throw on a record that is no plain data. */
export function compileCondition(
  expression: Expression,
  lists: ReadonlyMap<string, NamedList> = new Map(),
): (record: JsonObject) => boolean {
  return compileExpression(expression, lists);
}

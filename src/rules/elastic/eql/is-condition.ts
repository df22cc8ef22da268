import { isConditionFunction } from "./functions.js";
import type { EqlNode } from "./syntax.js";

/** Whether a node gives true or false by what it is. A field or a literal may do so by its value. */
export function isCondition(node: EqlNode): boolean {
  switch (node.kind) {
    case "not":
    case "and":
    case "or":
    case "comparison":
    case "membership":
      return true;
    case "call":
      return isConditionFunction(node.name);
    case "literal":
    case "field":
    case "arithmetic":
      return false;
  }
}

import { ABSOLUTE_CONDITIONS, CONDITIONS, ELEMENT_CONDITIONS } from "./conditions.js";

/** What to write in place of a key that a condition does not take. */
export function insteadOf(condition: string, key: string): string {
  const known = CONDITIONS.get(condition);
  const operand = known?.operand.kind;
  if (key === "Expressions") return `Expressions goes with ${[...ELEMENT_CONDITIONS.keys()].join(", ")}.`;
  if (ELEMENT_CONDITIONS.has(condition)) return "Say under Expressions what the elements must fulfil.";
  if (ABSOLUTE_CONDITIONS.has(condition)) return `Remove ${key}: ${condition} stands alone.`;
  if (key === "List") return "A List goes with IsInList, IsNotInList, IIsInList, IIsNotInList.";
  if (operand === "list") return `Name the list: replace ${key} by List.`;
  if (key === "Value") {
    if (operand === "values") return "Use Values with a list, or Equals for one Value.";
    if (operand === "none") return `Remove Value, or use Equals to compare with it.`;
  }
  if (key === "Values") {
    if (operand === "none") return `Remove Values, or use IsIn to compare with them.`;
    if (condition === "Equals") return "Use IsIn for a list of Values, or give one Value.";
    if (condition === "DoesNotEqual") return "Use IsNotIn for a list of Values, or give one Value.";
    const combinator = known?.negated === true ? "All" : "Any";
    return `Write one match expression for each value, together under ${combinator}.`;
  }
  return `Remove ${key}.`;
}

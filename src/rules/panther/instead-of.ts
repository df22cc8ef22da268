import { ABSOLUTE_CONDITIONS, CONDITIONS, ELEMENT_CONDITIONS } from "./conditions.js";

/** What to write in place of a key that a condition does not take. */
export function insteadOf(condition: string, key: string): string {
  const kind = CONDITIONS.get(condition);
  if (key === "Expressions") return `Expressions goes with ${[...ELEMENT_CONDITIONS.keys()].join(", ")}.`;
  if (ELEMENT_CONDITIONS.has(condition)) return "Say under Expressions what the elements must fulfil.";
  if (ABSOLUTE_CONDITIONS.has(condition)) return `Remove ${key}: ${condition} stands alone.`;
  if (key === "Value") {
    if (kind?.operand === "values") return "Use Values with a list, or Equals for one Value.";
    if (kind?.operand === "none") return `Remove Value, or use Equals to compare with it.`;
  }
  if (key === "Values") {
    if (kind?.operand === "none") return `Remove Values, or use IsIn to compare with them.`;
    if (condition === "Equals") return "Use IsIn for a list of Values, or give one Value.";
    if (condition === "DoesNotEqual") return "Use IsNotIn for a list of Values, or give one Value.";
    const combinator = kind?.negated === true ? "All" : "Any";
    return `Write one match expression for each value, together under ${combinator}.`;
  }
  return `Remove ${key}.`;
}

/** `IEquals` for `IDoesNotEqual`, which is not there yet and means the opposite. */
export function positiveOf(condition: string): string | undefined {
  const [, verb, preposition = ""] = /^IDoesNot([A-Z][a-z]+)(With)?$/.exec(condition) ?? [];
  const positive = `I${verb}s${preposition}`;
  return CONDITIONS.has(positive) ? positive : undefined;
}

import { createHash } from "node:crypto";
import type { Rule } from "./ir.js";

/**
 * Adds a rule's hash and makes the whole of it immutable: what every front end does last. The order of keys is the one in
 * which the front end's code puts a rule together, so that of the file does not count, but for records in tests.
 */
export function finishRule(rule: Omit<Rule, "hash">): Rule {
  const { file, ...content } = rule;
  const hash = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  return deepFreeze({ ...content, file, hash });
}

/** Hash over a set of rules, whatever their order. */
export function hashRules(rules: readonly Rule[]): string {
  const lines = rules.map((rule) => JSON.stringify([rule.id, rule.hash])).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) for (const item of value) deepFreeze(item);
  else for (const key in value) deepFreeze(value[key]);
  return value;
}

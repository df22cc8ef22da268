import { createHash } from "node:crypto";
import type { Rule } from "./ir.js";

/** Adds a rule's hash and makes the whole of it immutable: what every front end does last. */
export function finishRule(rule: Omit<Rule, "hash">): Rule {
  const { file, ...content } = rule;
  const hash = createHash("sha256")
    .update(JSON.stringify(sortKeys(content)))
    .digest("hex");
  return deepFreeze({ ...content, file, hash });
}

/** Hash over a set of rules, whatever their order. */
export function hashRules(rules: readonly Rule[]): string {
  const lines = rules.map((rule) => JSON.stringify([rule.id, rule.hash])).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

/** Objects become sorted lists of pairs, so that the order in which keys were written does not count. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const pairs = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return {
    pairs: pairs
      .map(([key, inner]) => [key, sortKeys(inner)])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

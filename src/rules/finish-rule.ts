import { createHash } from "node:crypto";
import type { Rule } from "./ir.js";

/** Adds a rule's hash and makes the whole of it immutable: what every front end does last. */
export function finishRule(rule: Omit<Rule, "hash">): Rule {
  const { file, ...content } = rule;
  const hash = createHash("sha256").update(freezeToText(content)).digest("hex");
  return Object.freeze({ ...content, file, hash });
}

/** Hash over a set of rules, whatever their order. */
export function hashRules(rules: readonly Rule[]): string {
  const lines = rules.map((rule) => JSON.stringify([rule.id, rule.hash])).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

/**
 * Freezes a value and all in it, and gives it as JSON with the keys of objects in order, so that the order in which they
 * were written does not count. One walk for both: thousands of rules take it at each load.
 */
function freezeToText(value: unknown): string {
  if (value === undefined) return "null";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  Object.freeze(value);
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) text += `${text === "" ? "" : ","}${freezeToText(item)}`;
    return `[${text}]`;
  }
  const entries = Object.entries(value).sort(byKey);
  for (const [key, inner] of entries) {
    if (inner === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${freezeToText(inner)}`;
  }
  return `{${text}}`;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

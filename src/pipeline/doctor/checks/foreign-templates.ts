import { isJsonArray, type JsonValue } from "../../../lib/json.js";
import { at } from "../../../output/opensearch/alert-members.js";
import type { Check } from "../checks.js";
import { fail, ok } from "../finding.js";

export const foreignTemplatesCheck: Check = async (context) => {
  const { templates, names, get } = context.openSearch();
  const now = Date.now();
  const indices = [names.events(now), names.alerts(now), names.deadletter];
  const ours = new Set(templates.map(({ name }) => name));
  const priority = Math.min(...templates.map(({ body }) => Number(body["priority"])));
  const found = at(await get("/_index_template"), "index_templates");
  for (const template of isJsonArray(found) ? found : []) {
    const name = at(template, "name");
    const patterns = at(template, "index_template", "index_patterns");
    const theirs = at(template, "index_template", "priority") ?? 0;
    if (typeof name !== "string" || ours.has(name) || typeof theirs !== "number" || theirs < priority)
      continue;
    const taken = indices.find((index) => matchesAny(patterns, index));
    if (taken === undefined) continue;
    const message = `Index template ${name} has priority ${theirs} and takes ${taken}, so TrailTag's (${priority}) does not apply.`;
    return fail(message, `Lower its priority below ${priority}, or narrow its index_patterns.`);
  }
  return ok("No other index template takes the indices of TrailTag.");
};

function matchesAny(patterns: JsonValue | undefined, index: string): boolean {
  return (
    isJsonArray(patterns) &&
    patterns.some((pattern) => typeof pattern === "string" && matches(pattern, index))
  );
}

function matches(pattern: string, index: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return pattern === index;
  const last = rest.pop() ?? "";
  if (!index.startsWith(first) || !index.endsWith(last) || index.length < first.length + last.length)
    return false;
  let from = first.length;
  for (const part of rest) {
    const found = index.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return from <= index.length - last.length;
}

import { isMap, type Node } from "yaml";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { Entry, YamlSource } from "./yaml-source.js";

/** The keys of one thing that a file defines, and whether each must be there. */
export type DefinitionKeys = ReadonlyMap<string, "required" | "optional">;

/** A mapping whose keys were checked. */
export interface Definition {
  get(key: string): Entry | undefined;
  /** False once an error was reported since the mapping was opened: a bad one costs no other in its file. */
  stillGood(): boolean;
}

/** The nodes of what a file defines: the file itself, or the items under `plural` (`lists`, `exceptions`). */
export function definitionNodes(
  source: YamlSource,
  plural: string,
  keys: DefinitionKeys,
): readonly (Node | undefined)[] {
  if (source.root === undefined) {
    if (source.diagnostics.length === 0) source.report("wrong-type", undefined, "The file is empty.");
    return [];
  }
  const entries = isMap(source.root) ? source.entries(source.root, "The file") : [];
  const several = entries.find(({ key }) => key === plural);
  if (several === undefined) return [source.root];
  for (const { key, keyNode } of entries) {
    if (key === plural) continue;
    const hint = keys.has(key) ? `Put it inside an item of ${plural}.` : "Remove it.";
    source.report("unknown-key", keyNode, `The key ${key} cannot stand beside ${plural}.`, hint);
  }
  return source.items(several.value, plural) ?? [];
}

/** Opens one definition and reports keys that are unknown or missing; undefined when it is no mapping. */
export function openDefinition(
  source: YamlSource,
  node: Node | undefined,
  noun: string,
  keys: DefinitionKeys,
): Definition | undefined {
  const before = countErrors(source);
  const what = `${/^[aeiou]/.test(noun) ? "An" : "A"} ${noun}`;
  if (!isMap(node)) {
    source.report("wrong-type", node, `${what} must be a mapping.`, `It has ${list([...keys.keys()])}.`);
    return undefined;
  }
  const entries = new Map(source.entries(node, what).map((entry) => [entry.key, entry]));
  for (const { key, keyNode } of entries.values()) {
    if (keys.has(key)) continue;
    const meant = didYouMean(key, keys.keys());
    const hint = meant === undefined ? `It has ${list([...keys.keys()])}.` : `Did you mean ${meant}?`;
    source.report("unknown-key", keyNode, `${what} has no key ${key}.`, hint);
  }
  const missing = [...keys].flatMap(([key, need]) => (need === "required" && !entries.has(key) ? [key] : []));
  if (missing.length > 0) {
    const message = `This ${noun} has no ${missing.join(" and no ")}.`;
    source.report("missing-key", node, message, `Add ${list(missing.map((key) => `\`${key}: …\``))}.`);
  }
  return { get: (key) => entries.get(key), stillGood: () => countErrors(source) === before };
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

function countErrors(source: YamlSource): number {
  return source.diagnostics.filter(({ severity }) => severity === "error").length;
}

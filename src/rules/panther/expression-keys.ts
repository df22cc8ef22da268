import { didYouMean } from "../../lib/did-you-mean.js";
import type { Expression } from "../expression.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";

export const COMBINATORS = {
  All: (terms) => ({ kind: "all", terms }),
  Any: (terms) => ({ kind: "any", terms }),
  OnlyOne: (terms) => ({ kind: "only_one", terms }),
  None: (terms) => ({ kind: "not", term: { kind: "any", terms } }),
} as const satisfies Record<string, (terms: readonly Expression[]) => Expression>;
export type Combinator = keyof typeof COMBINATORS;

export const KEY_SPECIFIERS = ["Key", "DeepKey", "KeyPath"] as const;

/** Every key that a match expression may have. */
export const EXPRESSION_KEYS: readonly string[] = [
  ...Object.keys(COMBINATORS),
  ...KEY_SPECIFIERS,
  "Condition",
  "Value",
  "Values",
  "List",
  "Expressions",
  "Enrichment",
];

export function isCombinator(key: string): key is Combinator {
  return Object.hasOwn(COMBINATORS, key);
}

export function isKeySpecifier(key: string): boolean {
  return (KEY_SPECIFIERS as readonly string[]).includes(key);
}

/** Reports entries whose keys are not among the known ones; true when there are none. */
export function haveKnownKeys(
  source: YamlSource,
  entries: readonly Entry[],
  what: string,
  known: readonly string[],
): boolean {
  const unknown = entries.filter((entry) => !known.includes(entry.key));
  for (const { key, keyNode } of unknown) {
    const meant = didYouMean(key, known);
    const hint = meant === undefined ? `Known keys: ${known.join(", ")}.` : `Did you mean ${meant}?`;
    source.report("unknown-key", keyNode, `${what} has no key ${key}.`, hint);
  }
  return unknown.length === 0;
}

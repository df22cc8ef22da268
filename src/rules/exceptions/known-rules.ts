import { didYouMean } from "../../lib/did-you-mean.js";
import type { Rule } from "../ir.js";

/** Ids and tags of the rules that are loaded, for the scopes of exceptions. */
export interface KnownRules {
  has(kind: "rules" | "tags", name: string): boolean;
  /** What a name that is not known most likely meant. */
  meant(kind: "rules" | "tags", name: string): string | undefined;
}

/** Each search goes through all rules: where this many names are unknown, it is no misspelling. */
const MAX_SEARCHES = 50;

export function createKnownRules(rules: readonly Rule[]): KnownRules {
  const known = {
    rules: new Set(rules.map(({ id }) => id)),
    tags: new Set(rules.flatMap(({ tags }) => tags)),
  };
  let searches = 0;
  return {
    has: (kind, name) => known[kind].has(name),
    meant: (kind, name) => (++searches > MAX_SEARCHES ? undefined : didYouMean(name, known[kind])),
  };
}

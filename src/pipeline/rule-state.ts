import { createHash } from "node:crypto";
import { createAttack } from "../attack/attack.js";
import { lintAttack } from "../attack/lint.js";
import type { Config } from "../config/types.js";
import { createTagger, type Tagger } from "../enrich/tag.js";
import { compileRules, type Engine } from "../match/engine.js";
import type { RuleException } from "../rules/exceptions/exception.js";
import { loadExceptions } from "../rules/exceptions/load-exceptions.js";
import { BUNDLED_PACK } from "../rules/bundled-pack.js";
import type { LoadedRules, Rule } from "../rules/ir.js";
import { loadLists } from "../rules/lists/load-lists.js";
import type { NamedList } from "../rules/lists/named-list.js";
import { loadRules } from "../rules/load.js";

/** The rules in force, with their lists and exceptions, and what was compiled of them; replaced whole, never changed. */
export interface RuleState {
  /** Diagnostics and hash are those of rules, lists and exceptions together. */
  readonly loaded: LoadedRules;
  /** By name. */
  readonly lists: ReadonlyMap<string, NamedList>;
  /** In order of id, expired ones too. */
  readonly exceptions: readonly RuleException[];
  readonly engine: Engine;
  readonly tagger: Tagger;
  readonly byId: ReadonlyMap<string, Rule>;
}

export interface RuleSources {
  /** Files and folders of rules. */
  readonly paths: readonly string[];
  /** Whether the bundled pack comes first. */
  readonly bundled: boolean;
  /** Files and folders of named lists; none unless given. */
  readonly lists?: readonly string[];
  /** Files and folders of exceptions; none unless given. */
  readonly exceptions?: readonly string[];
  /** Files and folders that hold lists and exceptions: those above unless given. */
  readonly definitions?: readonly string[];
  /** Whether to keep where the parts of rules stand, for diagnostics on them. */
  readonly positions?: boolean;
}

export function toRuleSources(config: Pick<Config, "rules" | "lists" | "exceptions">): RuleSources {
  return { ...config.rules, lists: config.lists.paths, exceptions: config.exceptions.paths };
}

/** Rejects on nothing that a person wrote: what is wrong is in the diagnostics, and the rest is in force. */
export async function loadRuleState(sources: RuleSources): Promise<RuleState> {
  const bundled = sources.bundled ? [BUNDLED_PACK] : [];
  const lists = await loadLists(sources.lists ?? []);
  const read = await loadRules([...bundled, ...sources.paths], {
    lists: lists.lists,
    positions: sources.positions === true,
    definitions: sources.definitions ?? [...(sources.lists ?? []), ...(sources.exceptions ?? [])],
  });
  const { exceptions, diagnostics } = await loadExceptions(sources.exceptions ?? [], {
    lists: lists.lists,
    rules: read.rules,
    positions: read.positions,
  });
  const attack = createAttack();
  const loaded = {
    ...read,
    diagnostics: [...lists.diagnostics, ...read.diagnostics, ...diagnostics, ...lintAttack(read, attack)],
    ruleset: hashAll(read.ruleset, lists.lists, exceptions),
  };
  return {
    loaded,
    lists: lists.lists,
    exceptions,
    engine: compileRules(loaded.rules, { lists: lists.lists, exceptions }),
    tagger: createTagger({ rulesetHash: loaded.ruleset, attack }),
    byId: new Map(loaded.rules.map((rule) => [rule.id, rule])),
  };
}

/** Of rules alone it is their own hash. */
function hashAll(
  rules: string,
  lists: ReadonlyMap<string, NamedList>,
  exceptions: readonly RuleException[],
): string {
  if (lists.size === 0 && exceptions.length === 0) return rules;
  const parts = [...lists.values(), ...exceptions].map(({ hash }) => hash).sort();
  return createHash("sha256")
    .update([rules, ...parts].join("\n"))
    .digest("hex");
}

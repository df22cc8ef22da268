import { join } from "node:path";
import { createAttack } from "../attack/attack.js";
import { createTagger, type Tagger } from "../enrich/tag.js";
import { packageRoot } from "../lib/package-root.js";
import { compileRules, type Engine } from "../match/engine.js";
import type { LoadedRules, Rule } from "../rules/ir.js";
import { loadRules } from "../rules/load.js";

/** The rules in force and what was compiled from them; replaced whole on reload, never changed. */
export interface RuleState {
  readonly loaded: LoadedRules;
  readonly engine: Engine;
  readonly tagger: Tagger;
  readonly byId: ReadonlyMap<string, Rule>;
}

export interface RuleSources {
  readonly paths: readonly string[];
  /** Whether the bundled pack comes first. */
  readonly bundled: boolean;
}

export async function loadRuleState(sources: RuleSources): Promise<RuleState> {
  const bundled = sources.bundled ? [join(packageRoot, "rules")] : [];
  const loaded = await loadRules([...bundled, ...sources.paths]);
  return {
    loaded,
    engine: compileRules(loaded.rules),
    tagger: createTagger({ rulesetHash: loaded.ruleset, attack: createAttack() }),
    byId: new Map(loaded.rules.map((rule) => [rule.id, rule])),
  };
}

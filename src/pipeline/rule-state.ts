import { join } from "node:path";
import { createAttack } from "../attack/attack.js";
import { lintAttack } from "../attack/lint.js";
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
  const read = await loadRules([...bundled, ...sources.paths]);
  const attack = createAttack();
  const loaded = { ...read, diagnostics: [...read.diagnostics, ...lintAttack(read, attack)] };
  return {
    loaded,
    engine: compileRules(loaded.rules),
    tagger: createTagger({ rulesetHash: loaded.ruleset, attack }),
    byId: new Map(loaded.rules.map((rule) => [rule.id, rule])),
  };
}

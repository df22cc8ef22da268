import { join } from "node:path";
import { createAttack, type Attack } from "../attack/attack.js";
import { createTagger, type Tagger } from "../enrich/tag.js";
import type { Diagnostic } from "../lib/diagnostics.js";
import { packageRoot } from "../lib/package-root.js";
import { compileRules, type Engine } from "../match/engine.js";
import type { LoadedRules, Rule } from "../rules/ir.js";
import type { RuleDiagnosticCode } from "../rules/diagnostic-codes.js";
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
  const loaded = { ...read, diagnostics: [...read.diagnostics, ...attackNotes(read, attack)] };
  return {
    loaded,
    engine: compileRules(loaded.rules),
    tagger: createTagger({ rulesetHash: loaded.ruleset, attack }),
    byId: new Map(loaded.rules.map((rule) => [rule.id, rule])),
  };
}

/** What a rule says of ATT&CK that no longer holds is tagged all the same; its author should know. */
function attackNotes({ rules, paths }: LoadedRules, attack: Attack): Diagnostic[] {
  const code: RuleDiagnosticCode = "attack-changed";
  return rules.flatMap((rule) =>
    rule.attack.flatMap((reference) => {
      const known = reference.technique === undefined || attack.technique(reference.technique) !== undefined;
      // A retired id or a tactic that moved is put right by itself; an id that nobody knows is a slip.
      const severity = known ? "info" : "warning";
      // The rule's form after reading knows no lines: the file as a whole is meant.
      const where = { code, severity, file: paths.get(rule.id) ?? rule.file, line: 1, column: 1 } as const;
      return attack.resolve([reference]).notes.map((note) => ({ ...where, message: `${rule.id}: ${note}` }));
    }),
  );
}

import { loadRuleState, toRuleSources, type RuleState } from "../pipeline/rule-state.js";
import type { Options, Values } from "./args.js";
import { UsageError } from "./args.js";
import { ruleConfigFromFlags } from "./config-flags.js";

/** Flags of the commands that look at rules and run nothing. */
export const RULE_OPTIONS = {
  config: { type: "string", multiple: true, short: "c" },
} as const satisfies Options;

/**
 * Reads what the configuration names: the bundled pack, its rules, lists and exceptions. With paths the rules there
 * instead, beside the configured lists: what stands elsewhere concerns nobody then.
 */
export async function loadRulesFor(values: Values, paths: readonly string[] = []): Promise<RuleState> {
  if (paths.includes("")) throw new UsageError("A path is empty.");
  const sources = toRuleSources(ruleConfigFromFlags(values, process.env));
  if (paths.length === 0) return loadRuleState({ ...sources, positions: true });
  const definitions = [...(sources.lists ?? []), ...(sources.exceptions ?? [])];
  return loadRuleState({ ...sources, paths, bundled: false, exceptions: [], definitions, positions: true });
}

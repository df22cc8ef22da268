import type { AttackReference, Rule } from "../rules/ir.js";
import type { NamedId } from "./types.js";

/** What the tagger needs of the ATT&CK data: names, successors of retired ids, and the techniques' own tactics. */
export interface AttackResolver {
  resolve(references: readonly AttackReference[]): {
    readonly tactics: readonly NamedId[];
    readonly techniques: readonly NamedId[];
  };
}

/** The parts of a hit that are the same for each event. */
export interface RuleTags {
  readonly tactics: readonly NamedId[];
  readonly techniques: readonly NamedId[];
  readonly tacticIds: readonly string[];
  readonly techniqueIds: readonly string[];
  readonly windowMs: number;
}

const MS_PER_MINUTE = 60_000;
const DEFAULT_MINUTES = 60;

/** Resolves each rule once; a reloaded rule is another object and is resolved anew. */
export function createRuleTags(attack: AttackResolver): (rule: Rule) => RuleTags {
  const cache = new WeakMap<Rule, RuleTags>();
  return (rule) => {
    const held = cache.get(rule);
    if (held !== undefined) return held;
    const { tactics, techniques } = attack.resolve(rule.attack);
    const minutes = rule.dedupPeriodMinutes > 0 ? rule.dedupPeriodMinutes : DEFAULT_MINUTES;
    const tags: RuleTags = {
      tactics,
      techniques,
      tacticIds: tactics.map(({ id }) => id),
      techniqueIds: techniques.map(({ id }) => id),
      windowMs: minutes * MS_PER_MINUTE,
    };
    cache.set(rule, tags);
    return tags;
  };
}

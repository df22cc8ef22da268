import type { JsonObject } from "../lib/json.js";
import type { RuleException } from "../rules/exceptions/exception.js";
import type { Rule, RuleMatch } from "../rules/ir.js";
import type { NamedList } from "../rules/lists/named-list.js";
import { compileCandidateIndex } from "./candidate-index.js";
import { compileRule, type CompiledRule } from "./compile-rule.js";
import { compileSuppressions } from "./compile-suppression.js";

export interface Engine {
  /** In the order given to `compileRules`. */
  readonly rules: readonly Rule[];
  /** Rule id → number of records on which the rule failed; such a rule counts as not matching that record. */
  readonly errors: ReadonlyMap<string, number>;
  /**
   * Every rule that holds for the record, in the order of `rules`. Synchronous and pure but for `errors`; never throws.
   * @param now ms since the epoch, the present unless given: decides which exceptions have expired.
   */
  evaluate(record: JsonObject, now?: number): RuleMatch[];
}

export interface CompileOptions {
  /** By name. */
  readonly lists?: ReadonlyMap<string, NamedList>;
  readonly exceptions?: readonly RuleException[];
}

/** Compiles rules once, to match many records. */
export function compileRules(rules: readonly Rule[], options: CompileOptions = {}): Engine {
  const { lists = new Map<string, NamedList>(), exceptions = [] } = options;
  const suppressionOf = compileSuppressions(exceptions, lists);
  const compiled = rules.map((rule) => compileRule(rule, lists, suppressionOf(rule)));
  const candidates = compileCandidateIndex(rules.map((rule) => rule.program.condition));
  const errors = new Map<string, number>();
  const everyRule = compiled.map((_, position) => position);

  /** A record so broken that the index cannot read it meets every rule, so that each rule's failure is counted. */
  const findCandidates = (record: JsonObject): readonly number[] => {
    try {
      return candidates(record);
    } catch {
      return everyRule;
    }
  };

  return {
    rules,
    errors,
    evaluate(record, now = Date.now()) {
      const matches: RuleMatch[] = [];
      for (const position of findCandidates(record)) {
        const rule = compiled[position] as CompiledRule;
        try {
          if (rule.holds(record)) matches.push(rule.toMatch(record, now));
        } catch {
          errors.set(rule.id, (errors.get(rule.id) ?? 0) + 1);
        }
      }
      return matches;
    },
  };
}

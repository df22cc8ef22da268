import type { JsonObject } from "../lib/json.js";
import type { RuleException } from "../rules/exceptions/exception.js";
import type { Rule, RuleMatch } from "../rules/ir.js";
import type { NamedList } from "../rules/lists/named-list.js";
import { compileCandidateIndex, type Candidate } from "./candidate-index.js";
import { compileExpressions } from "./compile-expression.js";
import { compileRule, type CompiledRule } from "./compile-rule.js";
import { createRecordSlots } from "./record-slots.js";
import { compileSuppressions } from "./compile-suppression.js";

export interface Engine {
  /** In the order given to `compileRules`. */
  readonly rules: readonly Rule[];
  /**
   * Rule id → number of records on which something of the rule failed. Where its condition did, the rule counts as not
   * matching; title, severity, groups, context and exceptions cost no hit.
   */
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
  const slots = createRecordSlots();
  const compile = compileExpressions(lists, slots);
  const compiled = rules.map((rule) => compileRule(rule, compile, suppressionOf(rule)));
  const conditions = rules.map((rule) => rule.program.condition);
  const findCandidates = compileCandidateIndex(conditions, lists, compile);
  const everyRule = compiled.map(({ holds }, position): Candidate => ({ position, holds }));
  const errors = new Map<string, number>();

  // Of the record at hand; `serial` tells which rules were tried on it already.
  let current: JsonObject = {};
  let time = 0;
  let serial = 0;
  let found: Found[] = [];
  /** Of the rule at hand. */
  let failed = false;
  const onFailure = (): void => {
    failed = true;
  };
  const triedOn = new Uint32Array(rules.length);

  const tryAll = (candidates: readonly Candidate[]): void => {
    for (const { position, holds } of candidates) {
      if (triedOn[position] === serial) continue;
      triedOn[position] = serial;
      const rule = compiled[position] as CompiledRule;
      failed = false;
      try {
        if (holds(current)) found.push({ position, match: rule.toMatch(current, time, onFailure) });
      } catch {
        failed = true;
      }
      if (failed) errors.set(rule.id, (errors.get(rule.id) ?? 0) + 1);
    }
  };

  return {
    rules,
    errors,
    evaluate(record, now) {
      slots.begin();
      current = record;
      time = now ?? Date.now();
      found = [];
      if (++serial > MAX_SERIAL) {
        triedOn.fill(0);
        serial = 1;
      }
      try {
        findCandidates(record, tryAll);
      } catch {
        // A record so broken that the index cannot read it meets every rule, so that each rule's failure is counted.
        tryAll(everyRule);
      }
      if (found.length === 0) return [];
      if (found.length > 1) found.sort((a, b) => a.position - b.position);
      return found.map(({ match }) => match);
    },
  };
}

interface Found {
  readonly position: number;
  readonly match: RuleMatch;
}

const MAX_SERIAL = 0xffff_ffff;

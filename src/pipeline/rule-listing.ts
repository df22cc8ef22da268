import type { Diagnostic } from "../lib/diagnostics.js";
import type { JsonObject, JsonValue } from "../lib/json.js";
import type { ExceptionScope, RuleException } from "../rules/exceptions/exception.js";
import type { Rule } from "../rules/ir.js";
import type { NamedList } from "../rules/lists/named-list.js";
import type { RuleState } from "./rule-state.js";
import { isPast } from "./rules-in-force.js";

/** What is in force, as `GET /v1/rules` tells it. */
export interface RuleListing extends JsonObject {
  readonly rules: readonly JsonObject[];
  readonly lists: readonly JsonObject[];
  readonly exceptions: readonly JsonObject[];
  readonly refused: readonly (Diagnostic & JsonObject)[];
  /** What somebody should look at in what is in force all the same. */
  readonly warnings: readonly (Diagnostic & JsonObject)[];
  /** Hash of rules, lists and exceptions; events carry it as `detection.ruleset`. */
  readonly ruleset: string;
}

/** @param now ms since the epoch: decides which exceptions have expired. */
export function toRuleListing({ loaded, lists, exceptions }: RuleState, now: number): RuleListing {
  const told = (severity: Diagnostic["severity"]) =>
    loaded.diagnostics.filter((d) => d.severity === severity) as (Diagnostic & JsonObject)[];
  return {
    rules: loaded.rules.map(toRule),
    lists: [...lists.values()].map(toList),
    exceptions: exceptions.map((exception) => toException(exception, now)),
    refused: told("error"),
    warnings: told("warning"),
    ruleset: loaded.ruleset,
  };
}

function toRule(rule: Rule): JsonObject {
  return {
    id: rule.id,
    name: rule.name,
    kind: rule.kind,
    severity: rule.severity,
    risk_score: rule.riskScore,
    file: rule.file,
    description: rule.description ?? null,
    tags: rule.tags,
    attack: rule.attack.map(({ tactic, technique }) => ({
      tactic: tactic ?? null,
      technique: technique ?? null,
    })),
    raises_alerts: rule.createAlert && rule.stateful === undefined,
    tests: rule.tests.length,
  };
}

function toList({ name, description, values, patterns, ranges, path }: NamedList): JsonObject {
  const counts = { values: values.length, patterns: patterns.length, ranges: ranges.length };
  return { name, description: description ?? null, ...counts, file: path };
}

function toException(exception: RuleException, now: number): JsonObject {
  const { id, scope, owner, reason, expires, tests, path } = exception;
  return {
    id,
    scope: toScope(scope),
    owner,
    reason,
    expires: expires === undefined ? null : new Date(expires).toISOString(),
    expired: isPast(expires, now),
    tests: tests.length,
    file: path,
  };
}

function toScope(scope: ExceptionScope): JsonValue {
  switch (scope.kind) {
    case "all":
      return "all";
    case "rules":
      return { rules: scope.ids };
    case "tags":
      return { tags: scope.tags };
  }
}

import { createTagger, type Tagger } from "../../src/enrich/tag.js";
import type { EventDocument, TaggedEvent } from "../../src/enrich/types.js";
import type { SourceRecord } from "../../src/event/types.js";
import type { JsonObject } from "../../src/lib/json.js";
import type { Rule, RuleMatch } from "../../src/rules/ir.js";
import { eventOf, NOW } from "../event/make.js";

/** ATT&CK names of the tests: each reference is its own tactic and technique. */
export const tagger: Tagger = createTagger({
  rulesetHash: "ruleset-1",
  attack: {
    resolve: (references) => ({
      tactics: references.flatMap(({ tactic }) => (tactic ? [{ id: tactic, name: `Tactic ${tactic}` }] : [])),
      techniques: references.flatMap(({ technique }) =>
        technique ? [{ id: technique, name: `Technique ${technique}` }] : [],
      ),
    }),
  },
});

/** A rule as the tagger sees one; how it matches does not matter here. */
export function ruleOf(changes: Partial<Rule> = {}): Rule {
  const rule = {
    id: "AWS.Test.Key.Made",
    name: "Access key made",
    kind: "panther",
    file: "key-made.yml",
    severity: "medium",
    riskScore: 47,
    description: "A key was made.",
    runbook: "Ask its owner.",
    references: ["https://example.com/keys"],
    tags: ["iam"],
    attack: [{ tactic: "TA0003", technique: "T1098" }],
    logTypes: ["AWS.CloudTrail"],
    summaryAttributes: ["requestParameters.userName", "eventName"],
    groupBy: [],
    dedupPeriodMinutes: 60,
    stateful: undefined,
    createAlert: true,
    tests: [],
    ...changes,
  };
  return rule as unknown as Rule;
}

export function matchOf(rule: Rule, changes: Partial<RuleMatch> = {}): RuleMatch {
  return {
    rule,
    title: rule.name,
    severity: rule.severity,
    riskScore: rule.riskScore,
    groupValues: undefined,
    context: undefined,
    suppressedBy: undefined,
    ...changes,
  };
}

export function tagged(
  record: JsonObject,
  matches: readonly RuleMatch[] = [],
  more: Partial<SourceRecord> = {},
): TaggedEvent {
  return tagger.tag(eventOf(record, more), matches, { route: "/v1/events" }, NOW);
}

export function documentOf(
  record: JsonObject,
  matches: readonly RuleMatch[] = [],
  more: Partial<SourceRecord> = {},
): EventDocument {
  return JSON.parse(tagged(record, matches, more).document) as EventDocument;
}

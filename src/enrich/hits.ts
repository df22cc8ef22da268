import type { NormalisedEvent } from "../event/types.js";
import { RISK_SCORES, severityRank, type Severity } from "../lib/severity.js";
import type { RuleMatch } from "../rules/ir.js";
import { toAlertId, toDedupKey, toWindowStart } from "./dedup.js";
import type { RuleTags } from "./rule-tags.js";
import type { Detection, Hit, NamedId, SuppressedHit, Threat } from "./types.js";

export interface EventHits {
  /** Undefined when all hits were suppressed. */
  readonly rule: { readonly id: readonly string[]; readonly name: readonly string[] } | undefined;
  readonly threat: Threat | undefined;
  readonly detection: Detection;
}

/**
 * Turns the matches of one event into its hits, gravest first, then by rule id. What an exception suppressed is told
 * apart and counts for nothing: an event of which all is suppressed has no hit. A rule that needs several events says
 * nothing grave of a single one: it does not count for the event's severity. `matches` is not empty.
 */
export function toHits(
  event: NormalisedEvent,
  matches: readonly RuleMatch[],
  tagsOf: (rule: RuleMatch["rule"]) => RuleTags,
  ruleset: string,
): EventHits {
  const sorted = matches.length === 1 ? matches : [...matches].sort(byGravity);
  const hits: Hit[] = [];
  const suppressed: SuppressedHit[] = [];
  const tactics = new Map<string, string>();
  const techniques = new Map<string, string>();
  let severity: Severity = "info";
  let risk: number = RISK_SCORES.info;
  for (const match of sorted) {
    if (match.suppressedBy !== undefined) {
      suppressed.push(toSuppressed(match, match.suppressedBy));
      continue;
    }
    const tags = tagsOf(match.rule);
    hits.push(toHit(event, match, tags));
    addAll(tactics, tags.tactics);
    addAll(techniques, tags.techniques);
    if (match.rule.stateful !== undefined) continue;
    if (severityRank(match.severity) > severityRank(severity)) severity = match.severity;
    risk = Math.max(risk, match.riskScore);
  }
  return {
    rule:
      hits.length === 0
        ? undefined
        : { id: hits.map((hit) => hit.rule_id), name: hits.map((hit) => hit.rule_name) },
    threat: toThreat(tactics, techniques),
    detection: {
      count: hits.length,
      ...(hits.length === 0 ? undefined : { severity, risk_score: risk }),
      alert_ids: hits.flatMap((hit) => hit.alert_id ?? []),
      hits,
      suppressed_by: suppressed,
      ruleset,
    },
  };
}

function toSuppressed({ rule, severity }: RuleMatch, exceptionId: string): SuppressedHit {
  return { rule_id: rule.id, rule_name: rule.name, severity, exception_id: exceptionId };
}

/** Parallel arrays of ids and names; undefined when there is neither tactic nor technique. */
export function toThreat(
  tactics: ReadonlyMap<string, string>,
  techniques: ReadonlyMap<string, string>,
): Threat | undefined {
  if (tactics.size === 0 && techniques.size === 0) return undefined;
  return {
    framework: "MITRE ATT&CK",
    tactic: { id: [...tactics.keys()], name: [...tactics.values()] },
    technique: { id: [...techniques.keys()], name: [...techniques.values()] },
  };
}

function toHit(event: NormalisedEvent, match: RuleMatch, tags: RuleTags): Hit {
  const { rule } = match;
  const hit = {
    rule_id: rule.id,
    rule_name: rule.name,
    kind: rule.kind,
    severity: match.severity,
    risk_score: match.riskScore,
    title: match.title,
    ...(match.context === undefined ? undefined : { context: match.context }),
  };
  const attack = { tactics: tags.tacticIds, techniques: tags.techniqueIds };
  if (!rule.createAlert || rule.stateful !== undefined) return { ...hit, ...attack };
  const key = toDedupKey(match.groupValues ?? [event.account, event.actor]);
  const start = new Date(toWindowStart(event.time, tags.windowMs)).toISOString();
  return {
    ...hit,
    dedup_key: key,
    alert_id: toAlertId(rule.id, key, start),
    window_start: start,
    window_minutes: tags.windowMs / 60_000,
    ...attack,
  };
}

function byGravity(a: RuleMatch, b: RuleMatch): number {
  const rank = severityRank(b.severity) - severityRank(a.severity);
  if (rank !== 0) return rank;
  return a.rule.id < b.rule.id ? -1 : a.rule.id > b.rule.id ? 1 : 0;
}

function addAll(into: Map<string, string>, ids: readonly NamedId[]): void {
  for (const { id, name } of ids) into.set(id, name);
}

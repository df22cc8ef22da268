/** Labels in rising order; the index plus one is ECS `event.severity` (1 to 5). */
export const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Risk score of a severity, unless the rule gives its own. */
export const RISK_SCORES = {
  info: 1,
  low: 21,
  medium: 47,
  high: 73,
  critical: 99,
} as const satisfies Record<Severity, number>;

/** 1 (info) to 5 (critical). */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity) + 1;
}

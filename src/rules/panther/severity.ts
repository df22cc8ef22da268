import type { Node } from "yaml";
import { didYouMean } from "../../lib/did-you-mean.js";
import { RISK_SCORES, SEVERITIES, type Severity } from "../../lib/severity.js";
import type { DynamicSeverity } from "../ir.js";
import type { YamlSource } from "../yaml/yaml-source.js";
import { haveKnownKeys } from "./expression-keys.js";
import type { MatchContext } from "./match-context.js";
import { compileMatchExpressions } from "./match-expression.js";

export const SEVERITY_KEYS = ["ChangeTo", "Conditions"] as const;

/** Reads a severity, in any case; undefined where something was reported. */
export function readSeverity(source: YamlSource, node: Node | undefined, what: string): Severity | undefined {
  const text = source.string(node, what);
  if (text === undefined) return undefined;
  const severity = SEVERITIES.find((label) => label === text.toLowerCase());
  if (severity !== undefined) return severity;
  const meant = didYouMean(text, SEVERITIES);
  const hint = meant === undefined ? "Use Info, Low, Medium, High or Critical." : `Did you mean ${meant}?`;
  source.report("bad-value", node, `There is no severity ${JSON.stringify(text)}.`, hint);
  return undefined;
}

/**
 * Reads DynamicSeverities; the first whose conditions hold will count.
 *
 * @param riskScore is that of the rule where it has one of its own, which no severity changes.
 */
export function readDynamicSeverities(
  source: YamlSource,
  node: Node | undefined,
  context: MatchContext,
  riskScore: number | undefined,
): readonly DynamicSeverity[] {
  return (source.items(node, "DynamicSeverities") ?? []).flatMap((item) => {
    const what = "An item of DynamicSeverities";
    const entries = source.entries(item ?? node, what);
    if (entries.length === 0 || !haveKnownKeys(source, entries, what, SEVERITY_KEYS)) return [];
    const [changeTo, conditions] = SEVERITY_KEYS.map((key) => entries.find((entry) => entry.key === key));
    if (changeTo === undefined || conditions === undefined) {
      const missing = changeTo === undefined ? "ChangeTo" : "Conditions";
      const hint = "It has ChangeTo with a severity and Conditions with match expressions.";
      source.report("missing-key", item ?? node, `${what} has no ${missing}.`, hint);
      return [];
    }
    const severity = readSeverity(source, changeTo.value ?? changeTo.keyNode, "ChangeTo");
    const at = conditions.value ?? conditions.keyNode;
    const condition = compileMatchExpressions(source, at, "Conditions", context);
    if (severity === undefined || condition === undefined) return [];
    return [{ severity, riskScore: riskScore ?? RISK_SCORES[severity], condition }];
  });
}

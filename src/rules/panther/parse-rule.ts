import { didYouMean } from "../../lib/did-you-mean.js";
import { RISK_SCORES } from "../../lib/severity.js";
import type { Expression } from "../expression.js";
import type { FieldReference } from "../field.js";
import { finishRule } from "../finish-rule.js";
import type { ParsedFile, RuleSource } from "../front-end.js";
import type { Rule } from "../ir.js";
import { toLimitDiagnostic } from "../yaml/yaml-limit.js";
import { parseYamlSource } from "../yaml/yaml-source.js";
import { readAlertContext } from "./alert-context.js";
import { parseAlertTitle } from "./alert-title.js";
import { readAttackReport } from "./attack-report.js";
import { compileInlineFilters } from "./inline-filters.js";
import { parseInlineTests } from "./inline-tests.js";
import { parseOneSpecifier } from "./key-specifier.js";
import { markPosition } from "./match-context.js";
import { compileMatchExpressions } from "./match-expression.js";
import { readRuleEntries, type RuleEntries } from "./rule-entries.js";
import { RULE_KEYS } from "./rule-keys.js";
import { idOf, isUsable } from "./rule-kind.js";
import { readDynamicSeverities, readSeverity } from "./severity.js";
import { tellUnsupportedOnce } from "./unsupported.js";

/** Keys that every rule has, each with what to write. */
const REQUIRED = {
  RuleID: "`RuleID: My.CloudTrail.Trail.Deleted`, a name that no other rule has",
  Severity: "`Severity: Medium`, for example",
  LogTypes: "`LogTypes: [AWS.CloudTrail]`",
  Detection: "`Detection:` with a list of match expressions",
} as const;

/**
 * Reads one Panther rule from YAML text and compiles its Detection. Never throws. Gives no rule when it was refused, is
 * disabled or is for other logs: the diagnostics say which.
 */
export function parsePantherRule(file: RuleSource): ParsedFile {
  try {
    const source = parseYamlSource(file.text, file.path);
    if (source.root === undefined) {
      if (source.diagnostics.length === 0) source.report("not-a-rule", undefined, "The file is empty.");
      return { rules: [], diagnostics: source.diagnostics };
    }
    const entries = readRuleEntries(source);
    const rule = source.failed() ? undefined : readRule(entries, file);
    const rules = source.failed() || rule === undefined ? [] : [rule];
    return { rules, diagnostics: tellUnsupportedOnce(source.diagnostics, idOf(entries)) };
  } catch (error) {
    return { rules: [], diagnostics: [toLimitDiagnostic(error, file.path)] };
  }
}

function readRule(entries: RuleEntries, file: RuleSource): Rule | undefined {
  if (!isUsable(entries)) return undefined;
  checkKeys(entries);
  const { source, has, node, string, strings, integer } = entries;
  const id = string("RuleID");
  if (id?.trim() === "") source.report("bad-value", node("RuleID"), "RuleID is empty.");
  const name = string("DisplayName") ?? id ?? "";
  const severity = has("Severity") ? readSeverity(source, node("Severity"), "Severity") : undefined;
  const ownScore = integer("RiskScore", 1, 99);
  const condition = readCondition(entries, file);
  const title = has("AlertTitle") ? parseAlertTitle(source, node("AlertTitle"), file) : undefined;
  const groupBy = readGroupBy(entries, file);
  const threshold = integer("Threshold", 1, Number.MAX_SAFE_INTEGER) ?? 1;
  const dedupPeriodMinutes = integer("DedupPeriodMinutes", 5, 1440) ?? 60;
  const severities = has("DynamicSeverities")
    ? readDynamicSeverities(source, node("DynamicSeverities"), file, ownScore)
    : [];
  const context = has("AlertContext") ? readAlertContext(source, node("AlertContext"), file) : [];
  const rest = {
    description: string("Description"),
    runbook: string("Runbook"),
    references: [string("Reference") ?? ""].filter((reference) => reference.trim() !== ""),
    tags: strings("Tags"),
    attack: has("Reports") ? readAttackReport(source, node("Reports"), file) : [],
    logTypes: strings("LogTypes"),
    summaryAttributes: strings("SummaryAttributes"),
    createAlert: entries.boolean("CreateAlert") ?? true,
    tests: [
      ...(has("Tests") ? parseInlineTests(source, node("Tests"), file) : []),
      ...(id === undefined ? [] : file.testsOf(id)),
    ],
  };
  if (source.failed() || id === undefined || severity === undefined || condition === undefined)
    return undefined;
  const rule = finishRule({
    ...rest,
    id,
    name,
    kind: "panther",
    file: file.file,
    severity,
    riskScore: ownScore ?? RISK_SCORES[severity],
    authors: [],
    falsePositives: [],
    groupBy: groupBy.map((field) => field.text),
    dedupPeriodMinutes,
    stateful:
      threshold > 1
        ? { kind: "threshold", threshold, windowMinutes: dedupPeriodMinutes, cardinality: [] }
        : undefined,
    program: { condition, title: title ?? [{ kind: "text", text: name }], groupBy, severities, context },
  });
  return markPosition(source, file, node("RuleID"), rule);
}

/** Reports keys that are missing, unknown, refused or without effect. */
function checkKeys({ source, all, has }: RuleEntries): void {
  for (const { key, keyNode } of all()) {
    const use = RULE_KEYS.get(key);
    if (use === undefined) {
      const meant = didYouMean(key, RULE_KEYS.keys());
      const hint =
        meant === undefined ? "Remove it; notes of your own go into a comment." : `Did you mean ${meant}?`;
      source.report("unknown-key", keyNode, `A rule has no key ${key}.`, hint);
    } else if (use === "refused") {
      source.report("unsupported-key", keyNode, `The key ${key} is not supported.`);
    } else if (use === "ignored") {
      source.report("ignored-key", keyNode, `${key} has no effect here.`, undefined, "warning");
    }
  }
  for (const [key, example] of Object.entries(REQUIRED)) {
    if (!has(key)) source.report("missing-key", source.root, `The rule has no ${key}.`, `Add ${example}.`);
  }
}

function readCondition({ source, has, node }: RuleEntries, file: RuleSource): Expression | undefined {
  const filters = has("InlineFilters")
    ? compileInlineFilters(source, node("InlineFilters"), file)
    : undefined;
  const detection = has("Detection")
    ? compileMatchExpressions(source, node("Detection"), "Detection", file)
    : undefined;
  if (detection === undefined || filters === undefined) return detection;
  return markPosition<Expression>(source, file, node("Detection"), {
    kind: "all",
    terms: [filters, detection],
  });
}

function readGroupBy({ source, has, node }: RuleEntries, file: RuleSource): readonly FieldReference[] {
  const items = has("GroupBy") ? (source.items(node("GroupBy"), "GroupBy") ?? []) : [];
  return items.flatMap(
    (item) => parseOneSpecifier(source, file, item ?? node("GroupBy"), "Each item of GroupBy") ?? [],
  );
}

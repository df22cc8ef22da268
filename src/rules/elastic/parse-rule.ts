import { didYouMean } from "../../lib/did-you-mean.js";
import { RISK_SCORES } from "../../lib/severity.js";
import { finishRule } from "../finish-rule.js";
import type { ParsedFile, RuleSource } from "../front-end.js";
import type { Rule } from "../ir.js";
import { checkKeys } from "./check-keys.js";
import { compileRuleQuery } from "./rule-query.js";
import { RuleFields } from "./rule-fields.js";
import { readNewTerms, readThreshold, readThresholdFields } from "./several-events.js";
import { readSeverity, readSeverityMapping } from "./severity-mapping.js";
import { readSummaryFields } from "./summary-fields.js";
import { readSuppression } from "./suppression.js";
import { isApplied, isSupported } from "./rule-use.js";
import { readThreat } from "./threat.js";
import { parseTomlSource, type TomlSource } from "./toml-source.js";

/** Keys that every rule has, each with what to write. */
const REQUIRED = {
  rule_id: "`rule_id`, a UUID that no other rule has",
  name: '`name = "Trail deleted"`, for example',
  severity: '`severity = "medium"`, for example',
  type: '`type = "query"`, for example',
} as const;

const LOG_TYPE = "AWS.CloudTrail";

/** Reads one file of Elastic's detection-rules project and compiles its query. */
export function parseElasticRule(file: RuleSource): ParsedFile {
  const source = parseTomlSource(file.text, file.path);
  if (!source.wellFormed) return { rules: [], diagnostics: source.diagnostics };
  const rule = readRule(source, file);
  return { rules: rule === undefined || source.failed() ? [] : [rule], diagnostics: source.diagnostics };
}

function readRule(source: TomlSource, file: RuleSource): Rule | undefined {
  if (!isRule(source) || !isApplied(source) || !isSupported(source)) return undefined;
  const id = source.string(["rule", "rule_id"]);
  if (id?.trim() === "")
    source.report("bad-value", source.places.valueAt(["rule", "rule_id"]), "rule_id is empty.");
  const fields = new RuleFields(source, file.positions);
  const query = compileRuleQuery(source, file, fields);
  if (query === "other") return undefined;
  checkKeys(source);
  for (const [key, example] of Object.entries(REQUIRED)) {
    if (source.value(["rule", key]) === undefined)
      source.report("missing-key", source.places.at(["rule"]), `The rule has no ${key}.`, `Add ${example}.`);
  }
  const severity = readSeverity(source);
  const score = source.integer(["rule", "risk_score"], 0, 100);
  const riskScore = Math.min(Math.max(score ?? RISK_SCORES[severity ?? "info"], 1), 99);
  const type = source.string(["rule", "type"]);
  const suppression = readSuppression(source);
  const grouping = type === "threshold" ? readThresholdFields(source) : suppression.groupBy;
  const groupBy = grouping.map(({ name, path }) => ({ name, field: fields.reference(name, path) }));
  const summary = readSummaryFields(source);
  const name = source.string(["rule", "name"]) ?? id ?? "";
  const strings = (key: string): readonly string[] => source.strings(["rule", key]);
  const rest = {
    description: source.string(["rule", "description"])?.trim(),
    runbook: source.string(["rule", "note"])?.trim(),
    references: strings("references"),
    authors: strings("author"),
    falsePositives: strings("false_positives").map((text) => text.trim()),
    tags: strings("tags"),
    attack: readThreat(source, fields.place),
    dedupPeriodMinutes: suppression.dedupPeriodMinutes,
    createAlert: source.string(["rule", "building_block_type"]) === undefined,
    stateful:
      type === "threshold"
        ? readThreshold(source, fields.reference)
        : type === "new_terms"
          ? readNewTerms(source, fields.reference)
          : undefined,
    severities: readSeverityMapping(source, riskScore, fields.target),
  };
  if (source.failed() || id === undefined || severity === undefined || query === undefined) return undefined;
  const { severities, ...plain } = rest;
  const rule = finishRule({
    ...plain,
    id,
    name,
    kind: "elastic",
    file: file.file,
    severity,
    riskScore,
    logTypes: [LOG_TYPE],
    summaryAttributes: summary.attributes,
    groupBy: groupBy.map((field) => field.name),
    tests: file.testsOf(id),
    program: {
      condition: query,
      title: [{ kind: "text", text: name }],
      groupBy: groupBy.map(({ field }) => field),
      severities,
      context: summary.context,
    },
  });
  fields.place(rule, ["rule"]);
  return rule;
}

function isRule(source: TomlSource): boolean {
  if (source.value(["rule"]) !== undefined) {
    source.keys(["rule"]);
    return !source.failed();
  }
  const meant = didYouMean("rule", source.keys([]));
  const hint =
    meant === undefined ? "Put the rule's keys under `[rule]`." : `Did you mean [rule] by [${meant}]?`;
  source.report(
    "not-a-rule",
    meant === undefined ? { line: 1, column: 1 } : source.places.at([meant]),
    "The file has no [rule], so it is no Elastic rule.",
    hint,
  );
  return false;
}

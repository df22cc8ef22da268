import { didYouMean } from "../../lib/did-you-mean.js";
import { adviseOtherLogs } from "../near-log-source.js";
import { toLogSource, type LogSource } from "./log-source.js";
import { reportUnsupported } from "./report-unsupported.js";
import { LANGUAGES, RULE_TYPES } from "./rule-types.js";
import type { TomlSource } from "./toml-source.js";

const CLOUDTRAIL_DATASET = "aws.cloudtrail";

/**
 * Says that a rule is for other logs; what else is wrong with it concerns nobody.
 *
 * @param meant is what to write instead, where a name is nearly that of CloudTrail's logs.
 */
export function reportOther(source: TomlSource, reason: string, meant?: string): void {
  const at = source.places.at(["rule", "index"]);
  const message = `The rule is not loaded: ${reason}.`;
  const { hint, severity } = adviseOtherLogs(meant, "Only CloudTrail events pass through here.");
  source.report("other-log-type", at, message, hint, severity);
}

/** Looked at before anything that could refuse the rule. */
export function isApplied(source: TomlSource): boolean {
  if (source.value(["metadata", "maturity"]) === "deprecated") {
    const at = source.places.at(["metadata", "maturity"]);
    source.report("rule-retired", at, "The rule is deprecated and is not loaded.", undefined, "info");
    return false;
  }
  if (source.value(["rule", "enabled"]) === false) {
    const at = source.places.at(["rule", "enabled"]);
    source.report("rule-disabled", at, "The rule is disabled and is not loaded.", undefined, "info");
    return false;
  }
  const logs = logSourceOf(source);
  if (logs.kind === "other") reportOther(source, logs.reason, logs.meant);
  return logs.kind !== "other";
}

/** By integrations and index patterns; a query that names CloudTrail's dataset makes an open rule one of CloudTrail's. */
export function logSourceOf(source: TomlSource): LogSource {
  const value = source.value(["rule", "query"]);
  const query = typeof value === "string" ? value : "";
  const patterns = listOf(source, ["rule", "index"]) ?? (isEsql(source) ? esqlPatterns(query) : undefined);
  const logs = toLogSource(listOf(source, ["metadata", "integration"]), patterns);
  const named = query.includes(CLOUDTRAIL_DATASET);
  return logs.kind === "open" && named ? { kind: "cloudtrail" } : logs;
}

function isEsql(source: TomlSource): boolean {
  return source.value(["rule", "type"]) === "esql";
}

/** ES|QL names the index patterns in its query: `from logs-a*, logs-b* metadata _id`. */
function esqlPatterns(query: string): readonly string[] | undefined {
  const from = /^\s*from\s+([^|\s]+(?:\s*,\s*[^|,\s]+)*)/i.exec(query.slice(0, 2000))?.[1];
  return from?.split(",").map((pattern) => pattern.trim());
}

function listOf(source: TomlSource, path: readonly string[]): readonly string[] | undefined {
  const value = source.value(path);
  if (value === undefined) return undefined;
  return typeof value === "string" ? [value] : source.strings(path);
}

/** Whether rules of its type and language are read here; one line says what is not. */
export function isSupported(source: TomlSource): boolean {
  const [type, language] = [source.string(["rule", "type"]), source.string(["rule", "language"])];
  if (type === undefined) return !source.failed();
  const known = RULE_TYPES.get(type);
  const typeAt = source.places.valueAt(["rule", "type"]);
  if (known === undefined) {
    const meant = didYouMean(type, RULE_TYPES.keys());
    const hint = meant === undefined ? "Use query, eql, threshold or new_terms." : `Did you mean ${meant}?`;
    source.report("bad-value", typeAt, `There is no rule type ${type}.`, hint);
    return false;
  }
  if (!known.supported) {
    const hint = "Use query, eql, threshold or new_terms.";
    reportUnsupported(source, typeAt, `${known.reason ?? type}.`, hint, "unsupported-rule-type");
    return false;
  }
  if (language === undefined || known.languages.includes(language)) return true;
  const languageAt = source.places.valueAt(["rule", "language"]);
  if (LANGUAGES.has(language)) {
    const reason = `a rule of type ${type} cannot be in ${language} here.`;
    reportUnsupported(source, languageAt, reason, `Use ${known.languages.join(" or ")}.`);
  } else {
    const meant = /^kql$/i.test(language) ? "kuery" : didYouMean(language, LANGUAGES.keys());
    const hint = meant === undefined ? "Use kuery or eql." : `Did you mean ${meant}?`;
    source.report("bad-value", languageAt, `There is no language ${language}.`, hint);
  }
  return false;
}

import type { Node } from "yaml";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import { adviseOtherLogs, isNearCloudTrail } from "../near-log-source.js";
import type { RuleEntries } from "./rule-entries.js";

/** The only kind of log that passes through here. */
const LOG_TYPE = "AWS.CloudTrail";
/** Detections that look at other things than one event. */
const OTHER_DETECTIONS: ReadonlyMap<string, string> = new Map([
  ["policy", "a policy looks at resources, and only events pass through here"],
  ["scheduled_rule", "a scheduled rule looks at what a query found, and no queries are run here"],
  ["correlation_rule", "a correlation rule looks at the matches of other rules over time"],
]);
/** What lies beside detections. */
const NO_DETECTIONS: ReadonlySet<string> = new Set([
  "datamodel",
  "global",
  "lookup_table",
  "pack",
  "saved_query",
  "scheduled_query",
]);
const ID_KEYS = ["RuleID", "PolicyID"];

/**
 * Whether a file holds a rule that is meant for here and can be one; says why not. Looked at before anything else, since
 * what is wrong with a rule that is not used concerns nobody.
 */
export function isUsable(entries: RuleEntries): boolean {
  const { source } = entries;
  const given = entries.entry("AnalysisType");
  if (given === undefined) {
    const message = "The file has no AnalysisType, so it is no Panther rule.";
    source.report("not-a-rule", source.root, message, "Add `AnalysisType: rule`.");
    return false;
  }
  const type = source.string(entries.node("AnalysisType"), "AnalysisType");
  if (type === undefined) return false;
  if (NO_DETECTIONS.has(type)) {
    const message = `The file is no detection but a ${type}, and is passed over.`;
    source.report("no-detection", given.value, message, undefined, "info");
    return false;
  }
  if (type !== "rule") return isDisabled(entries) ? false : refuseType(entries, type);
  // Python rules are passed over in one line, however odd the rest of them.
  const python = entries.has("Filename") || entries.has("BaseDetection");
  if (python ? isDisabled(entries) : !isEnabled(entries)) return false;
  return isForCloudTrail(entries, python) && isDeclarative(entries);
}

/** The id of whatever the file holds, for messages. */
export function idOf(entries: RuleEntries): string | undefined {
  for (const key of ID_KEYS) {
    const id = entries.source.scalar(entries.entry(key)?.value);
    if (typeof id === "string" && id.trim() !== "") return id;
  }
  return undefined;
}

function refuseType(entries: RuleEntries, type: string): boolean {
  const code = "unsupported-analysis-type";
  const known = OTHER_DETECTIONS.get(type);
  const hint =
    known === undefined && didYouMean(type, ["rule"]) === "rule"
      ? "Did you mean rule?"
      : "Only `AnalysisType: rule` is supported.";
  refuse(entries, code, entries.node("AnalysisType"), known ?? `there is no AnalysisType ${type}`, hint);
  return false;
}

function isEnabled(entries: RuleEntries): boolean {
  if (!entries.has("Enabled")) return true;
  const enabled = entries.boolean("Enabled");
  return enabled === undefined ? false : !isDisabled(entries);
}

/** True, and reported, for `Enabled: false` only. */
function isDisabled(entries: RuleEntries): boolean {
  const enabled = entries.entry("Enabled");
  if (enabled === undefined || entries.source.scalar(enabled.value) !== false) return false;
  const message = `${nameOf(entries)} is disabled and is not loaded.`;
  entries.source.report("rule-disabled", enabled.keyNode, message, undefined, "info");
  return true;
}

/** @param lenient takes LogTypes that cannot be read for those of CloudTrail. */
function isForCloudTrail(entries: RuleEntries, lenient: boolean): boolean {
  const { source } = entries;
  const entry = entries.entry("LogTypes");
  if (entry === undefined) return true;
  const errors = source.diagnostics.length;
  const logTypes = lenient ? peekStrings(entries) : entries.strings("LogTypes");
  if (source.diagnostics.length > errors) return false;
  if (logTypes === undefined || logTypes.includes(LOG_TYPE)) return true;
  const message = `${nameOf(entries)} is for ${logTypes.join(", ") || "no logs"} and is not loaded.`;
  const { hint, severity } = adviseOtherLogs(
    logTypes.some(isNearCloudTrail) ? LOG_TYPE : undefined,
    `Only ${LOG_TYPE} passes through here.`,
  );
  source.report("other-log-type", entry.keyNode, message, hint, severity);
  return false;
}

function peekStrings({ source, entry }: RuleEntries): readonly string[] | undefined {
  const data = source.toData(entry("LogTypes")?.value);
  const isStrings = Array.isArray(data) && data.every((item) => typeof item === "string");
  return isStrings ? data : undefined;
}

function isDeclarative(entries: RuleEntries): boolean {
  const python = entries.entry("Filename");
  const derived = entries.entry("BaseDetection");
  if (python !== undefined) {
    const hint = "Rewrite it with a Detection block.";
    refuse(entries, "python-rule", python.keyNode, "its logic is Python code, which is not run here", hint);
  } else if (derived !== undefined) {
    refuse(entries, "unsupported-key", derived.keyNode, "it derives from another rule", "Write it out.");
  }
  return python === undefined && derived === undefined;
}

/** Refuses what the file holds, in one line that names it. */
function refuse(
  entries: RuleEntries,
  code: RuleDiagnosticCode,
  at: Node | undefined,
  reason: string,
  hint: string,
): void {
  entries.source.report(code, at, `${nameOf(entries)} is not supported: ${reason}.`, hint);
}

function nameOf(entries: RuleEntries): string {
  const id = idOf(entries);
  return id === undefined ? "The rule, which has no id," : `The rule ${id}`;
}

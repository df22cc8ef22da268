import { RISK_SCORES, SEVERITIES, type Severity } from "../../lib/severity.js";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { FieldReference } from "../field.js";
import type { AttackReference, Rule } from "../ir.js";
import { finishRule } from "../finish-rule.js";
import type { ParsedFile, RuleSource } from "../front-end.js";
import { parseAlertTitle } from "./alert-title.js";
import { parseInlineTests } from "./inline-tests.js";
import { KEY_SPECIFIERS, parseKeySpecifier } from "./key-specifier.js";
import { compileMatchExpressions } from "./match-expression.js";
import { RULE_KEYS } from "./rule-keys.js";
import { parseYamlSource, type Entry, type YamlSource } from "../yaml/yaml-source.js";

/** Keys that every rule has, each with what to write. */
const REQUIRED = {
  RuleID: "`RuleID: My.CloudTrail.Trail.Deleted`, a name that no other rule has",
  Severity: "`Severity: Medium`, for example",
  LogTypes: "`LogTypes: [AWS.CloudTrail]`",
  Detection: "`Detection:` with a list of match expressions",
} as const;

/** The only kind of log that passes through here. */
const LOG_TYPE = "AWS.CloudTrail";

/**
 * Reads one Panther rule from YAML text and compiles its Detection. Never throws. Gives no rule when it was refused, is
 * disabled or is for other logs: the diagnostics say which.
 */
export function parsePantherRule({ text, file, path }: RuleSource): ParsedFile {
  try {
    const source = parseYamlSource(text, path);
    const rule = source.root === undefined ? undefined : readRule(source, file);
    if (source.root === undefined && source.diagnostics.length === 0) {
      source.report("not-a-rule", undefined, "The file is empty.");
    }
    return { rules: source.failed() || rule === undefined ? [] : [rule], diagnostics: source.diagnostics };
  } catch (error) {
    // Nesting beyond what the YAML parser's own recursion bears, and aliases that contain themselves.
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The file cannot be read as YAML: ${reason}.`;
    return {
      rules: [],
      diagnostics: [{ code: "yaml-syntax", severity: "error", file: path, line: 1, column: 1, message }],
    };
  }
}

function readRule(source: YamlSource, file: string): Rule | undefined {
  const entries = source.entries(source.root, "A rule file");
  const keys = new Map(entries.map((entry) => [entry.key, entry]));
  if (!isRule(source, keys) || !isApplied(source, keys) || !isDeclarative(source, keys)) return undefined;
  checkKeys(source, entries);
  const value = (key: string) => keys.get(key)?.value;
  const read = <T>(key: string, reader: (entry: Entry) => T | undefined): T | undefined => {
    const entry = keys.get(key);
    return entry === undefined ? undefined : reader(entry);
  };
  const string = (key: string) => read(key, (entry) => source.string(entry.value, key));
  const strings = (key: string) => read(key, (entry) => source.strings(entry.value, key)) ?? [];
  const integer = (key: string, min: number, max: number) =>
    read(key, (entry) => source.integer(entry.value, key, min, max));
  const boolean = (key: string) => read(key, (entry) => source.boolean(entry.value, key));

  for (const [key, example] of Object.entries(REQUIRED)) {
    if (!keys.has(key))
      source.report("missing-key", source.root, `The rule has no ${key}.`, `Add ${example}.`);
  }
  const id = string("RuleID");
  if (id?.trim() === "") source.report("bad-value", value("RuleID"), "RuleID is empty.");
  const name = string("DisplayName") ?? id ?? "";
  const severity = readSeverity(source, keys.get("Severity"));
  const logTypes = strings("LogTypes");
  const condition = keys.has("Detection")
    ? compileMatchExpressions(source, value("Detection"), "Detection")
    : undefined;
  const title = read("AlertTitle", (entry) => parseAlertTitle(source, entry.value));
  const groupBy = readGroupBy(source, keys.get("GroupBy"));
  const threshold = integer("Threshold", 1, Number.MAX_SAFE_INTEGER) ?? 1;
  const rest = {
    riskScore: integer("RiskScore", 1, 99),
    description: string("Description"),
    runbook: string("Runbook"),
    references: [string("Reference") ?? ""].filter((reference) => reference !== ""),
    tags: strings("Tags"),
    attack: readAttack(source, keys.get("Reports")),
    summaryAttributes: strings("SummaryAttributes"),
    dedupPeriodMinutes: integer("DedupPeriodMinutes", 5, 1440) ?? 60,
    createAlert: boolean("CreateAlert") ?? true,
    tests: read("Tests", (entry) => parseInlineTests(source, entry.value)) ?? [],
  };
  if (source.failed() || id === undefined || severity === undefined || condition === undefined)
    return undefined;
  return finishRule({
    ...rest,
    authors: [],
    falsePositives: [],
    id,
    name,
    kind: "panther",
    file,
    severity,
    riskScore: rest.riskScore ?? RISK_SCORES[severity],
    logTypes,
    groupBy: groupBy.map((field) => field.text),
    stateful:
      threshold === 1
        ? undefined
        : { kind: "threshold", threshold, windowMinutes: rest.dedupPeriodMinutes, cardinality: [] },
    program: {
      condition,
      title: title ?? [{ kind: "text", text: name }],
      groupBy,
      severities: [],
      context: [],
    },
  });
}

function isRule(source: YamlSource, keys: ReadonlyMap<string, Entry>): boolean {
  if (source.failed()) return false;
  const type = keys.get("AnalysisType");
  if (type === undefined) {
    source.report(
      "not-a-rule",
      source.root,
      "The file has no AnalysisType, so it is no Panther rule.",
      "Add `AnalysisType: rule`.",
    );
    return false;
  }
  const analysis = source.scalar(type.value);
  if (analysis !== "rule") {
    source.report(
      "unsupported-analysis-type",
      type.value ?? type.keyNode,
      `AnalysisType ${String(analysis)} is not supported.`,
      "Only `AnalysisType: rule` is.",
    );
    return false;
  }
  return true;
}

function isDeclarative(source: YamlSource, keys: ReadonlyMap<string, Entry>): boolean {
  const python = keys.get("Filename");
  if (python === undefined) return true;
  source.report(
    "python-rule",
    python.keyNode,
    "The rule's logic is Python code, which is not run here.",
    "Rewrite it with a Detection block.",
  );
  return false;
}

function checkKeys(source: YamlSource, entries: readonly Entry[]): void {
  for (const { key, keyNode } of entries) {
    const use = RULE_KEYS.get(key);
    if (use === undefined) {
      const meant = didYouMean(key, RULE_KEYS.keys());
      source.report(
        "unknown-key",
        keyNode,
        `A rule has no key ${key}.`,
        meant === undefined ? "Remove it; notes of your own go into a comment." : `Did you mean ${meant}?`,
      );
    } else if (use === "unsupported") {
      source.report("unsupported-key", keyNode, `${key} is not supported yet.`);
    } else if (use === "ignored") {
      source.report("ignored-key", keyNode, `${key} has no effect here.`, undefined, "warning");
    }
  }
}

function readSeverity(source: YamlSource, entry: Entry | undefined): Severity | undefined {
  if (entry === undefined) return undefined;
  const text = source.string(entry.value, "Severity");
  if (text === undefined) return undefined;
  const severity = SEVERITIES.find((label) => label === text.toLowerCase());
  if (severity !== undefined) return severity;
  const meant = didYouMean(text, SEVERITIES);
  const hint = meant === undefined ? "Use Info, Low, Medium, High or Critical." : `Did you mean ${meant}?`;
  source.report("bad-value", entry.value, `There is no severity ${JSON.stringify(text)}.`, hint);
  return undefined;
}

function readGroupBy(source: YamlSource, entry: Entry | undefined): readonly FieldReference[] {
  const items = entry === undefined ? [] : (source.items(entry.value, "GroupBy") ?? []);
  return items.flatMap((item) => {
    const keys = source.entries(item, "Each item of GroupBy");
    const [specifier] = keys;
    const known = specifier !== undefined && (KEY_SPECIFIERS as readonly string[]).includes(specifier.key);
    if (known && keys.length === 1) return parseKeySpecifier(source, specifier) ?? [];
    if (specifier !== undefined) {
      source.report(
        "bad-expression",
        item,
        `Each item of GroupBy takes exactly one of ${KEY_SPECIFIERS.join(", ")}.`,
      );
    }
    return [];
  });
}

function readAttack(source: YamlSource, entry: Entry | undefined): readonly AttackReference[] {
  if (entry === undefined) return [];
  const report = source.entries(entry.value, "Reports").find((e) => e.key === "MITRE ATT&CK");
  if (report === undefined) return [];
  return (source.items(report.value, "MITRE ATT&CK") ?? []).flatMap((item) => {
    const text = source.scalar(item);
    const match =
      typeof text === "string" ? /^(TA\d{4})?(?:^|:|$)(T\d{4}(?:\.\d{3})?)?$/.exec(text.trim()) : null;
    const [, tactic, technique] = match ?? [];
    if (tactic !== undefined || technique !== undefined) return { tactic, technique };
    source.report(
      "bad-attack-reference",
      item ?? report.value,
      `${JSON.stringify(text)} is not an ATT&CK reference.`,
      "Write tactic and technique, such as TA0005:T1599.",
      "warning",
    );
    return [];
  });
}

/** Looked at before anything that could refuse the rule: what is wrong with a rule that is not used concerns nobody. */
function isApplied(source: YamlSource, keys: ReadonlyMap<string, Entry>): boolean {
  const enabled = keys.get("Enabled");
  if (enabled !== undefined && source.boolean(enabled.value, "Enabled") !== true) {
    if (!source.failed()) {
      source.report(
        "rule-disabled",
        enabled.keyNode,
        "The rule is disabled and is not loaded.",
        undefined,
        "info",
      );
    }
    return false;
  }
  const entry = keys.get("LogTypes");
  if (entry === undefined) return true;
  const logTypes = source.strings(entry.value, "LogTypes");
  if (source.failed()) return false;
  if (logTypes.includes(LOG_TYPE)) return true;
  const message = `The rule is for ${logTypes.join(", ") || "no logs"} and is not loaded.`;
  source.report("other-log-type", entry.keyNode, message, `Only ${LOG_TYPE} passes through here.`, "info");
  return false;
}

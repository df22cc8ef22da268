import { finishRule } from "../finish-rule.js";
import type { RuleSource } from "../front-end.js";
import type { Rule } from "../ir.js";
import { RISK_SCORES } from "../../lib/severity.js";
import { placed, type DocumentContext } from "./context.js";
import { readDetection } from "./detection.js";
import { checkKeys, hasOwnTaxonomy, isCurrent, type SigmaDocument } from "./document.js";
import { isCloudTrail, otherLogsMessage, readLogSource, type LogSource } from "./logsource.js";
import { readMetadata, type Metadata } from "./metadata.js";
import type { AbsentRule, SigmaRule } from "./parsed-file.js";

/** The only kind of log that passes through here, as rules of all formats name it. */
const LOG_TYPES = ["AWS.CloudTrail"];
const DEDUP_PERIOD_MINUTES = 60;

/** Reads a detection rule; the reason when it is not loaded. */
export function readRule(
  context: DocumentContext,
  document: SigmaDocument,
  file: RuleSource,
): SigmaRule | AbsentRule["reason"] {
  const { source } = context;
  const detection = document.entry("detection");
  if (detection === undefined && document.entry("logsource") === undefined) {
    checkKeys(context, document.kind);
    source.report("not-a-rule", source.root, "The document has no detection, no filter and no correlation.");
    return "refused";
  }
  const logSource = readAppliedLogSource(context, document);
  if (typeof logSource === "string") return logSource;
  if (!isCurrent(context, document)) return source.failed() ? "refused" : "retired";
  if (!hasOwnTaxonomy(context, document)) return "refused";
  checkKeys(context, document.kind);
  const metadata = readMetadata(context, document);
  if (detection === undefined)
    source.report(
      "missing-key",
      source.root,
      "The rule has no detection.",
      "Add `detection:` with a condition.",
    );
  const condition =
    detection === undefined
      ? undefined
      : readDetection(context, "detection", source.entries(detection.value, "detection"), detection.keyNode);
  if (source.failed() || metadata === undefined || condition === undefined) return "refused";
  const rule = finishRule({
    ...toBase(metadata, file),
    stateful: undefined,
    program: {
      condition,
      title: [{ kind: "text", text: metadata.title }],
      groupBy: [],
      severities: [],
      context: [],
    },
  });
  return { rule: placed(context, rule, source.root), name: metadata.name, logSource };
}

/** The log source of a rule or filter for CloudTrail; why it is not loaded, otherwise. */
export function readAppliedLogSource(
  context: DocumentContext,
  document: SigmaDocument,
): LogSource | "refused" | "other_logs" {
  const { source } = context;
  const entry = document.entry("logsource");
  if (entry === undefined) {
    const hint = "Add `logsource:` with `product: aws` and `service: cloudtrail`.";
    checkKeys(context, document.kind);
    source.report("missing-key", source.root, `The ${document.kind} has no logsource.`, hint);
    return "refused";
  }
  const logSource = readLogSource(source, entry.value);
  if (logSource === undefined) return "refused";
  if (isCloudTrail(logSource)) return logSource;
  const { message, hint, severity } = otherLogsMessage(document.kind, logSource);
  source.report("other-log-type", entry.keyNode, message, hint, severity);
  return "other_logs";
}

/** What rules and correlations have in common. */
export function toBase(
  metadata: Metadata,
  { file, testsOf }: RuleSource,
): Omit<Rule, "hash" | "program" | "stateful"> {
  const { id, title, severity, fields } = metadata;
  return {
    id,
    name: title,
    kind: "sigma",
    file,
    severity,
    riskScore: RISK_SCORES[severity],
    description: metadata.description,
    runbook: undefined,
    references: metadata.references,
    authors: metadata.authors,
    falsePositives: metadata.falsePositives,
    tags: metadata.tags,
    attack: metadata.attack,
    logTypes: LOG_TYPES,
    summaryAttributes: fields,
    groupBy: [],
    dedupPeriodMinutes: DEDUP_PERIOD_MINUTES,
    createAlert: true,
    tests: testsOf(id),
  };
}

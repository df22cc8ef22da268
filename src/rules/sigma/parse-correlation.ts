import { isMap, isScalar, type Node } from "yaml";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { RuleSource } from "../front-end.js";
import { CORRELATION_TYPES, type CorrelationType } from "../ir.js";
import type { Entry } from "../yaml/yaml-source.js";
import type { DocumentContext } from "./context.js";
import { readCorrelationCondition } from "./correlation-condition.js";
import { checkKeys, hasOwnTaxonomy, isCurrent, type SigmaDocument } from "./document.js";
import { toReference } from "./item-expression.js";
import { readMetadata } from "./metadata.js";
import { toBase } from "./parse-rule.js";
import type { AbsentRule, CorrelationAlias, SigmaCorrelation } from "./parsed-file.js";
import { readReferences } from "./references.js";
import { parseTimespan } from "./timespan.js";

/** Keys of `correlation`. */
export const CORRELATION_KEYS = [
  "type",
  "rules",
  "group-by",
  "timespan",
  "condition",
  "aliases",
  "generate",
] as const;
const REQUIRED = {
  type: "`type: event_count`, for example",
  rules: "`rules:` with ids or names of rules",
  "group-by": "`group-by:` with fields, or `group-by: []` to count all events together",
  timespan: "`timespan: 10m`, for example",
} as const;

/** Reads a correlation; the reason when it is not loaded. */
export function readCorrelation(
  context: DocumentContext,
  document: SigmaDocument,
  file: RuleSource,
): SigmaCorrelation | AbsentRule["reason"] {
  const { source } = context;
  if (!isCurrent(context, document)) return source.failed() ? "refused" : "retired";
  if (!hasOwnTaxonomy(context, document)) return "refused";
  checkKeys(context, document.kind);
  const metadata = readMetadata(context, document);
  const entry = document.entry("correlation");
  const entries = new Map(source.entries(entry?.value, "correlation").map((each) => [each.key, each]));
  if (entries.size > 0) checkEntries(context, entries, entry);
  const read = <T>(key: string, reader: (value: Node | undefined) => T): T | undefined => {
    const found = entries.get(key);
    return found === undefined ? undefined : reader(found.value ?? found.keyNode);
  };
  const type = read("type", (value) => readType(context, value));
  const rules = read("rules", (value) => readReferences(context, value, "rules of a correlation")) ?? [];
  const groupBy = read("group-by", (value) => readNames(context, value, "group-by")) ?? [];
  const timespanSeconds = read("timespan", (value) => readTimespan(context, value));
  const aliases = read("aliases", (value) => readAliases(context, value)) ?? [];
  const generate = [entries.get("generate"), document.entry("generate")].some(
    (found) => found !== undefined && source.boolean(found.value, "generate") === true,
  );
  const condition =
    type === undefined
      ? undefined
      : readCorrelationCondition(context, type, entries.get("condition"), entry?.keyNode, rules.length);
  if (source.failed() || metadata === undefined || type === undefined) return "refused";
  if (condition === undefined || timespanSeconds === undefined) return "refused";
  return {
    name: metadata.name,
    base: { ...toBase(metadata, file), groupBy },
    groupBy: groupBy.map(toReference),
    rules,
    generate,
    aliases,
    parts: { type, timespanSeconds, ...condition },
    position: source.position(source.root),
  };
}

function checkEntries(
  { source }: DocumentContext,
  entries: ReadonlyMap<string, Entry>,
  correlation: Entry | undefined,
): void {
  for (const { key, keyNode } of entries.values()) {
    if ((CORRELATION_KEYS as readonly string[]).includes(key)) continue;
    const meant = didYouMean(key, CORRELATION_KEYS);
    const hint =
      meant === undefined ? `Known keys: ${CORRELATION_KEYS.join(", ")}.` : `Did you mean ${meant}?`;
    source.report("unknown-key", keyNode, `A correlation has no key ${key}.`, hint);
  }
  for (const [key, example] of Object.entries(REQUIRED)) {
    if (!entries.has(key))
      source.report("missing-key", correlation?.keyNode, `The correlation has no ${key}.`, `Add ${example}.`);
  }
}

function readType({ source }: DocumentContext, node: Node | undefined): CorrelationType | undefined {
  const text = source.string(node, "type");
  const type = CORRELATION_TYPES.find((known) => known === text);
  if (type !== undefined || text === undefined) return type;
  const meant = didYouMean(text, CORRELATION_TYPES);
  const hint = meant === undefined ? `Types are ${CORRELATION_TYPES.join(", ")}.` : `Did you mean ${meant}?`;
  source.report("bad-value", node, `There is no type of correlation ${JSON.stringify(text)}.`, hint);
  return undefined;
}

function readTimespan({ source }: DocumentContext, node: Node | undefined): number | undefined {
  const text = source.string(node, "timespan");
  if (text === undefined) return undefined;
  const seconds = parseTimespan(text);
  if (seconds === undefined)
    source.report(
      "bad-value",
      node,
      `${JSON.stringify(text)} is no time span.`,
      "Write 30s, 90m, 12h or 7d.",
    );
  return seconds;
}

/** Names of fields or aliases: a list, or one alone. */
function readNames({ source }: DocumentContext, node: Node | undefined, what: string): readonly string[] {
  if (!isScalar(node)) return source.strings(node, what);
  const text = source.string(node, what);
  return text === undefined ? [] : [text];
}

function readAliases({ source }: DocumentContext, node: Node | undefined): readonly CorrelationAlias[] {
  return source.entries(node, "aliases").map(({ key, keyNode, value }) => {
    if (!isMap(value)) {
      const hint = "Write a field for each rule: `ip: {rule_name: sourceIPAddress}`.";
      source.report("wrong-type", value ?? keyNode, `The alias ${key} must be a mapping.`, hint);
      return { name: key, fields: [] };
    }
    const fields = source.entries(value, `The alias ${key}`).flatMap((entry) => {
      const field = source.string(entry.value ?? entry.keyNode, `The field of ${entry.key}`);
      if (field === undefined) return [];
      return { rule: { text: entry.key, position: source.position(entry.keyNode) }, field };
    });
    return { name: key, fields };
  });
}

import type { Expression } from "../expression.js";
import type { DocumentContext } from "./context.js";
import { readDetection } from "./detection.js";
import { checkKeys, hasOwnTaxonomy, isCurrent, type SigmaDocument } from "./document.js";
import { readAppliedLogSource } from "./parse-rule.js";
import type { SigmaFilter } from "./parsed-file.js";
import { readReferences } from "./references.js";

/** Reads a filter; undefined when it is not loaded. */
export function readFilter(context: DocumentContext, document: SigmaDocument): SigmaFilter | undefined {
  const { source } = context;
  const logSource = readAppliedLogSource(context, document);
  if (typeof logSource === "string" || !isCurrent(context, document) || !hasOwnTaxonomy(context, document))
    return undefined;
  checkKeys(context, document.kind);
  const title = document.text("title");
  if (title === undefined && document.entry("title") === undefined)
    source.report("missing-key", source.root, "The filter has no title.", "Add one.");
  const filter = document.entry("filter");
  const entries = source.entries(filter?.value, "filter");
  const rules = entries.find(({ key }) => key === "rules");
  if (rules === undefined && entries.length > 0) {
    const hint = "Add `rules:` with ids or names of rules, or `rules: any` for all of the log source.";
    source.report("missing-key", filter?.keyNode, "The filter names no rules.", hint);
  }
  const isAny = rules !== undefined && String(source.scalar(rules.value)).toLowerCase() === "any";
  const references =
    rules === undefined || isAny ? [] : readReferences(context, rules.value, "rules of a filter");
  const parts = entries.filter(({ key }) => key !== "rules");
  const expression =
    entries.length === 0 ? undefined : readDetection(context, "filter", parts, filter?.keyNode);
  if (source.failed() || expression === undefined || title === undefined) return undefined;
  if (!negates(expression)) {
    const condition = entries.find(({ key }) => key === "condition");
    source.report(
      "filter-keeps",
      condition?.value,
      "The filter's condition has no not, so that its rules match nothing but what it describes.",
      "To leave out what it describes, write `condition: not selection`.",
      "warning",
    );
  }
  return { title, logSource, rules: isAny ? "any" : references, expression };
}

function negates(expression: Expression): boolean {
  if (expression.kind === "not") return true;
  return (expression.kind === "all" || expression.kind === "any") && expression.terms.some(negates);
}

import type { Expression } from "../expression.js";
import type { RuleSource } from "../front-end.js";
import { compileQuery } from "./compile-query.js";
import { readFilters } from "./filters.js";
import { joinTerms } from "./merge-terms.js";
import type { CompiledQuery, QueryContext } from "./query-context.js";
import type { RuleFields } from "./rule-fields.js";
import { lowerFirstWord, reportUnsupported } from "./report-unsupported.js";
import { logSourceOf, reportOther } from "./rule-use.js";
import type { TomlSource } from "./toml-source.js";

const QUERY = ["rule", "query"] as const;

/**
 * Compiles a rule's query together with its filters, and reports what is wrong with them.
 *
 * @returns undefined when something is; "other" when the rule is for other logs, which its fields tell.
 */
export function compileRuleQuery(
  source: TomlSource,
  file: RuleSource,
  fields: RuleFields,
): Expression | "other" | undefined {
  const query = source.string(QUERY);
  if (query === undefined) {
    if (source.value(QUERY) === undefined) {
      const hint = "Add `query = '''event.action: DeleteTrail'''`, for example.";
      source.report("missing-key", source.places.at(["rule"]), "The rule has no query.", hint);
    }
    return undefined;
  }
  const context: QueryContext = {
    lists: file.lists,
    categoryField: source.string(["rule", "event_category_override"]) ?? "event.category",
    place: (part, offset) => fields.placeInString(part, QUERY, offset),
  };
  const language = source.value(["rule", "type"]) === "eql" ? "eql" : "kuery";
  const compiled = compileQuery(language, query, context);
  const unknown = compiled.problems.find(({ code }) => code === "unknown-field");
  if (unknown !== undefined && logSourceOf(source).kind === "open") {
    reportOther(
      source,
      `its index patterns are for many kinds of events, and ${lowerFirstWord(unknown.message)}`,
    );
    return "other";
  }
  reportProblems(source, compiled);
  const filters = readFilters(source, fields.target);
  if (compiled.condition === undefined) return undefined;
  return filters.length === 0 ? compiled.condition : joinTerms("all", [compiled.condition, ...filters]);
}

function reportProblems(source: TomlSource, { problems }: CompiledQuery): void {
  for (const { code, severity, offset, message, hint } of problems) {
    const at = source.places.inString(QUERY, offset);
    if (code === "unsupported-query") reportUnsupported(source, at, message, hint);
    else source.report(code, at, message, hint, severity);
  }
}

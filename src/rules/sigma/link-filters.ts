import type { Diagnostic } from "../../lib/diagnostics.js";
import type { Expression } from "../expression.js";
import type { Rule } from "../ir.js";
import { describeLogSource, includesLogSource } from "./logsource.js";
import type { KnownRules } from "./known-rules.js";
import type { ParsedSigmaFile, RuleReference, SigmaFilter, SigmaRule } from "./parsed-file.js";

/** Rules as the filters leave them, by the rule before; rules without a filter are not among them. */
export function linkFilters(
  files: readonly ParsedSigmaFile[],
  known: KnownRules,
  diagnostics: Diagnostic[],
): ReadonlyMap<Rule, Omit<Rule, "hash">> {
  const conditions = new Map<Rule, Expression[]>();
  const narrow = ({ rule }: SigmaRule, { expression }: SigmaFilter): void => {
    const found = conditions.get(rule);
    if (found === undefined) conditions.set(rule, [expression]);
    else if (!found.includes(expression)) found.push(expression);
  };
  const all = files.flatMap(({ sigmaRules }) => sigmaRules);
  for (const { path, filters } of files) {
    for (const filter of filters) {
      const named =
        filter.rules === "any"
          ? all.filter(({ logSource }) => includesLogSource(filter.logSource, logSource))
          : filter.rules.flatMap((reference) => find(filter, reference, path, known, diagnostics));
      for (const rule of named) narrow(rule, filter);
    }
  }
  return new Map([...conditions].map(([rule, terms]) => [rule, withTerms(rule, terms)]));
}

function withTerms(rule: Rule, terms: readonly Expression[]): Omit<Rule, "hash"> {
  const condition: Expression = { kind: "all", terms: [rule.program.condition, ...terms] };
  return { ...rule, program: { ...rule.program, condition } };
}

/** A filter keeps working for its other rules where one cannot be found. */
function find(
  filter: SigmaFilter,
  { text, position }: RuleReference,
  path: string,
  known: KnownRules,
  diagnostics: Diagnostic[],
): readonly SigmaRule[] {
  const referred = known.find(text);
  const warn = (what: string, hint: string): readonly SigmaRule[] => {
    const message = `The filter ${JSON.stringify(filter.title)} is for ${text}, ${what}.`;
    const where = { code: "unresolved-rule", severity: "warning", file: path, ...position } as const;
    diagnostics.push({ ...where, message, hint });
    return [];
  };
  switch (referred.kind) {
    case "rule":
      if (includesLogSource(filter.logSource, referred.rule.logSource)) return [referred.rule];
      return warn(
        "whose log source is another one",
        `Give the filter a logsource of ${describeLogSource(referred.rule.logSource)}.`,
      );
    case "correlation":
      return warn("which is a correlation", "Name the rules that the correlation is made of.");
    case "several":
      return warn("and several rules have that id or name", "Name it by an id that no other rule has.");
    case "absent":
      if (referred.absent.reason !== "refused") return [];
      return warn("which was refused", "See what is wrong with that rule.");
    case "nothing": {
      const hint =
        referred.meant === undefined
          ? "Remove it, or load that rule too."
          : `Did you mean ${referred.meant}?`;
      return warn("which is not among the rules", hint);
    }
  }
}

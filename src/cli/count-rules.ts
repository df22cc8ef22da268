import type { Diagnostic } from "../lib/diagnostics.js";
import type { LoadedRules } from "../rules/ir.js";
import type { RuleFormat } from "../rules/rule-format.js";
import { FATES, isTagsOnly, RULE_KINDS, type Fate, type RuleCounts } from "./reporters/rule-list.js";

/** Counts rules by format: those loaded, and the files of which none was, by why. */
export function countRules(loaded: LoadedRules): RuleCounts {
  const counts = new Map(RULE_KINDS.map((kind) => [kind, new Map(FATES.map((fate) => [fate, 0]))]));
  const add = (kind: RuleFormat, fate: Fate): void => {
    const fates = counts.get(kind);
    fates?.set(fate, (fates.get(fate) ?? 0) + 1);
  };
  for (const rule of loaded.rules) {
    add(rule.kind, "loaded");
    if (isTagsOnly(rule)) add(rule.kind, "tags_only");
  }
  const paths = new Set(loaded.rules.map(({ id }) => loaded.paths.get(id)));
  for (const [path, fate] of fatesOf(loaded.diagnostics)) {
    const format = paths.has(path) ? undefined : loaded.formats.get(path);
    if (format !== undefined) add(format, fate);
  }
  return toCounts(counts);
}

function toCounts(counts: ReadonlyMap<RuleFormat, ReadonlyMap<Fate, number>>): RuleCounts {
  const entries = [...counts].map(([kind, fates]) => [kind, Object.fromEntries(fates)] as const);
  return Object.fromEntries(entries) as unknown as RuleCounts;
}

/** By file: an error says more than information, and that a thing is unsupported more than another error. */
function fatesOf(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, Fate> {
  const fates = new Map<string, Fate>();
  for (const { code, severity, file } of diagnostics) {
    if (severity === "error") {
      const unsupported = code === "python-rule" || code.startsWith("unsupported-");
      if (fates.get(file) !== "unsupported") fates.set(file, unsupported ? "unsupported" : "refused");
    } else if (!fates.has(file)) {
      if (code === "other-log-type") fates.set(file, "other_logs");
      if (code === "rule-disabled" || code === "rule-retired") fates.set(file, "disabled");
    }
  }
  return fates;
}

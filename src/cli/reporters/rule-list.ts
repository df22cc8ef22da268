import type { Diagnostic } from "../../lib/diagnostics.js";
import { firstOfEachCode, toDiagnosticLines } from "./diagnostics.js";
import { isBundled } from "../../rules/bundled-pack.js";
import type { LoadedRules, Rule } from "../../rules/ir.js";
import { oneLine } from "./one-line.js";

export const RULE_KINDS = ["panther", "sigma", "elastic"] as const satisfies Rule["kind"][];
/** What became of a rule file; a file of several rules counts once for each that is loaded. */
export const FATES = ["loaded", "tags_only", "disabled", "other_logs", "unsupported", "refused"] as const;
export type Fate = (typeof FATES)[number];
export type RuleCounts = Readonly<Record<Rule["kind"], Readonly<Record<Fate, number>>>>;

export interface RuleList {
  readonly loaded: LoadedRules;
  readonly counts: RuleCounts;
  /** What did not load, and why, errors first. */
  readonly notLoaded: readonly Diagnostic[];
}

/** Longer ids push the name to the right. */
const MAX_ID = 60;
const HEADINGS: Readonly<Record<Fate, string>> = {
  loaded: "loaded",
  tags_only: "tags only",
  disabled: "disabled",
  other_logs: "other logs",
  unsupported: "unsupported",
  refused: "refused",
};

/** @param all whether every line of what did not load is shown, information too */
export function toRuleListText({ loaded, counts, notLoaded }: RuleList, all: boolean): string {
  const longest = Math.max(0, ...loaded.rules.map(({ id }) => id.length));
  const lines = loaded.rules.map((rule) => toLine(rule, Math.min(longest, MAX_ID)));
  const told = all ? notLoaded : notLoaded.filter(({ severity }) => severity !== "info");
  const shown = all ? told : firstOfEachCode(told);
  if (shown.length > 0) lines.push("", "Not loaded:", toDiagnosticLines(shown).trimEnd());
  const hidden = notLoaded.length - shown.length;
  if (hidden > 0) lines.push(`… ${hidden.toLocaleString("en-US")} more; --all shows them`);
  const bundled = loaded.rules.filter(({ id }) => isBundled(loaded.paths.get(id) ?? "")).length;
  const note = bundled === 0 ? [] : [`${bundled} of the rules loaded are the bundled pack.`];
  return [...lines, "", ...toTable(counts), ...note, ""].join("\n");
}

export function toRuleListJson({ loaded, counts, notLoaded }: RuleList): string {
  const rules = loaded.rules.map((rule) => ({
    id: rule.id,
    name: rule.name,
    kind: rule.kind,
    severity: rule.severity,
    file: loaded.paths.get(rule.id) ?? rule.file,
    tags_only: isTagsOnly(rule),
  }));
  const list = { rules, not_loaded: notLoaded, counts, ruleset: loaded.ruleset };
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** Whether the rule tags events and raises no alert on one of them, since it needs several. */
export function isTagsOnly({ stateful }: Rule): boolean {
  return stateful !== undefined;
}

function toLine(rule: Rule, width: number): string {
  const note = isTagsOnly(rule) ? "  (tags only)" : "";
  const line = `${rule.severity.padEnd(9)}${rule.kind.padEnd(8)}${rule.id.padEnd(width)}  ${rule.name}${note}`;
  return oneLine(line);
}

function toTable(counts: RuleCounts): readonly string[] {
  const rows = [
    ["", ...FATES.map((fate) => HEADINGS[fate])],
    ...RULE_KINDS.map((kind) => [kind, ...FATES.map((fate) => counts[kind][fate].toLocaleString("en-US"))]),
  ];
  const widths = [...FATES.keys()].map((i) => Math.max(...rows.map((row) => row[i + 1]?.length ?? 0)));
  return rows.map(([name = "", ...cells]) =>
    `${name.padEnd(8)}${cells.map((cell, i) => `  ${cell.padStart(widths[i] ?? 0)}`).join("")}`.trimEnd(),
  );
}

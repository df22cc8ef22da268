/** A format that a front end reads. */
export type RuleFormat = "panther" | "sigma" | "elastic";

/** Keys at the beginning of a line that only rules of a format have. Text is looked at, since parsing takes longer. */
const MARKS: readonly (readonly [RuleFormat, RegExp])[] = [
  ["panther", /^(?:\{\s*)?["']?(?:AnalysisType|RuleID|Detection|LogTypes)["']?\s*:/m],
  ["sigma", /^(?:\{\s*)?["']?(?:logsource|detection|correlation|filter)["']?\s*:/m],
];

/** The format of a file by its name and text; undefined when it is no rule. */
export function ruleFormatOf(file: string, text: string): RuleFormat | undefined {
  if (file.endsWith(".toml")) return /^\s*\[rule\]/m.test(text) ? "elastic" : undefined;
  for (const [format, mark] of MARKS) if (mark.test(text)) return format;
  return undefined;
}

/** A format that a front end reads. */
export type RuleFormat = "panther" | "sigma" | "elastic";

/**
 * Keys at the beginning of a line that only rules of a format have. Text is looked at, since parsing takes longer. A
 * misspelt one leads to the front end too, which says what was meant.
 */
const MARKS: readonly (readonly [RuleFormat, RegExp])[] = [
  ["panther", /^(?:\{\s*)?["']?(?:AnalysisType|RuleID|LogTypes)["']?\s*:/m],
  ["sigma", /^(?:\{\s*)?["']?(?:[Ll]og[_-]?[Ss]ource|detection|correlation|filter)["']?\s*:/m],
  ["panther", /^(?:\{\s*)?["']?Detection["']?\s*:/m],
];
/** A table that is `[rule]` or meant to be, or a key that stands in it alone. */
const ELASTIC_MARK = /^\s*(?:\[{1,2}\s*["']?rules?["']?\s*\]|["']?rule_id["']?\s*=)/im;

/** The format of a file by its name and text; undefined when it is no rule. */
export function ruleFormatOf(file: string, text: string): RuleFormat | undefined {
  if (file.endsWith(".toml")) return ELASTIC_MARK.test(text) ? "elastic" : undefined;
  for (const [format, mark] of MARKS) if (mark.test(text)) return format;
  return undefined;
}

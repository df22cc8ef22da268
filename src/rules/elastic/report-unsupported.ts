import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import type { Position } from "../positions.js";
import type { TomlSource } from "./toml-source.js";

/** Says that a rule cannot be supported: one line for each, with its id, however much of it that concerns. */
export function reportUnsupported(
  source: TomlSource,
  at: Position,
  reason: string,
  hint: string | undefined,
  code: Extract<RuleDiagnosticCode, `unsupported-${string}`> = "unsupported-query",
): void {
  if (source.diagnostics.some((known) => known.code === code)) return;
  const id = source.value(["rule", "rule_id"]);
  const rule = typeof id === "string" && id !== "" ? `Rule ${id}` : "A rule without an id";
  source.report(code, at, `${rule} is not supported: ${lowerFirstWord(reason)}`, hint);
}

/** What follows a colon begins small, but for names and abbreviations. */
export function lowerFirstWord(sentence: string): string {
  return sentence.replace(/^(?:A|An|The|It|Its|No|Only|Inside|Addresses) /, (word) => word.toLowerCase());
}

import type { Diagnostic } from "../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "../rules/diagnostic-codes.js";

/** What the log says at start of all that was refused. */
export interface Refusals {
  /** What somebody should mend, one of each file so that none hides the others. */
  readonly told: readonly Diagnostic[];
  /** Rules of kinds that do not run here. */
  readonly unsupported: number;
  /** Other errors that are not told. */
  readonly untold: number;
}

export const MAX_TOLD = 20;
/** Codes of whole kinds of rules that do not run here: a checkout holds hundreds, and nobody can mend them. */
const OTHER_KINDS: ReadonlySet<string> = new Set<RuleDiagnosticCode>([
  "python-rule",
  "unsupported-analysis-type",
  "unsupported-rule-type",
]);

export function toRefusals(errors: readonly Diagnostic[]): Refusals {
  const slips = errors.filter(({ code }) => !OTHER_KINDS.has(code));
  const firstOfFile = new Map([...slips].reverse().map((diagnostic) => [diagnostic.file, diagnostic]));
  const told = slips
    .filter((diagnostic) => firstOfFile.get(diagnostic.file) === diagnostic)
    .slice(0, MAX_TOLD);
  return { told, unsupported: errors.length - slips.length, untold: slips.length - told.length };
}

import type { Diagnostic } from "../../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "../diagnostic-codes.js";

/** Codes of what the format has and is not done here; those of a rule that is refused whole name it already. */
const PARTS: ReadonlySet<string> = new Set<RuleDiagnosticCode>([
  "unsupported-key",
  "unsupported-condition",
  "unsupported-mocks",
]);

/**
 * Keeps one diagnostic of all that say that a rule uses what is not supported, and has it name the rule: nothing but
 * another rule would help, so one line is enough.
 */
export function tellUnsupportedOnce(
  diagnostics: readonly Diagnostic[],
  id: string | undefined,
): readonly Diagnostic[] {
  let told = false;
  return diagnostics.flatMap((diagnostic) => {
    if (!PARTS.has(diagnostic.code)) return [diagnostic];
    if (told) return [];
    told = true;
    const { message } = diagnostic;
    if (id === undefined || message.includes(id)) return [diagnostic];
    const lower = message.charAt(0).toLowerCase() + message.slice(1);
    return [{ ...diagnostic, message: `In the rule ${id}, ${lower}` }];
  });
}

import type { Diagnostic } from "../../lib/diagnostics.js";
import type { RuleException } from "../exceptions/exception.js";
import { lintCondition } from "./conditions.js";
import type { ReportAt } from "./locate.js";
import { compileOnce, type CompileTest } from "./possible-values.js";
import { lintFieldsOfCondition } from "./unknown-fields.js";

/** What to look at in exceptions that are loaded, as `lintRules` does for rules; told at their files. */
export function lintExceptions(
  exceptions: readonly RuleException[],
  compile: CompileTest,
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const compileTest = compileOnce(compile);
  for (const { id, path, condition, tests } of exceptions) {
    const report: ReportAt = (code, severity, _parts, message, hint) => {
      const where = { code, severity, file: path, line: 1, column: 1, message: `${id}: ${message}` };
      diagnostics.push(hint === undefined ? where : { ...where, hint });
    };
    lintFieldsOfCondition(condition, report);
    // Written out, it says that a rule is of no interest: no slip.
    if (condition.kind !== "constant")
      lintCondition(condition, compileTest, report, "The exception can never apply");
    if (tests.length === 0) {
      const hint = "Add tests: an event that is to be suppressed, and one that is not.";
      report("no-tests", "info", [], "The exception has no tests.", hint);
    }
  }
  return diagnostics;
}

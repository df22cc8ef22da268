import type { Diagnostic } from "../../lib/diagnostics.js";
import type { RuleException } from "../exceptions/exception.js";
import { lintCondition } from "./conditions.js";
import type { Positions } from "../positions.js";
import { FIRST, type ReportAt } from "./locate.js";
import { compileOnce, type CompileTest } from "./possible-values.js";
import { lintFieldsOfCondition } from "./unknown-fields.js";

/** What to look at in exceptions that are loaded, as `lintRules` does for rules; at places that are known, else at their files. */
export function lintExceptions(
  exceptions: readonly RuleException[],
  compile: CompileTest,
  positions?: Positions,
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const compileTest = compileOnce(compile);
  for (const exception of exceptions) {
    const { id, path, condition, tests } = exception;
    const report: ReportAt = (code, severity, parts, message, hint) => {
      const part = [...parts, exception, condition].find((each) => positions?.has(each) === true);
      const { line, column } = (part === undefined ? undefined : positions?.get(part)) ?? FIRST;
      const where = { code, severity, file: path, line, column, message: `${id}: ${message}` };
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

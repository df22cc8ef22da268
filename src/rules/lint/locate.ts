import type { Diagnostic, DiagnosticSeverity } from "../../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import type { LoadedRules, Rule } from "../ir.js";
import { testsFileOf } from "../tests-file.js";

/** Says what is wrong with a rule, at the first of the given parts of it whose place is known; else at the rule's. */
export type ReportAt = (
  code: RuleDiagnosticCode,
  severity: DiagnosticSeverity,
  parts: readonly object[],
  message: string,
  hint?: string,
) => void;

/** Collects diagnostics on one rule. */
export function createReport(loaded: LoadedRules, rule: Rule, diagnostics: Diagnostic[]): ReportAt {
  const path = loaded.paths.get(rule.id) ?? rule.file;
  const tests = new Set<object>(rule.kind === "panther" ? [] : rule.tests);
  return (code, severity, parts, message, hint) => {
    const part = [...parts, rule].find((each) => loaded.positions?.has(each) === true);
    const { line, column } = (part === undefined ? undefined : loaded.positions?.get(part)) ?? FIRST;
    const file = part !== undefined && tests.has(part) ? testsFileOf(path) : path;
    diagnostics.push({
      ...{ code, severity, file, line, column, message },
      ...(hint === undefined ? {} : { hint }),
    });
  };
}

/** Where a file as a whole is meant. */
export const FIRST = { line: 1, column: 1 };

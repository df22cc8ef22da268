import { formatDiagnostic, type Diagnostic, type DiagnosticSeverity } from "../../lib/diagnostics.js";
import { plural } from "../plural.js";
import { oneLine } from "./one-line.js";

/** In order of file and place, each once. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const distinct = new Map(diagnostics.map((each) => [JSON.stringify(each), each]));
  return [...distinct.values()].sort(
    (a, b) =>
      compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.code, b.code),
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** One line each. */
export function toDiagnosticLines(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((each) => `${oneLine(formatDiagnostic(each))}\n`).join("");
}

/** Lines for one reason that are shown unasked. */
const MAX_PER_CODE = 10;

/** Without those that say once more what ten others of their code said: a foreign checkout has hundreds of one kind. */
export function firstOfEachCode(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const counts = new Map<string, number>();
  return diagnostics.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= MAX_PER_CODE;
  });
}

/** `2 errors, 1 warning, 12 of information`; without what there is none of. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: DiagnosticSeverity): number =>
    diagnostics.filter((each) => each.severity === severity).length;
  const [errors, warnings, info] = [count("error"), count("warning"), count("info")];
  const parts = [
    ...(errors > 0 ? [plural(errors, "error")] : []),
    ...(warnings > 0 ? [plural(warnings, "warning")] : []),
    ...(info > 0 ? [`${info.toLocaleString("en-US")} of information`] : []),
  ];
  return parts.length === 0 ? "nothing to say" : parts.join(", ");
}

/** `other-log-type 3,954, no-tests 12`, the most frequent first. */
export function countCodes(diagnostics: readonly Diagnostic[]): string {
  const counts = new Map<string, number>();
  for (const { code } of diagnostics) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${count.toLocaleString("en-US")}`)
    .join(", ");
}

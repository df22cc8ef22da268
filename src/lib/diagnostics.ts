export type DiagnosticSeverity = "error" | "warning" | "info";

/** A problem in a file that a person wrote (rule, config, list). Collected, never thrown one at a time. */
export interface Diagnostic {
  /** Stable kebab-case code, listed in docs/reference/errors.md. */
  readonly code: string;
  readonly severity: DiagnosticSeverity;
  readonly file: string;
  /** 1-based; 1 when the whole file is meant; 0 when `file` names no file but a flag or a variable. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** One sentence: what to do. */
  readonly hint?: string;
}

/** `file:line:column severity code message (hint)`, the form editors jump to. */
export function formatDiagnostic(d: Diagnostic): string {
  const hint = d.hint === undefined ? "" : ` (${d.hint})`;
  const where = d.line === 0 ? `${d.file}:` : `${d.file}:${d.line}:${d.column}`;
  return `${where} ${d.severity} ${d.code} ${d.message}${hint}`;
}

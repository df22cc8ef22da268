import type { Diagnostic } from "../../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import type { Position } from "../positions.js";

/** Thrown while a YAML source is read that stands for too much. */
export class YamlLimitError extends Error {
  override readonly name = "YamlLimitError";

  /** @param reason without a full stop at its end. */
  constructor(
    readonly reason: string,
    readonly position: Position,
  ) {
    super(reason);
  }
}

/** What to say when reading a YAML source threw. */
export function toLimitDiagnostic(error: unknown, file: string): Diagnostic {
  const known = error instanceof YamlLimitError;
  const reason = known ? error.reason : error instanceof Error ? error.message : String(error);
  const code: RuleDiagnosticCode = known ? "yaml-limit" : "yaml-syntax";
  const { line, column } = known ? error.position : { line: 1, column: 1 };
  const message = `The file cannot be read as YAML: ${reason}.`;
  const hint = "Write out what the aliases stand for.";
  return { code, severity: "error", file, line, column, message, ...(known ? { hint } : {}) };
}

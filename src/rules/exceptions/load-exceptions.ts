import type { Diagnostic } from "../../lib/diagnostics.js";
import { loadDefinitions } from "../yaml/load-definitions.js";
import type { RuleException } from "./exception.js";
import { readExceptions, type ExceptionContext } from "./read-exceptions.js";

export interface LoadedExceptions {
  /** In order of id; expired ones too, since the engine looks at the time of each event's arrival. */
  readonly exceptions: readonly RuleException[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Loads exceptions from YAML files and folders, recursively. Rejects on nothing that a person wrote: an exception that
 * cannot be read suppresses nothing, has its diagnostics, and costs no other.
 */
export async function loadExceptions(
  paths: readonly string[],
  { now = Date.now(), ...context }: Omit<ExceptionContext, "now"> & { readonly now?: number },
): Promise<LoadedExceptions> {
  const { values, diagnostics } = await loadDefinitions<RuleException>(paths, {
    noun: "exception",
    duplicate: "duplicate-exception",
    read: (source, path) => readExceptions(source, path, { ...context, now }),
  });
  return { exceptions: values, diagnostics };
}

import type { Diagnostic } from "../../lib/diagnostics.js";
import type { Rule } from "../ir.js";
import type { NamedList } from "../lists/named-list.js";
import type { Positions } from "../positions.js";
import { loadDefinitions } from "../yaml/load-definitions.js";
import type { RuleException } from "./exception.js";
import { createKnownRules } from "./known-rules.js";
import { readExceptions } from "./read-exceptions.js";

export interface ExceptionOptions {
  readonly lists: ReadonlyMap<string, NamedList>;
  readonly rules: readonly Rule[];
  /** Where parts of exceptions stand; not kept when nobody asks. */
  readonly positions?: Positions | undefined;
  /** Ms since the epoch, to tell which have expired; the present unless given. */
  readonly now?: number;
}

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
  { lists, rules, positions, now = Date.now() }: ExceptionOptions,
): Promise<LoadedExceptions> {
  const known = createKnownRules(rules);
  const { values, diagnostics } = await loadDefinitions<RuleException>(paths, {
    noun: "exception",
    duplicate: "duplicate-exception",
    read: (source, path) => readExceptions(source, path, { lists, known, positions, now }),
  });
  return { exceptions: values, diagnostics };
}

import type { Diagnostic } from "../../lib/diagnostics.js";
import { loadDefinitions } from "../yaml/load-definitions.js";
import type { NamedList } from "./named-list.js";
import { readLists } from "./read-lists.js";

export interface LoadedLists {
  /** By name. */
  readonly lists: ReadonlyMap<string, NamedList>;
  readonly diagnostics: readonly Diagnostic[];
}

/** A list cannot be split over files, and may well hold 100,000 names of some length. */
const MAX_LENGTH = 16 * 1024 * 1024;

/**
 * Loads named lists from YAML files and folders, recursively. Rejects on nothing that a person wrote: a list that
 * cannot be read is left out, with a diagnostic, and costs no other.
 */
export async function loadLists(paths: readonly string[]): Promise<LoadedLists> {
  const kind = { noun: "list", duplicate: "duplicate-list", maxLength: MAX_LENGTH, read: readLists } as const;
  const { values, diagnostics } = await loadDefinitions(paths, kind);
  return { lists: new Map(values.map((list) => [list.name, list])), diagnostics };
}

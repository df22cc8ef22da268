import { readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import type { Diagnostic, DiagnosticSeverity } from "../lib/diagnostics.js";
import { packageRoot } from "../lib/package-root.js";
import type { RuleDiagnosticCode } from "./diagnostic-codes.js";
import { findFiles, type FoundFile } from "./find-files.js";
import { hashRules } from "./finish-rule.js";
import type { LoadedRules, Rule } from "./ir.js";
import type { NamedList } from "./lists/named-list.js";
import { parsePantherRule } from "./panther/parse-rule.js";
import type { Positions } from "./positions.js";
import { ruleFormatOf } from "./rule-format.js";

export interface LoadOptions {
  /** Lists by name, for rules that refer to them. */
  readonly lists?: ReadonlyMap<string, NamedList>;
  /** Whether to keep where the parts of rules stand. */
  readonly positions?: boolean;
}

const BUNDLED_PACK = join(packageRoot, "rules") + sep;
const RULE_FILES = /\.(?:ya?ml|toml)$/;
/** Files read at a time; between two batches other work of the process gets its turn. */
const BATCH = 16;

interface LoadedFile {
  readonly rules: readonly Rule[];
  readonly path: string;
}

/**
 * Loads rules of all formats from files and folders, recursively. Rejects on nothing that a person wrote: what is wrong
 * with paths and files is in the diagnostics, and one bad file costs no other.
 */
export async function loadRules(paths: readonly string[], options: LoadOptions = {}): Promise<LoadedRules> {
  const diagnostics: Diagnostic[] = [];
  const positions: Positions | undefined = options.positions === true ? new WeakMap() : undefined;
  const files = await findFiles(paths, RULE_FILES, diagnostics);
  const loaded: LoadedFile[] = [];

  for await (const { found, text } of readAll(files, diagnostics)) {
    if (ruleFormatOf(found.path, text) === undefined) {
      diagnostics.push(notARule(found));
      continue;
    }
    const source = { text, file: found.file, path: found.path, lists: new Map<string, NamedList>(), testsOf: () => [] };
    const parsed = parsePantherRule(positions === undefined ? source : { ...source, positions });
    diagnostics.push(...parsed.diagnostics);
    loaded.push({ rules: parsed.rules, path: found.path });
  }
  const rules = refuseShared(loaded, diagnostics);
  const found = new Map(
    loaded.flatMap(({ rules: own, path }) => own.map((rule) => [rule.id, path] as const)),
  );
  return { rules, paths: found, diagnostics, ruleset: hashRules(rules), positions };
}

async function* readAll(
  files: readonly FoundFile[],
  diagnostics: Diagnostic[],
): AsyncGenerator<{ readonly found: FoundFile; readonly text: string }> {
  for (let from = 0; from < files.length; from += BATCH) {
    const batch = files.slice(from, from + BATCH);
    const texts = await Promise.allSettled(batch.map(({ path }) => readFile(path, "utf8")));
    for (const [i, text] of texts.entries()) {
      const found = batch[i] as FoundFile;
      if (text.status === "fulfilled") yield { found, text: text.value };
      else {
        const message = `The file cannot be read: ${reasonOf(text.reason)}.`;
        diagnostics.push(problem("unreadable-file", found.path, message));
      }
    }
  }
}

/** A checkout holds more than rules; a file that was asked for by name should be one. */
function notARule({ path, named }: FoundFile): Diagnostic {
  const message = "The file holds no rule of a known format.";
  const hint =
    "Panther rules have AnalysisType, Sigma rules logsource and detection, Elastic rules a [rule] table.";
  return problem("not-a-rule", path, message, hint, named ? "error" : "info");
}

/** A rule's id names it in tags, alerts and exceptions: where several claim one, nobody can tell which was meant. */
function refuseShared(loaded: readonly LoadedFile[], diagnostics: Diagnostic[]): readonly Rule[] {
  const pathsById = new Map<string, string[]>();
  for (const { rules, path } of loaded) {
    for (const { id } of rules) pathsById.set(id, [...(pathsById.get(id) ?? []), path]);
  }
  for (const [id, paths] of pathsById) {
    if (paths.length === 1) continue;
    const hint = paths.some((path) => resolve(path).startsWith(BUNDLED_PACK))
      ? "One of them is in the bundled pack: give the other an id of its own, or copy the pack, change the copy and set rules.bundled: false."
      : "Give each rule an id of its own.";
    for (const [i, path] of paths.entries()) {
      const others = paths.filter((_, other) => other !== i).join(", ");
      const message = `The id ${id} is also that of a rule in ${others}; none of these rules is loaded.`;
      diagnostics.push(problem("duplicate-rule-id", path, message, hint));
    }
  }
  const single = loaded.flatMap(({ rules }) => rules).filter(({ id }) => pathsById.get(id)?.length === 1);
  return single.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function problem(
  code: RuleDiagnosticCode,
  file: string,
  message: string,
  hint?: string,
  severity: DiagnosticSeverity = "error",
): Diagnostic {
  const where = { code, severity, file, line: 1, column: 1, message } as const;
  return hint === undefined ? where : { ...where, hint };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

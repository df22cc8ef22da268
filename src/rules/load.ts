import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import type { Diagnostic } from "../lib/diagnostics.js";
import { packageRoot } from "../lib/package-root.js";
import type { RuleDiagnosticCode } from "./diagnostic-codes.js";
import { hashRules } from "./finish-rule.js";
import type { LoadedRules, Rule } from "./ir.js";
import { parsePantherRule } from "./panther/parse-rule.js";

const BUNDLED_PACK = join(packageRoot, "rules") + sep;

interface RuleFile {
  readonly path: string;
  /** Relative to the path it was found under, with `/`. */
  readonly file: string;
}

/**
 * Loads rules from files and folders (recursively, `*.yml` and `*.yaml`; a file named outright may be called anything).
 * A file reached twice, by overlapping paths or by links, is read once. Rejects on nothing that a person wrote: what is
 * wrong with paths and files is in the diagnostics, and one bad file costs no other.
 */
export async function loadRules(paths: readonly string[]): Promise<LoadedRules> {
  const diagnostics: Diagnostic[] = [];
  const files: RuleFile[] = [];
  const seen = new Set<string>();
  for (const path of paths) await collect(path, path, seen, files, diagnostics);

  const parsed: { rule: Rule; path: string }[] = [];
  for (const { path, file } of files) {
    try {
      const result = parsePantherRule(await readFile(path, "utf8"), file, path);
      diagnostics.push(...result.diagnostics);
      if (result.rule !== undefined) parsed.push({ rule: result.rule, path });
    } catch (error) {
      diagnostics.push(problem("unreadable-file", path, `The file cannot be read: ${reasonOf(error)}.`));
    }
  }
  const rules = refuseShared(parsed, diagnostics);
  const found = new Map(parsed.map(({ rule, path }) => [rule.id, path]));
  return { rules, paths: found, diagnostics, ruleset: hashRules(rules) };
}

async function collect(
  path: string,
  root: string,
  seen: Set<string>,
  files: RuleFile[],
  diagnostics: Diagnostic[],
): Promise<void> {
  const shown = path === root ? path : relative(root, path).split(sep).join("/");
  try {
    const [info, real] = await Promise.all([stat(path), realpath(path)]);
    if (seen.has(real)) return;
    seen.add(real);
    if (!info.isDirectory()) {
      files.push({ path, file: path === root ? basename(path) : shown });
      return;
    }
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      // A link may lead to a folder of any name or to a file: its own name decides for files only.
      const wanted = entry.isDirectory() || entry.isSymbolicLink() || /\.ya?ml$/.test(entry.name);
      if (!wanted || (entry.isSymbolicLink() && !(await leadsToRules(join(path, entry.name), entry.name))))
        continue;
      await collect(join(path, entry.name), root, seen, files, diagnostics);
    }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    diagnostics.push(
      missing
        ? problem("path-not-found", path, `There is no file or folder ${path}.`)
        : problem("unreadable-file", path, `${path} cannot be read: ${reasonOf(error)}.`),
    );
  }
}

async function leadsToRules(path: string, name: string): Promise<boolean> {
  if (/\.ya?ml$/.test(name)) return true;
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // A dangling link with another name is no rule file.
    return false;
  }
}

/** A rule's id names it in tags, alerts and exceptions: where several claim one, nobody can tell which was meant. */
function refuseShared(
  parsed: readonly { readonly rule: Rule; readonly path: string }[],
  diagnostics: Diagnostic[],
): readonly Rule[] {
  const pathsById = new Map<string, string[]>();
  for (const { rule, path } of parsed) pathsById.set(rule.id, [...(pathsById.get(rule.id) ?? []), path]);
  for (const [id, paths] of pathsById) {
    if (paths.length === 1) continue;
    const hint = paths.some((path) => resolve(path).startsWith(BUNDLED_PACK))
      ? "One of them is in the bundled pack: give the other an id of its own, or copy the pack, change the copy and set rules.bundled: false."
      : "Give each rule an id of its own.";
    for (const path of paths) {
      const others = paths.filter((other) => other !== path).join(", ");
      const message = `The id ${id} is also that of ${others}; none of these rules is loaded.`;
      diagnostics.push(problem("duplicate-rule-id", path, message, hint));
    }
  }
  const single = parsed.map(({ rule }) => rule).filter((rule) => pathsById.get(rule.id)?.length === 1);
  return single.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function problem(code: RuleDiagnosticCode, file: string, message: string, hint?: string): Diagnostic {
  const where = { code, severity: "error", file, line: 1, column: 1, message } as const;
  return hint === undefined ? where : { ...where, hint };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import type { Diagnostic } from "../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "./diagnostic-codes.js";
import { howToRead } from "./read-text.js";

export interface FoundFile {
  readonly path: string;
  /** Relative to the path it was found under, with `/`. */
  readonly file: string;
  /** Asked for by its own name, rather than found in a folder. */
  readonly named: boolean;
}

/**
 * Finds files below paths, folders in order of name, each file once however many ways lead to it.
 * A folder gives the files whose names match; a file named outright may be called anything. Folders whose names begin
 * with a dot and `node_modules` are passed over, since a checkout keeps its tooling there. Rejects on nothing that a
 * person wrote: what cannot be read is in the diagnostics.
 */
export async function findFiles(
  paths: readonly string[],
  wanted: RegExp,
  diagnostics: Diagnostic[],
): Promise<readonly FoundFile[]> {
  const search = { wanted, diagnostics, seen: new Set<string>(), files: [] as FoundFile[] };
  for (const path of paths) await collect(search, path, path);
  return search.files;
}

interface Search {
  readonly wanted: RegExp;
  readonly diagnostics: Diagnostic[];
  /** Real paths of what was visited. */
  readonly seen: Set<string>;
  readonly files: FoundFile[];
}

/** Visits a path that was asked for, or that a link leads to. */
async function collect(search: Search, path: string, root: string): Promise<void> {
  try {
    const [info, real] = await Promise.all([stat(path), realpath(path)]);
    if (info.isDirectory()) await collectFolder(search, path, real, root);
    else if (info.isFile()) add(search, path, real, root);
    else search.diagnostics.push(notAFile(path));
  } catch (error) {
    search.diagnostics.push(explain(path, error));
  }
}

async function collectFolder(search: Search, path: string, real: string, root: string): Promise<void> {
  if (search.seen.has(real)) return;
  search.seen.add(real);
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = join(path, entry.name);
    if (entry.isSymbolicLink()) {
      // A link may lead to a folder of any name or to a file: its own name decides for files only.
      if (search.wanted.test(entry.name) || (await leadsToFolder(inner))) await collect(search, inner, root);
    } else if (entry.isDirectory()) {
      if (isTooling(entry.name)) continue;
      if (search.wanted.test(entry.name)) search.diagnostics.push(folderNamedAsFile(inner));
      await visitFolder(search, inner, join(real, entry.name), root);
    } else if (search.wanted.test(entry.name)) {
      if (entry.isFile()) add(search, inner, join(real, entry.name), root);
      else search.diagnostics.push(notAFile(inner));
    }
  }
}

/** Whoever reads a named pipe waits until somebody writes to it. */
function notAFile(path: string): Diagnostic {
  const hint = "It is a pipe, a socket or a device: put the text into a file.";
  return { ...problem("unreadable-file", path, `${path} is no regular file.`), hint };
}

function folderNamedAsFile(path: string): Diagnostic {
  const message = `${path} is a folder with the name of a file.`;
  const hint = "What is in it is read; give it a name without the ending of a file.";
  return { ...problem("unreadable-file", path, message), hint };
}

async function visitFolder(search: Search, path: string, real: string, root: string): Promise<void> {
  try {
    await collectFolder(search, path, real, root);
  } catch (error) {
    search.diagnostics.push(explain(path, error));
  }
}

function isTooling(name: string): boolean {
  return name.startsWith(".") || name === "node_modules";
}

function add({ seen, files }: Search, path: string, real: string, root: string): void {
  if (seen.has(real)) return;
  seen.add(real);
  const named = path === root;
  files.push({ path, file: named ? basename(path) : relative(root, path).split(sep).join("/"), named });
}

async function leadsToFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // A dangling link with another name is nothing that anybody asked for.
    return false;
  }
}

function explain(path: string, error: unknown): Diagnostic {
  const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
  const code: RuleDiagnosticCode = missing ? "path-not-found" : "unreadable-file";
  const message = missing
    ? `There is no file or folder ${path}.`
    : `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
  const hint = missing
    ? "Look at how it is written, and at the folder that it is seen from."
    : howToRead(error);
  return { ...problem(code, path, message), hint };
}

function problem(code: RuleDiagnosticCode, file: string, message: string): Diagnostic {
  return { code, severity: "error", file, line: 1, column: 1, message };
}

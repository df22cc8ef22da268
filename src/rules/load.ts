import { resolve, sep } from "node:path";
import type { Diagnostic } from "../lib/diagnostics.js";
import { findFiles, type FoundFile } from "./find-files.js";
import { findTests } from "./find-tests.js";
import { hashRules } from "./finish-rule.js";
import type { ParsedFile } from "./front-end.js";
import type { LoadedRules, RuleTest } from "./ir.js";
import type { NamedList } from "./lists/named-list.js";
import { explainNoRule } from "./not-a-rule.js";
import { parseRuleFile } from "./parse-rule-file.js";
import type { Positions } from "./positions.js";
import { readText, toReadDiagnostic } from "./read-text.js";
import { ruleFormatOf, type RuleFormat } from "./rule-format.js";
import { findSharedIds, refuseSharedIds, type LoadedFile } from "./shared-ids.js";
import { linkSigma } from "./sigma/link.js";
import type { ParsedSigmaFile } from "./sigma/parsed-file.js";
import { withhold } from "./sigma/withhold.js";
import { isTestsFile } from "./tests-file.js";

export interface LoadOptions {
  /** Lists by name, for rules that refer to them. */
  readonly lists?: ReadonlyMap<string, NamedList>;
  /** Whether to keep where the parts of rules stand. */
  readonly positions?: boolean;
  /** Files and folders that are read for their lists and exceptions, and may lie among the rules. */
  readonly definitions?: readonly string[];
}

const RULE_FILES = /\.(?:ya?ml|toml)$/;
/** Files read at a time; between two batches other work of the process gets its turn. */
const BATCH = 32;

/**
 * Loads rules of all formats from files and folders, recursively. Rejects on nothing that a person wrote: what is wrong
 * with paths and files is in the diagnostics, and one bad file costs no other.
 */
export async function loadRules(paths: readonly string[], options: LoadOptions = {}): Promise<LoadedRules> {
  const diagnostics: Diagnostic[] = [];
  const positions: Positions | undefined = options.positions === true ? new WeakMap() : undefined;
  const lists = options.lists ?? new Map<string, NamedList>();
  const files = await findFiles(paths, RULE_FILES, diagnostics);
  const tests = await findTests(files, diagnostics, positions);
  const loaded: LoadedFile[] = [];
  const sigma: ParsedSigmaFile[] = [];
  const formats = new Map<string, RuleFormat>();

  const rules = files.filter(({ path }) => !isTestsFile(path));
  for await (const { found, text } of readAll(rules, diagnostics)) {
    const format = ruleFormatOf(found.path, text);
    if (format === undefined) {
      diagnostics.push(explainNoRule(found, text, isBelow(found.path, options.definitions ?? [])));
      continue;
    }
    formats.set(found.path, format);
    const beside = await tests.of(found);
    const testsOf = (ruleId: string): readonly RuleTest[] => beside?.testsOf(ruleId) ?? [];
    const { path, file } = found;
    const source = { text, file, path, lists, testsOf, ...(positions && { positions }) };
    const parsed = parseRuleFile(format, source);
    if ("correlations" in parsed) sigma.push(parsed);
    else {
      diagnostics.push(...parsed.diagnostics);
      loaded.push({ rules: parsed.rules, path });
    }
    // Tests of a rule that was refused are not the mistake.
    if (beside !== undefined && !parsed.diagnostics.some(isError)) {
      diagnostics.push(...beside.checkIds(idsOf(parsed)));
    }
  }
  const before = linkSigma(sigma);
  const shared = findSharedIds([...loaded, ...before.files]);
  const ids = new Set(shared.keys());
  // What is made of a rule that is refused for its id cannot be loaded either.
  const linked = ids.size === 0 ? before : linkSigma(sigma.map((file) => withhold(file, ids)));
  diagnostics.push(...linked.diagnostics, ...refuseSharedIds(shared, positions));
  const single = loaded.map((file) => ({ ...file, rules: file.rules.filter(({ id }) => !ids.has(id)) }));
  return { ...unite([...single, ...linked.files]), diagnostics, formats, positions };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

function idsOf(parsed: ParsedFile | ParsedSigmaFile): readonly string[] {
  const correlations = "correlations" in parsed ? parsed.correlations.map(({ base }) => base) : [];
  return [...parsed.rules, ...correlations].map(({ id }) => id);
}

function unite(loaded: readonly LoadedFile[]): Pick<LoadedRules, "rules" | "paths" | "ruleset"> {
  const rules = loaded.flatMap((file) => file.rules).sort((a, b) => (a.id < b.id ? -1 : 1));
  const places = loaded.flatMap(({ rules: own, path }) => own.map((rule) => [rule.id, path] as const));
  return { rules, paths: new Map(places), ruleset: hashRules(rules) };
}

async function* readAll(
  files: readonly FoundFile[],
  diagnostics: Diagnostic[],
): AsyncGenerator<{ readonly found: FoundFile; readonly text: string }> {
  const readBatch = (from: number) =>
    Promise.allSettled(files.slice(from, from + BATCH).map(({ path }) => readText(path)));
  let next = readBatch(0);
  for (let from = 0; from < files.length; from += BATCH) {
    const texts = await next;
    // While this batch is parsed, the next one is on its way.
    next = readBatch(from + BATCH);
    for (const [i, text] of texts.entries()) {
      const found = files[from + i] as FoundFile;
      if (text.status === "fulfilled") yield { found, text: text.value };
      else diagnostics.push(toReadDiagnostic(text.reason, found.path));
    }
  }
}

function isBelow(path: string, folders: readonly string[]): boolean {
  const file = resolve(path);
  return folders.some((folder) => file === resolve(folder) || file.startsWith(resolve(folder) + sep));
}

import { access } from "node:fs/promises";
import type { Diagnostic } from "../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "./diagnostic-codes.js";
import type { FoundFile } from "./find-files.js";
import type { Positions } from "./positions.js";
import { readText, toReadDiagnostic } from "./read-text.js";
import { isTestsFile, parseTestsFile, testsFileOf, type TestsFile } from "./tests-file.js";

/** The files of tests among the files found, each beside the rule file that it is for. */
export interface FoundTests {
  /** Tests beside a rule file, read; undefined when there are none. What is wrong with the file is told once, here. */
  of(rule: FoundFile): Promise<TestsFile | undefined>;
}

const RULE_ENDINGS = [".yml", ".yaml", ".toml"];

/** A file of tests without its rule file is told at once: its tests would never run. */
export async function findTests(
  files: readonly FoundFile[],
  diagnostics: Diagnostic[],
  positions: Positions | undefined,
): Promise<FoundTests> {
  const found = new Set(files.map(({ path }) => path).filter(isTestsFile));
  const wanted = new Set(files.map(({ path }) => testsFileOf(path)));
  for (const path of found) if (!wanted.has(path)) await explainOrphan(path, diagnostics);
  return {
    async of({ path, named }) {
      const tests = testsFileOf(path);
      // Of a file that was named outright, nobody looked at its neighbours.
      if (!named && !found.has(tests)) return undefined;
      const text = await readIfThere(tests, diagnostics);
      if (text === undefined) return undefined;
      const parsed = parseTestsFile(text, tests, positions);
      diagnostics.push(...parsed.diagnostics);
      return parsed;
    },
  };
}

async function readIfThere(path: string, diagnostics: Diagnostic[]): Promise<string | undefined> {
  try {
    return await readText(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    diagnostics.push(toReadDiagnostic(error, path));
    return undefined;
  }
}

/** The rule file may be there, and only the tests were asked for: what is wrong with them is told all the same. */
async function explainOrphan(path: string, diagnostics: Diagnostic[]): Promise<void> {
  const rule = await ruleBeside(path);
  if (rule === undefined) {
    const message = "There is no rule file beside these tests, so they never run.";
    const hint = "The tests of my_rule.yml or my_rule.toml stand in my_rule.tests.yml, in the same folder.";
    diagnostics.push({ ...problem("tests-without-rule", "warning", path, message), hint });
    return;
  }
  const message = "These tests were asked for without their rule, so they are not run.";
  diagnostics.push({
    ...problem("tests-without-rule", "info", path, message),
    hint: `Name ${rule} as well.`,
  });
  const text = await readIfThere(path, diagnostics);
  if (text !== undefined) diagnostics.push(...parseTestsFile(text, path).diagnostics);
}

async function ruleBeside(path: string): Promise<string | undefined> {
  const stem = path.replace(/\.tests\.ya?ml$/, "");
  for (const ending of RULE_ENDINGS) {
    const known = await access(stem + ending).then(
      () => true,
      () => false,
    );
    if (known) return stem + ending;
  }
  return undefined;
}

function problem(
  code: RuleDiagnosticCode,
  severity: Diagnostic["severity"],
  file: string,
  message: string,
): Diagnostic {
  return { code, severity, file, line: 1, column: 1, message };
}

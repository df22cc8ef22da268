import { EXIT } from "../lib/errors.js";
import { formatDiagnostic } from "../lib/diagnostics.js";
import { compileRules } from "../match/engine.js";
import { loadRules } from "../rules/load.js";
import { runRuleTests } from "../rules/test-runner.js";
import { join } from "node:path";
import { packageRoot } from "../lib/package-root.js";
import { readArgs, UsageError } from "./args.js";
import type { Command } from "./command.js";

export const testCommand: Command = {
  usage:
    "trailtag test [PATH…]\n\nTests the rules in the given files and folders, or the bundled pack.\nExit code 1 when a test fails, 2 when a rule is refused.",
  run: async (args) => {
    const { positionals } = readArgs(args, {});
    if (positionals.some((path) => path === "")) throw new UsageError("A path is empty.");
    const loaded = await loadRules(positionals.length > 0 ? positionals : [join(packageRoot, "rules")]);
    for (const diagnostic of loaded.diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
    const results = runRuleTests(loaded.rules, compileRules(loaded.rules));
    for (const { id, file, tests } of loaded.rules) {
      if (tests.length === 0) process.stderr.write(`${file}: ${id} has no tests.\n`);
    }
    const failed = results.filter((result) => !result.passed);
    for (const result of failed) {
      const wanted = result.expected ? "should match and does not" : "should not match and does";
      process.stdout.write(`FAIL ${result.file}: ${result.ruleId} "${result.name}" ${wanted}\n`);
    }
    const counted = [many(loaded.rules.length, "rule"), many(results.length, "test")];
    const passed = results.length - failed.length;
    process.stdout.write(`${counted.join(", ")}, ${passed} passed, ${failed.length} failed\n`);
    if (loaded.diagnostics.some((d) => d.severity === "error")) return EXIT.ruleErrors;
    return failed.length > 0 ? EXIT.findings : EXIT.ok;
  },
};

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

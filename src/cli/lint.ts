import type { Diagnostic } from "../lib/diagnostics.js";
import { EXIT } from "../lib/errors.js";
import { compileReading } from "../match/compile-reading.js";
import { lintExceptions } from "../rules/lint/lint-exceptions.js";
import type { CompileTest } from "../rules/lint/possible-values.js";
import { lintRules } from "../rules/lint/lint-rules.js";
import { readArgs } from "./args.js";
import { choiceFlag } from "./choice.js";
import type { Command } from "./command.js";
import { plural } from "./plural.js";
import { countCodes, countDiagnostics, sortDiagnostics, toDiagnosticLines } from "./reporters/diagnostics.js";
import { loadRulesFor, RULE_OPTIONS } from "./rule-flags.js";

/** Lines of information that are shown unasked: a checkout of foreign rules has thousands. */
const MAX_INFO = 20;

export const lintCommand: Command = {
  usage: `trailtag lint [PATH…] [--format text|json] [--all] [--config FILE]…

Says what is wrong with the rules in the given files and folders, or with all rules, lists and
exceptions of the configuration; docs/reference/lint.md has every code.

  --format FORMAT     text: file:line:column severity code message (hint); or json
  --all               more than ${MAX_INFO} lines of information too
  --config FILE       configuration file (may be repeated; later ones win)

Exit code 1 when there are warnings, 2 when something is not loaded.`,
  run: async (args) => {
    const { values, positionals } = readArgs(args, {
      ...RULE_OPTIONS,
      format: { type: "string" },
      all: { type: "boolean" },
    });
    const format = choiceFlag(values, "format", ["text", "json"]);
    const { loaded, lists, exceptions } = await loadRulesFor(values, positionals);
    const compile: CompileTest = (test, reading) => compileReading(test, reading, lists);
    const found = [...lintRules(loaded, compile), ...lintExceptions(exceptions, compile, loaded.positions)];
    const diagnostics = sortDiagnostics([...loaded.diagnostics, ...found]);
    const info = diagnostics.filter(({ severity }) => severity === "info");
    const hidden = format === "text" && values["all"] !== true && info.length > MAX_INFO ? info : [];
    if (format === "json") process.stdout.write(`${JSON.stringify(diagnostics, null, 2)}\n`);
    else
      process.stdout.write(
        toDiagnosticLines(
          hidden.length === 0 ? diagnostics : diagnostics.filter(({ severity }) => severity !== "info"),
        ),
      );
    const looked = [
      plural(loaded.rules.length, "rule"),
      ...(lists.size > 0 ? [plural(lists.size, "list")] : []),
      ...(exceptions.length > 0 ? [plural(exceptions.length, "exception")] : []),
    ];
    process.stderr.write(`${looked.join(", ")}: ${countDiagnostics(diagnostics)}\n`);
    if (hidden.length > 0) process.stderr.write(`Not shown without --all: ${countCodes(hidden)}\n`);
    return exitCode(diagnostics);
  },
};

function exitCode(diagnostics: readonly Diagnostic[]): number {
  if (diagnostics.some(({ severity }) => severity === "error")) return EXIT.ruleErrors;
  return diagnostics.some(({ severity }) => severity === "warning") ? EXIT.findings : EXIT.ok;
}

import { EXIT } from "../lib/errors.js";
import { formatDiagnostic } from "../lib/diagnostics.js";
import { loadRuleState } from "../pipeline/rule-state.js";
import { readArgs } from "./args.js";
import type { Command } from "./command.js";
import { CONFIG_OPTIONS, configFromFlags } from "./config-flags.js";

export const rulesCommand: Command = {
  summary: "list the rules that would be in force, and those refused",
  usage:
    "trailtag rules [--config FILE] [--rules PATH]…\n\nWarnings go to stderr. Exit code 2 when a rule is refused.",
  run: async (args) => {
    const { values } = readArgs(args, CONFIG_OPTIONS);
    // A list of rules needs no store: name one that writes nothing here.
    const config = configFromFlags({ ...values, store: "files" }, process.env);
    const { loaded } = await loadRuleState(config.rules);
    for (const rule of loaded.rules) {
      process.stdout.write(`${rule.severity.padEnd(9)}${rule.kind.padEnd(8)}${rule.id}  ${rule.name}\n`);
    }
    for (const diagnostic of loaded.diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
    return loaded.diagnostics.some((d) => d.severity === "error") ? EXIT.ruleErrors : EXIT.ok;
  },
};

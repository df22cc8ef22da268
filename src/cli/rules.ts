import { EXIT } from "../lib/errors.js";
import { formatDiagnostic } from "../lib/diagnostics.js";
import { loadRuleState, toRuleSources } from "../pipeline/rule-state.js";
import { readFlags } from "./args.js";
import type { Command } from "./command.js";
import { CONFIG_OPTIONS, configFromFlags } from "./config-flags.js";

export const rulesCommand: Command = {
  usage:
    "trailtag rules [--config FILE]… [--rules PATH]…\n\nWarnings go to stderr. Exit code 2 when a rule is refused.",
  run: async (args) => {
    const values = readFlags("rules", args, CONFIG_OPTIONS);
    // A list of rules needs no store: name one that writes nothing here.
    const config = configFromFlags(
      { ...values, store: "files", opensearch: undefined },
      withoutStore(process.env),
    );
    const { loaded } = await loadRuleState(toRuleSources(config));
    for (const rule of loaded.rules) {
      process.stdout.write(`${rule.severity.padEnd(9)}${rule.kind.padEnd(8)}${rule.id}  ${rule.name}\n`);
    }
    const told = loaded.diagnostics.filter(({ severity }) => severity !== "info");
    for (const diagnostic of told) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
    return loaded.diagnostics.some((d) => d.severity === "error") ? EXIT.ruleErrors : EXIT.ok;
  },
};

function withoutStore(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, TRAILTAG_OPENSEARCH__NODE: undefined };
}

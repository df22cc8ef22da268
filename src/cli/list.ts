import { EXIT } from "../lib/errors.js";
import { didYouMean } from "../lib/did-you-mean.js";
import type { Diagnostic } from "../lib/diagnostics.js";
import { readArgs, UsageError } from "./args.js";
import { choiceFlag } from "./choice.js";
import type { Command } from "./command.js";
import { countRules } from "./count-rules.js";
import { sortDiagnostics, toDiagnosticLines } from "./reporters/diagnostics.js";
import { toRuleListJson, toRuleListText } from "./reporters/rule-list.js";
import { loadRulesFor, RULE_OPTIONS } from "./rule-flags.js";

const THINGS = ["rules"];

export const listCommand: Command = {
  usage: `trailtag list rules [--rules PATH]… [--format text|json] [--all] [--config FILE]…

Lists the rules that would be in force with this configuration, what does not load and why, and how
many there are of each format. "tags only": needs several events, tags each and raises no alert yet.

  --rules PATH        rule file or folder, besides the bundled pack (may be repeated)
  --format FORMAT     text or json
  --all               every line on what does not load, rules for other logs and disabled ones too
  --config FILE       configuration file (may be repeated; later ones win)

Exit code 2 when a rule is refused.`,
  run: async (args) => {
    const { values, positionals } = readArgs(args, {
      ...RULE_OPTIONS,
      rules: { type: "string", multiple: true },
      format: { type: "string" },
      all: { type: "boolean" },
    });
    checkThing(positionals);
    const format = choiceFlag(values, "format", ["text", "json"]);
    const { loaded } = await loadRulesFor(values);
    const list = { loaded, counts: countRules(loaded), notLoaded: whyNot(loaded.diagnostics) };
    process.stdout.write(
      format === "json" ? toRuleListJson(list) : toRuleListText(list, values["all"] === true),
    );
    const warnings = loaded.diagnostics.filter(({ severity }) => severity === "warning");
    process.stderr.write(toDiagnosticLines(sortDiagnostics(warnings)));
    return loaded.diagnostics.some(({ severity }) => severity === "error") ? EXIT.ruleErrors : EXIT.ok;
  },
};

function checkThing([thing, stray]: readonly string[]): void {
  if (thing === undefined) throw new UsageError(`Say what to list: trailtag list ${THINGS.join(", ")}.`);
  if (!THINGS.includes(thing)) {
    const meant = didYouMean(thing, THINGS);
    const hint = meant === undefined ? `There are: ${THINGS.join(", ")}.` : `Did you mean "${meant}"?`;
    throw new UsageError(`trailtag does not list "${thing}". ${hint}`);
  }
  if (stray !== undefined) {
    const hint = `A rule file or folder is given with --rules ${stray}.`;
    throw new UsageError(`trailtag list rules takes flags only, not "${stray}". ${hint}`);
  }
}

/** Codes of information on rules that are loaded all the same. */
const LOADED_ANYWAY = /^attack-/;

function whyNot(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const reasons = sortDiagnostics(diagnostics).filter(
    ({ severity, code }) =>
      severity === "error" || code === "other-log-type" || (severity === "info" && !LOADED_ANYWAY.test(code)),
  );
  const errors = reasons.filter(({ severity }) => severity === "error");
  return [...errors, ...reasons.filter(({ severity }) => severity === "info")];
}

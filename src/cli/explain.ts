import { readFile, stat } from "node:fs/promises";
import { didYouMean } from "../lib/did-you-mean.js";
import { EXIT } from "../lib/errors.js";
import type { JsonObject } from "../lib/json.js";
import { createEventExplainer, type EventExplanation } from "../pipeline/explain-event.js";
import type { RuleState } from "../pipeline/rule-state.js";
import type { Rule } from "../rules/ir.js";
import { readArgs, stringFlag, UsageError } from "./args.js";
import { choiceFlag } from "./choice.js";
import type { Command } from "./command.js";
import { readRecords } from "./read-records.js";
import { toDiagnosticLines } from "./reporters/diagnostics.js";
import { toExplanationText } from "./reporters/explanation.js";
import { loadRulesFor, RULE_OPTIONS } from "./rule-flags.js";

export const explainCommand: Command = {
  usage: `trailtag explain --rule ID [--rules PATH]… EVENT.json

Shows which parts of a rule's condition hold for an event and which do not, with the values seen,
and what the hit would tell. The file holds one record, an array, NDJSON or {"Records":[…]}, each
of which is explained; - reads it from stdin.

  --rule ID           the rule
  --rules PATH        rule file or folder, besides the bundled pack (may be repeated)
  --format FORMAT     text or json
  --config FILE       configuration file (may be repeated; later ones win)

Exit code 2 when the rule is refused.`,
  run: async (args) => {
    const { values, positionals } = readArgs(args, {
      ...RULE_OPTIONS,
      rule: { type: "string" },
      rules: { type: "string", multiple: true },
      format: { type: "string" },
    });
    const id = stringFlag(values, "rule");
    const [path, stray] = positionals;
    if (id === undefined || path === undefined)
      throw new UsageError("trailtag explain needs a rule and an event: --rule ID EVENT.json");
    if (stray !== undefined) throw new UsageError(`trailtag explain takes one file, not "${stray}" too.`);
    const format = choiceFlag(values, "format", ["text", "json"]);
    const state = await loadRulesFor(values);
    const rule = state.byId.get(id);
    if (rule === undefined) return refuse(id, state);
    const records = await readRecords(path);
    const explain = createEventExplainer(rule, state);
    const now = Date.now();
    const explained = records.map((record) => ({ record, explanation: explain(record, now) }));
    process.stdout.write(format === "json" ? toJson(rule, explained) : toExplanationText(rule, explained));
    return EXIT.ok;
  },
};

function toJson(
  rule: Rule,
  explained: readonly { readonly record: JsonObject; readonly explanation: EventExplanation }[],
): string {
  const explanations = explained.map(({ record, explanation }) => ({
    event_id: record["eventID"],
    ...explanation,
  }));
  return `${JSON.stringify({ rule_id: rule.id, explanations }, null, 2)}\n`;
}

/** A rule that is not there was refused, perhaps, or is called otherwise. */
async function refuse(id: string, { loaded, byId }: RuleState): Promise<number> {
  const errors = loaded.diagnostics.filter(({ severity }) => severity === "error");
  const files = new Set(errors.map(({ file }) => file));
  const holding = new Set<string>();
  for (const file of files) if (await mentions(file, id)) holding.add(file);
  const said = errors.filter(({ file, message }) => message.includes(id) || holding.has(file));
  if (said.length > 0) {
    process.stderr.write(toDiagnosticLines(said));
    return EXIT.ruleErrors;
  }
  const meant = didYouMean(id, byId.keys());
  const hint = meant === undefined ? '"trailtag list rules" lists them.' : `Did you mean ${meant}?`;
  throw new UsageError(`There is no rule ${id} among those loaded. ${hint}`);
}

/** Many an error stands where nobody knew the rule's id yet: the file has it. */
async function mentions(file: string, id: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile() && (await readFile(file, "utf8")).includes(id);
  } catch {
    // What cannot be read is told of already.
    return false;
  }
}

import type { Diagnostic } from "../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "./diagnostic-codes.js";
import { EXCEPTION_KEYS } from "./exceptions/read-exceptions.js";
import type { FoundFile } from "./find-files.js";
import { LIST_KEYS } from "./lists/read-lists.js";
import type { DefinitionKeys } from "./yaml/definition.js";

/** What a file of another kind is found to hold, by its text alone. */
interface Found {
  readonly is: RegExp;
  readonly message: string;
  readonly hint: string;
}

/** Lists at the top whose items have keys that only rules have. */
const LISTS_OF_RULES: readonly Found[] = [
  {
    is: /^(?:-|[ \t]) *["']?(?:AnalysisType|RuleID|LogTypes)["']?[ \t]*:/m,
    message: "The file is a list of Panther rules, and none of them is loaded.",
    hint: "Give each rule a file of its own.",
  },
  {
    is: /^(?:-|[ \t]) *["']?(?:logsource|detection)["']?[ \t]*:/m,
    message: "The file is a list of Sigma rules, and none of them is loaded.",
    hint: "Write each rule as a document of its own, parted from the next by a line `---`, or in a file of its own.",
  },
];
const BEGINS_AS_LIST = /^(?:[ \t]*(?:#.*)?\r?\n|---[ \t]*\r?\n)*-\s/;

const DEFINITIONS: readonly (readonly [plural: string, keys: DefinitionKeys, telling: string])[] = [
  ["lists", LIST_KEYS, "values"],
  ["exceptions", EXCEPTION_KEYS, "scope"],
];

/**
 * What to say of a file that is no rule. A checkout holds more than rules; a file that was asked for by name should be
 * one, and one that holds what is meant to be in force should be where it is.
 *
 * @param readElsewhere says that the file is read for what it holds, if that is lists or exceptions.
 */
export function explainNoRule({ path, named }: FoundFile, text: string, readElsewhere: boolean): Diagnostic {
  const code: RuleDiagnosticCode = "not-a-rule";
  const where = { code, file: path, line: 1, column: 1 } as const;
  const list = BEGINS_AS_LIST.test(text) ? LISTS_OF_RULES.find(({ is }) => is.test(text)) : undefined;
  if (list !== undefined) return { ...where, severity: "error", message: list.message, hint: list.hint };
  const plural = findDefinitions(text);
  if (plural !== undefined) {
    const message = `The file holds ${plural} and no rules.`;
    return readElsewhere
      ? { ...where, severity: "info", message, hint: `It is read as \`${plural}.paths\` has it.` }
      : {
          ...where,
          severity: "warning",
          message,
          hint: `Name it under \`${plural}.paths\` of the configuration.`,
        };
  }
  const message = "The file holds no rule of a known format.";
  const hint =
    "Panther rules have AnalysisType, Sigma rules logsource and detection, Elastic rules a [rule] table.";
  return { ...where, severity: named ? "error" : "info", message, hint };
}

/** `lists` or `exceptions` where the file holds such; a file of anything else may well have a key `name` or `id`. */
function findDefinitions(text: string): string | undefined {
  const keys = new Set([...text.matchAll(/^["']?([A-Za-z_]+)["']?[ \t]*:/gm)].map(([, key = ""]) => key));
  for (const [plural, known, telling] of DEFINITIONS) {
    if (keys.has(plural) && new RegExp(`^[ \\t-].*\\b${telling}["']?[ \\t]*:`, "m").test(text)) return plural;
    const required = [...known].flatMap(([key, need]) => (need === "required" ? [key] : []));
    const own =
      [...keys].every((key) => known.has(key)) && required.filter((key) => keys.has(key)).length > 1;
    if (own && keys.has(telling)) return plural;
  }
  return undefined;
}

import type { JsonObject } from "../../../src/lib/json.js";
import { referenceMatches } from "../../../src/match/reference.js";
import type { Diagnostic } from "../../../src/lib/diagnostics.js";
import type { RuleSource } from "../../../src/rules/front-end.js";
import type { Rule } from "../../../src/rules/ir.js";
import type { NamedList } from "../../../src/rules/lists/named-list.js";
import { parsePantherRule } from "../../../src/rules/panther/parse-rule.js";

export const HEAD = `AnalysisType: rule
RuleID: My.Rule
Enabled: true
LogTypes: [AWS.CloudTrail]
Severity: High
`;
export const DETECTION = `Detection:
  - Key: eventName
    Condition: Equals
    Value: DeleteTrail
`;

/** Lists by name, of values and of address ranges. */
export function listsOf(lists: Readonly<Record<string, Partial<NamedList>>>): ReadonlyMap<string, NamedList> {
  const empty = { description: undefined, values: [], patterns: [], ranges: [], path: "lists.yml", hash: "" };
  return new Map(Object.entries(lists).map(([name, list]) => [name, { ...empty, ...list, name }]));
}

export function parse(
  text: string,
  around: Partial<RuleSource> = {},
): { readonly rule: Rule | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const source = { file: "my-rule.yml", path: "my-rule.yml", lists: new Map(), testsOf: () => [], ...around };
  const { rules, diagnostics } = parsePantherRule({ text, ...source });
  return { rule: rules[0], diagnostics };
}

/** `yaml` holds the items of Detection. */
export const withDetection = (yaml: string, around: Partial<RuleSource> = {}) =>
  parse(`${HEAD}Detection:\n${yaml}`, around);

/** `code line:column` of each diagnostic. */
export const complaints = (text: string): string[] =>
  parse(text).diagnostics.map((d) => `${d.code} ${d.line}:${d.column}`);

/** Whether the rule holds for the record, as the reference has it. */
export function holds(text: string, record: JsonObject, lists = listsOf({})): boolean {
  const { rule, diagnostics } = parse(text, { lists });
  if (rule === undefined) throw new Error(JSON.stringify(diagnostics));
  return referenceMatches([rule], record, lists).length === 1;
}

export const matches = (yaml: string, record: JsonObject, lists = listsOf({})): boolean =>
  holds(`${HEAD}Detection:\n${yaml}`, record, lists);

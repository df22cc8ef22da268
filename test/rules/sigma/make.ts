import type { JsonObject } from "../../../src/lib/json.js";
import { compileExpression } from "../../../src/match/compile-expression.js";
import { referenceHolds } from "../../../src/match/reference.js";
import type { RuleSource } from "../../../src/rules/front-end.js";
import type { Rule } from "../../../src/rules/ir.js";
import type { NamedList } from "../../../src/rules/lists/named-list.js";
import { parseListValue } from "../../../src/rules/lists/list-value.js";
import { linkSigma, type LinkedSigma } from "../../../src/rules/sigma/link.js";
import { parseSigmaFile } from "../../../src/rules/sigma/parse-file.js";

export type Lists = ReadonlyMap<string, NamedList>;

export const ID = "11111111-2222-4333-8444-555555555555";

/** Named lists, their values read as in a file of lists. */
export function listsOf(named: Readonly<Record<string, readonly string[]>>): Lists {
  return new Map(
    Object.entries(named).map(([name, texts]) => {
      const read = texts.map(parseListValue);
      const list: NamedList = {
        name,
        description: undefined,
        values: read.flatMap((one) => (one.kind === "value" ? one.value : [])),
        patterns: read.flatMap((one) => (one.kind === "pattern" ? [one.pattern] : [])),
        ranges: read.flatMap((one) => (one.kind === "range" ? one.range : [])),
        path: "lists.yml",
        hash: name,
      };
      return [name, list];
    }),
  );
}

const HEAD = `title: A rule
id: ${ID}
logsource:
  product: aws
  service: cloudtrail
`;
/** The line on which what `withDetection` is given begins. */
export const DETECTION_LINE = 7;

/** A rule with what stands under `detection:`, indented by two. */
export function withDetection(detection: string, more = ""): string {
  return `${HEAD}detection:\n${detection}\n${more}`;
}

/** A rule with one selection: what stands under it, on one line. */
export function withSelection(selection: string): string {
  return withDetection(`  selection: ${selection}\n  condition: selection`);
}

export function sourceOf(text: string, more: Partial<RuleSource> = {}): RuleSource {
  return { text, file: "rule.yml", path: "rules/rule.yml", lists: new Map(), testsOf: () => [], ...more };
}

/** Files by themselves and put together. */
export function link(...texts: readonly string[]): LinkedSigma {
  return linkSigma(texts.map((text, i) => parseSigmaFile(sourceOf(text, { path: `rules/${i}.yml` }))));
}

export function load(text: string, more: Partial<RuleSource> = {}): LinkedSigma {
  return linkSigma([parseSigmaFile(sourceOf(text, more))]);
}

/** The one rule of a text that has nothing wrong with it. */
export function loadRule(text: string, more: Partial<RuleSource> = {}): Rule {
  const { rules, diagnostics } = load(text, more);
  expect(diagnostics).toEqual([]);
  expect(rules).toHaveLength(1);
  return rules[0]!;
}

/** Diagnostics as `line:column severity code`. */
export function problems(text: string, more: Partial<RuleSource> = {}): string[] {
  return load(text, more).diagnostics.map((d) => `${d.line}:${d.column} ${d.severity} ${d.code}`);
}

/** Whether a rule's condition holds; the engine and the reference must agree. */
export function holds(rule: Rule, record: JsonObject, lists: Lists = new Map()): boolean {
  const { condition } = rule.program;
  const result = referenceHolds(condition, record, lists);
  expect(compileExpression(condition, lists)(record)).toBe(result);
  return result;
}

/** Whether a rule with one selection, written on one line, matches a record. */
export function matches(selection: string, record: JsonObject, lists: Lists = new Map()): boolean {
  return holds(loadRule(withSelection(selection), { lists }), record, lists);
}

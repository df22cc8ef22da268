import type { JsonObject } from "../../../src/lib/json.js";
import { compileExpression } from "../../../src/match/compile-expression.js";
import { referenceHolds } from "../../../src/match/reference.js";
import { parseElasticRule } from "../../../src/rules/elastic/parse-rule.js";
import type { ParsedFile, RuleSource } from "../../../src/rules/front-end.js";
import type { Rule } from "../../../src/rules/ir.js";
import type { NamedList } from "../../../src/rules/lists/named-list.js";

export type Lists = ReadonlyMap<string, NamedList>;

/** A list of plain values. */
export function listOf(name: string, values: readonly string[]): Lists {
  const list = {
    name,
    description: undefined,
    values,
    patterns: [],
    ranges: [],
    path: "lists.yml",
    hash: name,
  };
  return new Map([[name, list]]);
}

export interface RuleText {
  readonly query?: string;
  readonly type?: string;
  /** Lines for [metadata]. */
  readonly metadata?: string;
  /** Lines for [rule]. */
  readonly keys?: string;
  /** Tables behind [rule]. */
  readonly tables?: string;
}

/** A rule as the project writes them. */
export function ruleText({ query = "event.action: X", type = "query", ...rest }: RuleText = {}): string {
  const language = type === "eql" ? "eql" : "kuery";
  return `[metadata]
${rest.metadata ?? 'integration = ["aws"]\nmaturity = "production"'}

[rule]
author = ["Somebody"]
description = "What it finds."
language = "${language}"
name = "A rule"
risk_score = 47
rule_id = "11111111-2222-3333-4444-555555555555"
severity = "medium"
type = "${type}"
${rest.keys ?? 'index = ["logs-aws.cloudtrail-*"]'}
query = '''
${query}
'''
${rest.tables ?? ""}
`;
}

export function load(text: string, more: Partial<RuleSource> = {}): ParsedFile {
  return parseElasticRule({
    text,
    file: "rule.toml",
    path: "rule.toml",
    lists: new Map(),
    testsOf: () => [],
    ...more,
  });
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
  const result = compileExpression(condition, lists)(record);
  expect(referenceHolds(condition, record, lists)).toBe(result);
  return result;
}

/** Whether a query matches a record. */
export function matches(query: string, record: JsonObject, lists: Lists = new Map()): boolean {
  return holds(loadRule(ruleText({ query }), { lists }), record, lists);
}

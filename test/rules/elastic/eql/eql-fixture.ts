import type { JsonObject, JsonValue } from "../../../../src/lib/json.js";
import { compileExpression } from "../../../../src/match/compile-expression.js";
import { referenceHolds } from "../../../../src/match/reference.js";
import { compileEql } from "../../../../src/rules/elastic/eql/compile-eql.js";
import type { CompiledQuery, QueryContext } from "../../../../src/rules/elastic/query-context.js";
import type { Expression } from "../../../../src/rules/expression.js";
import type { NamedList } from "../../../../src/rules/lists/named-list.js";

const ADMINS: NamedList = {
  name: "admins",
  description: undefined,
  values: ["alice", "bob"],
  patterns: [[{ kind: "text", text: "svc-" }, { kind: "any" }]],
  ranges: [],
  path: "lists/admins.yml",
  hash: "0",
};
const LISTS: ReadonlyMap<string, NamedList> = new Map([["admins", ADMINS]]);

export function contextOf(more: Partial<QueryContext> = {}): QueryContext {
  return { lists: LISTS, categoryField: "event.category", place: () => undefined, ...more };
}

export function compile(query: string, more: Partial<QueryContext> = {}): CompiledQuery {
  return compileEql(query, contextOf(more));
}

/** `$name` stands for a parameter of the request. */
export function expand(condition: string): string {
  return condition.replace(/\$(\w+)/g, "aws.cloudtrail.flattened.request_parameters.$1");
}

export function conditionOf(query: string): Expression {
  const { condition, problems } = compile(query);
  if (condition === undefined) throw new Error(`${query}: ${JSON.stringify(problems)}`);
  return condition;
}

/** What the reference says of a whole record; throws where the engine says otherwise. */
export function matchesRecord(query: string, record: JsonObject): boolean {
  const condition = conditionOf(query);
  const expected = referenceHolds(condition, record, LISTS);
  if (compileExpression(condition, LISTS)(record) !== expected) throw new Error(`engine differs: ${query}`);
  return expected;
}

/** The same of the parameters of a request. */
export function holds(condition: string, parameters: JsonValue = {}): boolean {
  return matchesRecord(`any where ${expand(condition)}`, { requestParameters: parameters });
}

/** `code offset` of each problem. */
export function complaints(query: string): string[] {
  return compile(query).problems.map(({ code, offset }) => `${code} ${offset}`);
}

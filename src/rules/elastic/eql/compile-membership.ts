import type { JsonScalar } from "../../../lib/json.js";
import type { Expression, ValueTest } from "../../expression.js";
import { compileValue } from "./compile-value.js";
import { toRegexTest } from "./lucene-regex.js";
import { parsePattern, toPatternTest } from "./pattern-test.js";
import type { EqlScope } from "./scope.js";
import type { EqlNode, ListNode, LiteralNode, Membership, MembershipNode } from "./syntax.js";
import { toReference, type EqlField } from "./value.js";

const INSENSITIVE: ReadonlySet<Membership> = new Set(["in~", ":", "like~", "regex~"]);

/** Compiles a value beside others, of which one must fit. */
export function compileMembership(
  scope: EqlScope,
  node: MembershipNode,
  negated: boolean,
): Expression | undefined {
  const left = compileValue(scope, node.left);
  const tests =
    "kind" in node.right ? listTest(scope, node, node.right) : compileTests(scope, node, node.right);
  if (left === undefined || tests === undefined) return undefined;
  if (left.kind === "literal" && left.value === null) {
    return scope.place({ kind: "constant", value: negated }, node);
  }
  const field = toReference(left, scope.textOf(node.left));
  if (left.kind === "literal") scope.context.place(field, node.left.start);
  const terms = [
    ...tests.tests.map(({ test, at }) => scope.test(field, test, at)),
    ...tests.fields.map((right) => compareFields(scope, node, field, right)),
  ];
  const [only] = terms;
  return terms.length === 1 ? only : scope.place({ kind: "any", terms }, node);
}

interface Tests {
  readonly tests: readonly { readonly test: ValueTest; readonly at: { readonly start: number } }[];
  readonly fields: readonly EqlField[];
}

function compareFields(
  scope: EqlScope,
  node: MembershipNode,
  left: EqlField["field"],
  { field: right }: EqlField,
): Expression {
  const ignoreCase = INSENSITIVE.has(node.operator);
  return scope.place(
    { kind: "compare_fields", operator: "equals", left, right, ignoreCase, reading: "any_scalar" },
    node,
  );
}

/** `in %name%`: an extension of ours. */
function listTest(scope: EqlScope, node: MembershipNode, { name, ...at }: ListNode): Tests | undefined {
  if (!scope.context.lists.has(name)) {
    scope.report(at, "unknown-list", `There is no list ${name}.`, "Lists are read from lists.paths.");
    return undefined;
  }
  const ignoreCase = INSENSITIVE.has(node.operator);
  return { tests: [{ test: { kind: "in_list", list: name, ignoreCase }, at: node }], fields: [] };
}

function compileTests(scope: EqlScope, node: MembershipNode, right: readonly EqlNode[]): Tests | undefined {
  const pattern = PATTERNS[node.operator];
  const plain: { value: JsonScalar; at: LiteralNode }[] = [];
  const tests: { test: ValueTest; at: EqlNode }[] = [];
  const fields: EqlField[] = [];
  const found = scope.problems.length;
  for (const item of right) {
    const value = compileValue(scope, item);
    if (value === undefined) continue;
    if (value.kind === "field") {
      if (pattern === "regex" || node.operator.startsWith("like"))
        scope.report(item, "bad-query", `${node.operator} wants a string behind it.`);
      fields.push(value);
      continue;
    }
    const at: LiteralNode = { ...value, start: item.start, end: item.end };
    const test = compileItem(scope, node.operator, at);
    if (test?.kind === "equals") plain.push({ value: test.value, at });
    else if (test !== undefined) tests.push({ test, at });
  }
  if (scope.failedSince(found)) return undefined;
  return { tests: [...joinPlain(node, plain), ...tests], fields };
}

/** Plain values are one test, however many. */
function joinPlain(
  node: MembershipNode,
  plain: readonly { value: JsonScalar; at: LiteralNode }[],
): Tests["tests"] {
  const ignoreCase = INSENSITIVE.has(node.operator);
  const [first] = plain;
  if (first === undefined) return [];
  if (plain.length === 1) return [{ test: { kind: "equals", value: first.value, ignoreCase }, at: node }];
  return [{ test: { kind: "in", values: plain.map(({ value }) => value), ignoreCase }, at: node }];
}

const PATTERNS: Readonly<Record<Membership, "none" | "wildcard" | "regex">> = {
  in: "none",
  "in~": "none",
  ":": "wildcard",
  like: "wildcard",
  "like~": "wildcard",
  regex: "regex",
  "regex~": "regex",
};

function compileItem(scope: EqlScope, operator: Membership, item: LiteralNode): ValueTest | undefined {
  const { value } = item;
  const ignoreCase = INSENSITIVE.has(operator);
  if (value === null) {
    scope.report(item, "bad-query", "null is like no value.", "Write `field == null`.");
    return undefined;
  }
  const pattern = PATTERNS[operator];
  if (pattern === "none") return { kind: "equals", value, ignoreCase };
  if (typeof value !== "string") {
    const hint = operator === ":" ? "Write == to compare numbers, true and false." : undefined;
    scope.report(item, "bad-query", `${operator} compares strings only.`, hint);
    return undefined;
  }
  if (pattern === "wildcard") return toPatternTest(parsePattern(value), ignoreCase);
  const test = toRegexTest(value, ignoreCase);
  if (!("code" in test)) return test;
  scope.report(item, test.code, `${test.message} (Character ${test.at + 1} of the pattern.)`, test.hint);
}

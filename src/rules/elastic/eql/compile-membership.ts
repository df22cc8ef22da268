import { parseIpRange } from "../../../lib/ip-range.js";
import type { JsonScalar } from "../../../lib/json.js";
import type { Expression, ValueTest } from "../../expression.js";
import { explainUnknownList } from "../../lists/list-references.js";
import { parsePattern } from "../wildcard-test.js";
import { compileValue } from "./compile-value.js";
import { equalsLiteral, isMissing } from "./literal-tests.js";
import { toRegexTest } from "./lucene-regex.js";
import { toPatternTest } from "./pattern-test.js";
import type { EqlScope } from "./scope.js";
import type { EqlNode, ListNode, Membership, MembershipNode } from "./syntax.js";
import type { EqlField } from "./value.js";

interface Operator {
  readonly compares: "values" | "patterns" | "regexes";
  readonly ignoreCase: boolean;
}

const OPERATORS: Readonly<Record<Membership, Operator>> = {
  in: { compares: "values", ignoreCase: false },
  "in~": { compares: "values", ignoreCase: true },
  ":": { compares: "patterns", ignoreCase: true },
  like: { compares: "patterns", ignoreCase: false },
  "like~": { compares: "patterns", ignoreCase: true },
  regex: { compares: "regexes", ignoreCase: false },
  "regex~": { compares: "regexes", ignoreCase: true },
};

/** Compiles a value beside others, of which one must fit. */
export function compileMembership(
  scope: EqlScope,
  node: MembershipNode,
  negated: boolean,
): Expression | undefined {
  const left = compileValue(scope, node.left);
  if (left === undefined) return undefined;
  const target = scope.asField(left, node.left);
  const { right } = node;
  const terms =
    "kind" in right ? compileList(scope, node, target, right) : compileItems(scope, node, target, right);
  if (terms === undefined) return undefined;
  if (left.kind === "literal" && left.value === null) {
    return scope.place({ kind: "constant", value: negated }, node);
  }
  const [only] = terms;
  return terms.length === 1 ? only : scope.place({ kind: "any", terms }, node);
}

/** `in %name%`: an extension of ours. */
function compileList(
  scope: EqlScope,
  node: MembershipNode,
  { field }: EqlField,
  list: ListNode,
): readonly Expression[] | undefined {
  if (!scope.context.lists.has(list.name)) {
    const { message, hint } = explainUnknownList(list.name, scope.context.lists);
    scope.report(list, "unknown-list", message, hint);
    return undefined;
  }
  const { ignoreCase } = OPERATORS[node.operator];
  return [scope.test(field, { kind: "in_list", list: list.name, ignoreCase }, node)];
}

function compileItems(
  scope: EqlScope,
  node: MembershipNode,
  target: EqlField,
  items: readonly EqlNode[],
): readonly Expression[] | undefined {
  const found = scope.problems.length;
  const plain: Exclude<JsonScalar, null>[] = [];
  const terms: (Expression | undefined)[] = [];
  for (const item of items) {
    const value = compileValue(scope, item);
    if (value?.kind === "field") terms.push(compareFields(scope, node, target, value, item));
    if (value?.kind !== "literal") continue;
    const test = toItemTest(scope, node.operator, value.value, item);
    if (test === "any") terms.push(isPresent(scope, target, item));
    else if (test?.kind === "equals" && test.value !== null) plain.push(test.value);
    else if (test !== undefined) terms.push(scope.test(target.field, test, item));
  }
  terms.unshift(...comparePlain(scope, node, target, plain));
  return scope.failedSince(found) ? undefined : terms.filter((term) => term !== undefined);
}

/** Plain values are one test, however many. */
function comparePlain(
  scope: EqlScope,
  node: MembershipNode,
  target: EqlField,
  values: readonly Exclude<JsonScalar, null>[],
): readonly (Expression | undefined)[] {
  const { ignoreCase } = OPERATORS[node.operator];
  if (target.type === "date") return values.map((value) => equalsLiteral(scope, target, value, node));
  const isRange = (value: JsonScalar): value is string =>
    target.type === "ip" && typeof value === "string" && parseIpRange(value) !== undefined;
  const ranges = values.filter(isRange);
  const others = values.filter((value) => !isRange(value));
  const [first] = others;
  const tests: ValueTest[] = [];
  if (ranges.length > 0) tests.push({ kind: "cidr", ranges });
  if (others.length > 1) tests.push({ kind: "in", values: others, ignoreCase });
  else if (first !== undefined) tests.push({ kind: "equals", value: first, ignoreCase });
  return tests.map((test) => scope.test(target.field, test, node));
}

function compareFields(
  scope: EqlScope,
  node: MembershipNode,
  left: EqlField,
  right: EqlField,
  item: EqlNode,
): Expression | undefined {
  const { compares, ignoreCase } = OPERATORS[node.operator];
  if (compares === "values" || node.operator === ":") {
    return scope.place(
      {
        kind: "compare_fields",
        operator: "equals",
        left: left.field,
        right: right.field,
        ignoreCase,
        reading: "any_scalar",
      },
      item,
    );
  }
  scope.report(item, "bad-query", `${node.operator} wants a string behind it.`);
  return undefined;
}

function isPresent(scope: EqlScope, target: EqlField, item: EqlNode): Expression {
  return scope.place({ kind: "not", term: isMissing(scope, target, item) }, item);
}

/** Undefined where something was reported. */
function toItemTest(
  scope: EqlScope,
  operator: Membership,
  value: JsonScalar,
  item: EqlNode,
): ValueTest | "any" | undefined {
  const { compares, ignoreCase } = OPERATORS[operator];
  if (value === null) {
    scope.report(item, "bad-query", "null is like no value.", "Write `field == null`.");
    return undefined;
  }
  if (compares === "values") return { kind: "equals", value, ignoreCase };
  if (typeof value !== "string") {
    const hint = operator === ":" ? "Write == to compare numbers, true and false." : undefined;
    scope.report(item, "bad-query", `${operator} compares strings only.`, hint);
    return undefined;
  }
  if (compares === "patterns") return toPatternTest(parsePattern(value, "?"), ignoreCase);
  const test = toRegexTest(value, ignoreCase);
  if (test === "any" || !("code" in test)) return test;
  scope.report(item, test.code, `${test.message} (Character ${test.at + 1} of the pattern.)`, test.hint);
  return undefined;
}

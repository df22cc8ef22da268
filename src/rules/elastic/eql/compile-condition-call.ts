import { parseIpRange } from "../../../lib/ip-range.js";
import type { Expression, FieldOperator, ValueTest } from "../../expression.js";
import { checkArguments, resolveFunction } from "./compile-arguments.js";
import { compileValue } from "./compile-value.js";
import type { ConditionFunction } from "./functions.js";
import { isMissing } from "./literal-tests.js";
import { joinParts, parseEscapedPattern, toPatternTest } from "./pattern-test.js";
import type { EqlScope } from "./scope.js";
import type { CallNode } from "./syntax.js";
import type { EqlField, EqlLiteral, EqlValue } from "./value.js";

/** Compiles a call of a function that gives true or false. */
export function compileConditionCall(
  scope: EqlScope,
  node: CallNode,
  negated: boolean,
): Expression | undefined {
  const known = resolveFunction(scope, node);
  const args = node.args.map((arg) => compileValue(scope, arg));
  if (known === undefined || !("condition" in known) || !args.every((arg) => arg !== undefined))
    return undefined;
  if (!checkArguments(scope, node, known, args)) return undefined;
  if (args.some((arg) => arg.kind === "literal" && arg.value === null)) {
    return scope.place({ kind: "constant", value: negated }, node);
  }
  const [first, ...others] = args as [EqlValue, ...EqlValue[]];
  const source = scope.asField(first, node.args[0] ?? node);
  if (known.condition === "cidrMatch") return compileCidr(scope, node, source, others);
  return compileTextPart(scope, node, known.condition, source, others[0] as EqlValue);
}

type TextPart = Exclude<ConditionFunction["condition"], "cidrMatch">;

const OPERATORS: Readonly<Record<TextPart, FieldOperator>> = {
  startsWith: "starts_with",
  endsWith: "ends_with",
  stringContains: "contains",
};

function compileTextPart(
  scope: EqlScope,
  node: CallNode,
  name: TextPart,
  source: EqlField,
  part: EqlValue,
): Expression {
  const { ignoreCase } = node;
  const left = source.field;
  if (part.kind === "literal") {
    const test = toTest(name, part, source.type !== undefined, ignoreCase);
    if (test === undefined) return scope.place({ kind: "constant", value: false }, node);
    if (test !== "any") return scope.test(left, test, node);
    return scope.place({ kind: "not", term: isMissing(scope, source, node) }, node);
  }
  const compare: Expression = {
    kind: "compare_fields",
    operator: OPERATORS[name],
    left,
    right: part.field,
    ignoreCase,
    reading: "any_scalar",
  };
  if (name !== "stringContains") return scope.place(compare, node);
  // As for literals, nothing contains the empty string.
  const empty = scope.test(part.field, { kind: "equals", value: "", ignoreCase: false }, node);
  return scope.place(
    { kind: "all", terms: [scope.place(compare, node), { kind: "not", term: empty }] },
    node,
  );
}

/**
 * Elasticsearch makes a wildcard query of stringContains and endsWith on a field, and rules rely on it: `*` and `?`
 * in the string are wildcards, unless a backslash stands before them. Undefined where nothing can hold.
 */
function toTest(
  name: TextPart,
  { value }: EqlLiteral,
  plain: boolean,
  ignoreCase: boolean,
): ValueTest | "any" | undefined {
  const part = String(value);
  if (name === "startsWith") return { kind: "starts_with", value: part, ignoreCase };
  if (name === "stringContains" && part === "") return undefined;
  if (!plain) {
    return name === "endsWith"
      ? { kind: "ends_with", value: part, ignoreCase }
      : { kind: "contains", value: part, ignoreCase };
  }
  const any = { kind: "any" } as const;
  const pattern = [any, ...parseEscapedPattern(part), ...(name === "endsWith" ? [] : [any])];
  return toPatternTest(joinParts(pattern), ignoreCase);
}

function compileCidr(
  scope: EqlScope,
  node: CallNode,
  source: EqlField,
  blocks: readonly EqlValue[],
): Expression | undefined {
  const ranges = blocks.flatMap((block, i) => {
    const at = node.args[i + 1] ?? node;
    if (block.kind === "field") {
      scope.report(at, "bad-query", "cidrMatch wants ranges of addresses, not a field.");
      return [];
    }
    const range = String(block.value);
    if (parseIpRange(range) !== undefined) return range;
    scope.report(at, "bad-cidr", `${scope.textOf(at)} is no range of addresses.`, "Write it as 10.0.0.0/8.");
    return [];
  });
  if (ranges.length < blocks.length) return undefined;
  return scope.test(source.field, { kind: "cidr", ranges }, node);
}

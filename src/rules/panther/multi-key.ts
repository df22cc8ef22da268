import type { Expression } from "../expression.js";
import type { Entry, YamlSource } from "../yaml/yaml-source.js";
import type { Condition } from "./conditions.js";
import { parseOneSpecifier } from "./key-specifier.js";
import type { MatchContext } from "./match-context.js";

/** Compiles a match expression of two keys under `Values`: the first one's value is put beside the second one's. */
export function compileMultiKey(
  source: YamlSource,
  context: MatchContext,
  name: string,
  condition: Condition,
  values: Entry,
): Expression | undefined {
  const { comparison, negated } = condition;
  if (comparison === undefined) {
    source.report("bad-expression", values.keyNode, `The condition ${name} does not compare two keys.`);
    return undefined;
  }
  const items = source.items(values.value, `Values of ${name}`);
  if (items === undefined) return undefined;
  const [left, right] = items.map((item) => parseOneSpecifier(source, context, item, `Each item of Values`));
  if (items.length !== 2) {
    const message = `Values of ${name} must be two keys, and there ${items.length === 1 ? "is" : "are"} ${items.length}.`;
    source.report("bad-expression", values.value ?? values.keyNode, message, TWO_KEYS);
    return undefined;
  }
  if (left === undefined || right === undefined) return undefined;
  const term: Expression = { kind: "compare_fields", ...comparison, left, right, reading: "exact" };
  return negated ? { kind: "not", term } : term;
}

export const TWO_KEYS = "Write `Values: [{KeyPath: one}, {KeyPath: other}]`.";

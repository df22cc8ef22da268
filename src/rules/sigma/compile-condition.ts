import { didYouMean } from "../../lib/did-you-mean.js";
import type { Expression } from "../expression.js";
import type { ConditionProblem, ConditionTree } from "./parse-condition.js";
import { join } from "./item-expression.js";

/** The selections of a detection by name; undefined for one that was refused. */
export type Selections = ReadonlyMap<string, Expression | undefined>;

export interface CompiledCondition {
  /** Undefined when a selection that it needs was refused. */
  readonly expression: Expression | undefined;
  readonly problems: readonly ConditionProblem[];
  readonly used: ReadonlySet<string>;
}

/** Puts the selections that a condition names in their places. */
export function compileCondition(tree: ConditionTree, selections: Selections): CompiledCondition {
  const problems: ConditionProblem[] = [];
  const used = new Set<string>();
  const take = (name: string): Expression | undefined => {
    used.add(name);
    return selections.get(name);
  };
  const compile = (node: ConditionTree): Expression | undefined => {
    switch (node.kind) {
      case "not": {
        const term = compile(node.term);
        return term === undefined ? undefined : { kind: "not", term };
      }
      case "and":
        return joinDefined("all", node.terms.map(compile));
      case "or":
        return joinDefined("any", node.terms.map(compile));
      case "name":
        if (selections.has(node.name)) return take(node.name);
        problems.push(
          missing(node.at, `There is no selection ${node.name}.`, didYouMean(node.name, selections.keys())),
        );
        return undefined;
      case "of": {
        const names = namesLike(node.pattern, selections);
        if (names.length === 0) {
          const stem = node.pattern.replaceAll("*", "");
          problems.push(
            missing(
              node.at,
              `No selection is named like ${node.pattern}.`,
              didYouMean(stem, selections.keys()),
            ),
          );
        }
        const terms = joinDefined(node.quantifier, names.map(take));
        return names.length === 0 ? undefined : terms;
      }
    }
  };
  const expression = compile(tree);
  return { expression: problems.length > 0 ? undefined : expression, problems, used };
}

function joinDefined(
  kind: "all" | "any",
  terms: readonly (Expression | undefined)[],
): Expression | undefined {
  const defined = terms.filter((term) => term !== undefined);
  return defined.length === terms.length ? join(kind, defined) : undefined;
}

/** Names that begin with an underscore are left out unless the pattern begins with one. */
function namesLike(pattern: string, selections: Selections): readonly string[] {
  const names = [...selections.keys()].filter((name) => !name.startsWith("_") || pattern.startsWith("_"));
  if (pattern.toLowerCase() === "them") return names;
  return names.filter((name) => isLike(name, pattern));
}

/** `*` stands for any characters or none. */
function isLike(name: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
    return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function missing(at: number, message: string, meant: string | undefined): ConditionProblem {
  const hint = meant === undefined ? undefined : `Did you mean ${meant}?`;
  return { kind: "problem", code: "unknown-selection", at, message, hint };
}

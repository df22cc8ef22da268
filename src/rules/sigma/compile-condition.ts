import { didYouMean } from "../../lib/did-you-mean.js";
import { sizeOf } from "../alternatives.js";
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

/** Parts that selections may bring into conditions: each brings its own as often as it is named. */
const MAX_SIZE = 100_000;

/** Counts what conditions are made of; several conditions of one rule share the count. */
export class ConditionBudget {
  /** Whether somebody was told that it is used up: once is enough. */
  told = false;
  private left = MAX_SIZE;
  private readonly sizes = new Map<Expression, number>();

  /** False once there is more than anybody writes. */
  take(selection: Expression | undefined): boolean {
    if (selection === undefined) return true;
    const size = this.sizes.get(selection) ?? sizeOf(selection);
    this.sizes.set(selection, size);
    this.left -= size;
    return this.left >= 0;
  }
}

/** Puts the selections that a condition names in their places. */
export function compileCondition(
  tree: ConditionTree,
  selections: Selections,
  budget: ConditionBudget,
): CompiledCondition {
  const problems: ConditionProblem[] = [];
  const used = new Set<string>();
  const take = (name: string, at: number): Expression | undefined => {
    used.add(name);
    const selection = selections.get(name);
    if (budget.take(selection)) return selection;
    if (!budget.told) problems.push(tooLarge(at));
    budget.told = true;
    return undefined;
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
        if (selections.has(node.name)) return take(node.name, node.at);
        problems.push(missing(node.at, `There is no selection ${node.name}.`, node.name, selections));
        return undefined;
      case "of": {
        const names = namesLike(node.pattern, selections);
        if (names.length === 0) {
          const stem = node.pattern.replaceAll("*", "");
          problems.push(missing(node.at, `No selection is named like ${node.pattern}.`, stem, selections));
        }
        const terms = joinDefined(
          node.quantifier,
          names.map((name) => take(name, node.at)),
        );
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

function tooLarge(at: number): ConditionProblem {
  const message = `The selections that the condition names have more than ${MAX_SIZE} parts together.`;
  return {
    kind: "problem",
    code: "too-many-alternatives",
    at,
    message,
    hint: "Split the rule into several.",
  };
}

/** More than these are not read in one line. */
const MAX_NAMED = 10;

function missing(at: number, message: string, written: string, selections: Selections): ConditionProblem {
  const meant = didYouMean(written, selections.keys());
  const names = [...selections.keys()];
  const more = names.length > MAX_NAMED ? " and others" : "";
  const known =
    names.length === 0
      ? "Add a selection beside the condition."
      : `Selections here are ${names.slice(0, MAX_NAMED).join(", ")}${more}.`;
  const hint = meant === undefined ? known : `Did you mean ${meant}?`;
  return { kind: "problem", code: "unknown-selection", at, message, hint };
}

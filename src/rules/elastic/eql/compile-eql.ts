import type { Expression } from "../../expression.js";
import type { CompiledQuery, QueryContext } from "../query-context.js";
import { compileCondition } from "./compile-condition.js";
import { parseEql } from "./parser.js";
import { EqlScope } from "./scope.js";
import type { EqlCategory } from "./syntax.js";

/** Compiles an EQL query over single events: `any where …` or `category where …`. */
export function compileEql(query: string, context: QueryContext): CompiledQuery {
  const parsed = parseEql(query);
  if ("code" in parsed) return { condition: undefined, problems: [parsed] };
  const scope = new EqlScope(query, context);
  const category = compileCategory(scope, parsed.category);
  const condition = compileCondition(scope, parsed.condition, false);
  const failed = scope.failedSince(0);
  return {
    condition: condition === undefined || failed ? undefined : join(category, condition),
    problems: scope.problems,
  };
}

/** Undefined for `any`, which takes every event. */
function compileCategory(scope: EqlScope, { name, start }: EqlCategory): Expression | undefined {
  if (name === undefined) return undefined;
  const { field } = scope.field(scope.context.categoryField, false, { start });
  return scope.test(field, { kind: "equals", value: name, ignoreCase: false }, { start });
}

function join(category: Expression | undefined, condition: Expression): Expression {
  if (category === undefined) return condition;
  const terms = condition.kind === "all" ? condition.terms : [condition];
  return { kind: "all", terms: [category, ...terms] };
}

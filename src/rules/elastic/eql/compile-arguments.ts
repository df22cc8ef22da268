import { didYouMean } from "../../../lib/did-you-mean.js";
import {
  findFunction,
  FUNCTION_NAMES,
  type ConditionFunction,
  type ParameterType,
  type ValueFunction,
} from "./functions.js";
import type { EqlScope } from "./scope.js";
import type { CallNode } from "./syntax.js";
import type { EqlValue } from "./value.js";

/** Functions of other dialects, and what to write in their place. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ["wildcard", 'Write `field like "pattern*"`.'],
  ["match", 'Write `field regex "pattern"`.'],
  ["matchlite", 'Write `field regex "pattern"`.'],
  ["arraycontains", 'Write `field == "value"`: each value of a list is looked at.'],
  ["arraysearch", "Write the condition on the field itself: each value of a list is looked at."],
  ["starts_with", "Did you mean startsWith?"],
  ["ends_with", "Did you mean endsWith?"],
  ["cidr_match", "Did you mean cidrMatch?"],
]);

/** The function that a call names; reports one that there is not, and a `~` or arguments that it does not take. */
export function resolveFunction(
  scope: EqlScope,
  node: CallNode,
): ValueFunction | ConditionFunction | undefined {
  const known = findFunction(node.name);
  if (known === undefined) {
    const meant = didYouMean(node.name, FUNCTION_NAMES);
    const hint =
      FOREIGN.get(node.name.toLowerCase()) ??
      (meant === undefined ? `Known functions: ${FUNCTION_NAMES.join(", ")}.` : `Did you mean ${meant}?`);
    scope.report(node, "bad-query", `EQL has no function ${node.name}.`, hint);
    return undefined;
  }
  if (node.ignoreCase && !known.insensitive) {
    scope.report(node, "bad-query", `The function ${known.name} takes no ~.`, "Leave the ~ out.");
    return undefined;
  }
  const least = known.parameters.filter((parameter) => parameter.otherwise === undefined).length;
  const most = known.repeats ? Infinity : known.parameters.length;
  const given = node.args.length;
  if (given >= least && given <= most) return known;
  const wanted = most === Infinity ? `${least} or more` : least === most ? `${least}` : `${least} to ${most}`;
  const plural = wanted === "1" ? "" : "s";
  scope.report(node, "bad-query", `${known.name} takes ${wanted} argument${plural}, not ${given}.`);
}

/** Reports literals of a type that the function does not take. */
export function checkArguments(
  scope: EqlScope,
  node: CallNode,
  known: ValueFunction | ConditionFunction,
  args: readonly EqlValue[],
): boolean {
  const wrong = args.flatMap((arg, i) => {
    const { type } = known.parameters[Math.min(i, known.parameters.length - 1)] ?? { type: "any" };
    return arg.kind === "field" || TYPES[type].takes(arg.value) ? [] : { node: node.args[i] ?? node, type };
  });
  for (const { node: at, type } of wrong) {
    scope.report(at, "bad-query", `${known.name} wants ${TYPES[type].name} here, not ${scope.textOf(at)}.`);
  }
  return wrong.length === 0;
}

const TYPES = {
  text: { name: "a string", takes: (value) => value === null || typeof value === "string" },
  number: { name: "a number", takes: (value) => value === null || typeof value === "number" },
  integer: { name: "an integer", takes: (value) => value === null || Number.isInteger(value) },
  boolean: { name: "true or false", takes: (value) => value === null || typeof value === "boolean" },
  any: { name: "a value", takes: () => true },
} satisfies Record<ParameterType, { readonly name: string; readonly takes: (value: unknown) => boolean }>;

import { suggestElasticField, toElasticField, type ElasticField } from "./field-map.js";
import type { QueryProblem } from "./query-context.js";

/**
 * Looks up a field of a query, and says what a person should know of it: that it is unknown, or never set here.
 *
 * @param guess whether to look for what an unknown name was meant to be, which takes its time.
 */
export function lookUpField(
  name: string,
  offset: number,
  guess = true,
): { readonly field: ElasticField; readonly problem: QueryProblem | undefined } {
  const field = toElasticField(name);
  if (!field.known) {
    const suggestion = guess ? suggestElasticField(name) : undefined;
    const hint =
      suggestion === undefined
        ? "Fields are named as in Elastic's CloudTrail events; the reference lists them."
        : `Did you mean ${suggestion}?`;
    const message = `CloudTrail events have no field ${name}; it is taken as missing.`;
    return { field, problem: { code: "unknown-field", severity: "warning", offset, message, hint } };
  }
  if (!field.absent) return { field, problem: undefined };
  const message = `The field ${name} is never set here; it is taken as missing.`;
  const hint = "Elastic fills it from sources outside the CloudTrail record.";
  return { field, problem: { code: "absent-field", severity: "warning", offset, message, hint } };
}

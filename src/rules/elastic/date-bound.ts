import type { OrderOperator, ValueTest } from "../expression.js";

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(?:Z|\+00:00)?$/;
/** Sorts behind every time that begins with what stands before it. */
const AFTER = "~";

/**
 * The test of a time against a bound, by its text: times in records are ISO 8601 in UTC, which sort as text. What the bound
 * leaves out is rounded as Elasticsearch does: `> 2026-01-01` is after that day, `>=` from its beginning.
 *
 * @returns undefined for a bound that is no such time.
 */
export function toDateTest(operator: OrderOperator, bound: string): ValueTest | undefined {
  const [, day, time] = DATE.exec(bound.trim()) ?? [];
  if (day === undefined) return undefined;
  const start = time === undefined ? day : `${day}T${time}`;
  return {
    kind: "compare",
    operator,
    value: operator === "gt" || operator === "lte" ? start + AFTER : start,
  };
}

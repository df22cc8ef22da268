import { isMap, isSeq, type Node } from "yaml";
import { didYouMean } from "../../lib/did-you-mean.js";
import type { CorrelationType } from "../ir.js";
import type { Entry } from "../yaml/yaml-source.js";
import type { DocumentContext } from "./context.js";
import { toReference } from "./item-expression.js";
import type { CorrelationParts } from "./parsed-file.js";

export const CORRELATION_OPERATORS = ["gt", "gte", "lt", "lte", "eq", "neq"] as const;
type Operator = (typeof CORRELATION_OPERATORS)[number];
const KEYS = [...CORRELATION_OPERATORS, "field", "percentile"] as const;

/** What a type's condition is about. */
const TYPES = {
  event_count: { field: false, condition: "required" },
  value_count: { field: true, condition: "required" },
  temporal: { field: false, condition: "optional" },
  temporal_ordered: { field: false, condition: "optional" },
  value_sum: { field: true, condition: "required" },
  value_avg: { field: true, condition: "required" },
  value_percentile: { field: true, condition: "required" },
  value_median: { field: true, condition: "required" },
} as const satisfies Record<
  CorrelationType,
  { readonly field: boolean; readonly condition: "required" | "optional" }
>;

type ConditionParts = Pick<CorrelationParts, "condition" | "fields" | "percentile">;

/**
 * Reads the condition of a correlation: comparisons that all hold, and the field that values are taken of. Without one a
 * temporal correlation wants as many rules as it names. Undefined when it was refused.
 */
export function readCorrelationCondition(
  context: DocumentContext,
  type: CorrelationType,
  entry: Entry | undefined,
  at: Node | undefined,
  ruleCount: number,
): ConditionParts | undefined {
  const { source } = context;
  const wanted = TYPES[type];
  if (entry === undefined) {
    if (wanted.condition === "optional")
      return { condition: [{ operator: "gte", value: ruleCount }], fields: [], percentile: undefined };
    const example = wanted.field ? "`condition: {field: …, gte: 10}`" : "`condition: {gte: 10}`";
    source.report("missing-key", at, "The correlation has no condition.", `Add ${example}, for example.`);
    return undefined;
  }
  if (typeof source.scalar(entry.value) === "string") {
    source.report(
      "unsupported-correlation",
      entry.value,
      "A condition that joins rules by and, or and not is not supported.",
      "Write a mapping such as `gte: 2`, and chain correlations for more.",
    );
    return undefined;
  }
  if (!isMap(entry.value)) {
    source.report(
      "wrong-type",
      entry.value ?? entry.keyNode,
      "condition must be a mapping.",
      "Write `gte: 10`.",
    );
    return undefined;
  }
  return readMap(context, type, source.entries(entry.value, "condition"), entry);
}

function readMap(
  context: DocumentContext,
  type: CorrelationType,
  entries: readonly Entry[],
  { value: at }: Entry,
): ConditionParts | undefined {
  const { source } = context;
  const condition: { readonly operator: Operator; readonly value: number }[] = [];
  let fields: readonly string[] = [];
  let percentile: number | undefined;
  for (const { key, keyNode, value } of entries) {
    const operator = CORRELATION_OPERATORS.find((known) => known === key);
    if (operator !== undefined) {
      const number = source.scalar(value);
      if (typeof number === "number" && Number.isFinite(number)) condition.push({ operator, value: number });
      else
        source.report("wrong-type", value ?? keyNode, `${key} must be a number.`, "Write it without quotes.");
    } else if (key === "field") {
      fields = isSeq(value)
        ? source.strings(value, "field")
        : [source.string(value ?? keyNode, "field") ?? []].flat();
    } else if (key === "percentile") {
      percentile = source.integer(value ?? keyNode, "percentile", 0, 100);
    } else {
      const meant = didYouMean(key, KEYS);
      const hint = meant === undefined ? `Known keys: ${KEYS.join(", ")}.` : `Did you mean ${meant}?`;
      source.report("unknown-key", keyNode, `A condition has no key ${key}.`, hint);
    }
  }
  if (condition.length === 0 && !source.failed())
    source.report("missing-key", at, "The condition compares nothing.", "Add `gte: 10`, for example.");
  checkField(context, type, entries, at);
  return { condition, fields: fields.map(toReference), percentile };
}

function checkField(
  { source }: DocumentContext,
  type: CorrelationType,
  entries: readonly Entry[],
  at: Node | undefined,
): void {
  const field = entries.find(({ key }) => key === "field");
  const percentile = entries.find(({ key }) => key === "percentile");
  if (TYPES[type].field && field === undefined)
    source.report("missing-key", at, `A ${type} wants the field whose values it takes.`, "Add `field:`.");
  if (!TYPES[type].field && field !== undefined)
    source.report("bad-value", field.keyNode, `A ${type} takes no field.`, "Remove it, or use value_count.");
  if (percentile !== undefined && type !== "value_percentile")
    source.report("bad-value", percentile.keyNode, `A ${type} takes no percentile.`, "Remove it.");
}

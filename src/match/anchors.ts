import type { JsonScalar } from "../lib/json.js";
import type { Expression, PredicateExpression } from "../rules/expression.js";
import type { FieldReference } from "../rules/field.js";
import type { Lists } from "./value-tests.js";

/** A field and values one of which must stand there, as they are or as an element of an array. */
export interface Anchor {
  /** The same for references that are looked up together. */
  readonly key: string;
  readonly names: readonly string[];
  readonly values: readonly JsonScalar[];
  readonly ignoreCase: boolean;
}

/** What a record must have one of for an expression to hold; with none of them it holds for no record. */
export type Anchors = readonly Anchor[];

/** Fields with few different values tell little: an anchor there counts as much as one on so many values elsewhere. */
const COMMON_FIELDS: ReadonlyMap<string, number> = new Map([
  ["eventSource", 40],
  ["awsRegion", 60],
  ["eventType", 200],
  ["eventCategory", 200],
  ["readOnly", 200],
  ["managementEvent", 200],
  ["userIdentity.type", 60],
]);

/**
 * Finds what a record must have for an expression to hold; undefined when nothing can be said.
 * Invariant: a record that meets none of the anchors does not satisfy the expression.
 * @param accept which fields may be anchors.
 */
export function findAnchors(
  expression: Expression,
  lists: Lists,
  accept: (key: string) => boolean,
): Anchors | undefined {
  switch (expression.kind) {
    case "predicate": {
      const anchor = toAnchor(expression, lists);
      return anchor !== undefined && accept(anchor.key) ? [anchor] : undefined;
    }
    case "all": {
      let best: Anchors | undefined;
      for (const term of expression.terms) {
        const anchors = findAnchors(term, lists, accept);
        if (anchors !== undefined && (best === undefined || weigh(anchors) < weigh(best))) best = anchors;
      }
      return best;
    }
    case "any":
    case "only_one": {
      const all: Anchor[] = [];
      for (const term of expression.terms) {
        const anchors = findAnchors(term, lists, accept);
        if (anchors === undefined) return undefined;
        all.push(...anchors);
      }
      return all;
    }
    case "constant":
      return expression.value ? undefined : [];
    case "not":
    case "compare_fields":
    case "elements":
    case "anywhere":
      return undefined;
  }
}

/** The less, the fewer records are expected to meet one of the anchors. */
function weigh(anchors: Anchors): number {
  let weight = 0;
  for (const { key, values } of anchors) weight += values.length * (COMMON_FIELDS.get(key) ?? 1);
  return weight;
}

function toAnchor({ field, test, reading }: PredicateExpression, lists: Lists): Anchor | undefined {
  const names = namesOf(field);
  const values = names === undefined ? undefined : valuesOf(test, lists);
  if (names === undefined || values === undefined) return undefined;
  // An object is read as its text.
  if (reading === "any_text" && values.some(looksLikeJson)) return undefined;
  return { key: names.join("."), names, values, ignoreCase: "ignoreCase" in test && test.ignoreCase };
}

function valuesOf(test: PredicateExpression["test"], lists: Lists): readonly JsonScalar[] | undefined {
  switch (test.kind) {
    case "equals":
      return [test.value];
    case "in":
      return test.values;
    case "in_list": {
      const list = lists.get(test.list);
      if (list === undefined) return [];
      return list.patterns.length + list.ranges.length === 0 ? list.values : undefined;
    }
    default:
      return undefined;
  }
}

function looksLikeJson(value: JsonScalar): boolean {
  return typeof value === "string" && (value.startsWith("{") || value.startsWith("["));
}

/** Of a reference that only goes from key to key. */
function namesOf(field: FieldReference): readonly string[] | undefined {
  if (field.kind === "loose") return field.names;
  if (field.kind !== "path" || field.steps.length === 0) return undefined;
  const names = field.steps.flatMap((step) => (step.kind === "key" ? [step.name] : []));
  return names.length === field.steps.length ? names : undefined;
}

/** The name of a key at the top that is all a reference looks at. */
export function topLevelName(field: FieldReference): string | undefined {
  const names = namesOf(field);
  return names?.length === 1 ? names[0] : undefined;
}

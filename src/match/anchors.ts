import type { JsonScalar } from "../lib/json.js";
import type { Expression, PredicateExpression } from "../rules/expression.js";
import type { FieldReference } from "../rules/field.js";
import { compileRegex } from "./compile-regex.js";
import { createFieldMarks, type FieldMarks, type Mark } from "./field-marks.js";
import type { Lists } from "./value-tests.js";

/** A field and marks one of which it must have. */
export interface Anchor {
  /** Dotted name of the field. */
  readonly key: string;
  readonly marks: readonly Mark[];
  /** The less, the fewer records are expected to have one of the marks. */
  readonly weight: number;
}

/** What a record must have one of for an expression to hold; with none of them it holds for no record. */
export type Anchors = readonly Anchor[];

/** Finds what records must have for expressions to hold, and has the marks of all fields that were asked for. */
export interface AnchorFinder {
  /**
   * Undefined when nothing can be said.
   * Invariant: a record that meets none of the anchors does not satisfy the expression.
   * @param accept which fields may be anchors.
   */
  find(expression: Expression, accept: (key: string) => boolean): Anchors | undefined;
  marksOf(key: string): FieldMarks | undefined;
}

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
 * Each value has a place in the index and in every plan; a longer list is asked as a whole, which is one look into a
 * set however many rules name it.
 */
const MAX_WANTED = 64;
/** A short part is in many texts. */
const PART_WEIGHT = 40;

export function createAnchorFinder(lists: Lists): AnchorFinder {
  const fields = new Map<string, FieldMarks>();
  let marks = 0;
  const nextMark = (): Mark => marks++;

  const toAnchor = (predicate: PredicateExpression, accept: (key: string) => boolean): Anchor | undefined => {
    const { field, test, reading } = predicate;
    const names = namesOf(field);
    const key = names?.join(".");
    if (names === undefined || key === undefined || !accept(key)) return undefined;
    const common = COMMON_FIELDS.get(key) ?? 1;
    const ofField = fields.get(key) ?? createFieldMarks(names, nextMark);
    fields.set(key, ofField);
    const parts = partsOf(test);
    if (parts !== undefined) {
      const marks = parts.flatMap((part) => ofField.markPart(part) ?? []);
      if (marks.length < parts.length) return undefined;
      return { key, marks, weight: parts.reduce((sum, part) => sum + PART_WEIGHT / part.length, 0) };
    }
    const wanted = wantedOf(test, lists);
    if (wanted === undefined || wanted.values.length + wanted.ranges.length > MAX_WANTED) return undefined;
    // An object is read as its text.
    if (reading === "any_text" && wanted.values.some(looksLikeJson)) return undefined;
    const marks = [
      ...wanted.values.map((value) => ofField.markValue(value)),
      ...wanted.ranges.flatMap((range) => ofField.markRange(range) ?? []),
    ];
    return { key, marks, weight: marks.length * common };
  };

  const find: AnchorFinder["find"] = (expression, accept) => {
    switch (expression.kind) {
      case "predicate": {
        const anchor = toAnchor(expression, accept);
        return anchor === undefined ? undefined : [anchor];
      }
      case "all": {
        let best: Anchors | undefined;
        for (const term of expression.terms) {
          const anchors = find(term, accept);
          if (anchors !== undefined && (best === undefined || weigh(anchors) < weigh(best))) best = anchors;
        }
        return best;
      }
      case "any":
      case "only_one": {
        const all: Anchor[] = [];
        for (const term of expression.terms) {
          const anchors = find(term, accept);
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
  };
  return { find, marksOf: (key) => fields.get(key) };
}

function weigh(anchors: Anchors): number {
  return anchors.reduce((sum, { weight }) => sum + weight, 0);
}

/** Values and ranges one of which a value must be equal to or in. */
interface Wanted {
  readonly values: readonly JsonScalar[];
  readonly ranges: readonly string[];
}

function wantedOf(test: PredicateExpression["test"], lists: Lists): Wanted | undefined {
  switch (test.kind) {
    case "equals":
      return { values: [test.value], ranges: [] };
    case "in":
      return { values: test.values, ranges: [] };
    case "cidr":
      return { values: [], ranges: test.ranges };
    case "in_list": {
      const list = lists.get(test.list);
      if (list === undefined) return { values: [], ranges: [] };
      return list.patterns.length === 0 ? list : undefined;
    }
    case "regex": {
      const { values } = compileRegex(test);
      return values === undefined ? undefined : { values, ranges: [] };
    }
    default:
      return undefined;
  }
}

/** Texts one of which is in every text that passes. */
function partsOf(test: PredicateExpression["test"]): readonly string[] | undefined {
  switch (test.kind) {
    case "contains":
      return typeof test.value === "string" ? [test.value] : undefined;
    case "starts_with":
    case "ends_with":
      return [test.value];
    case "wildcard": {
      const texts = test.pattern.flatMap((part) => (part.kind === "text" ? [part.text] : []));
      return [texts.reduce((longest, text) => (text.length > longest.length ? text : longest), "")];
    }
    case "regex": {
      const { values, parts } = compileRegex(test);
      return values === undefined ? parts : undefined;
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

import type { JsonObject, JsonScalar, JsonValue } from "../lib/json.js";
import type { Expression } from "../rules/expression.js";
import type { FieldReference, PathReference } from "../rules/field.js";
import { compileField } from "./compile-field.js";

/** Gives the positions of the conditions that could hold for a record, in rising order. */
export type CandidateIndex = (record: JsonObject) => readonly number[];

/** A field and the values one of which it must have for the condition to hold. */
interface Anchor {
  readonly field: PathReference;
  readonly values: ReadonlySet<JsonScalar>;
}
type Anchors = ReadonlyMap<string, Anchor>;

/** Most telling first: many rules share an eventSource, few an eventName. */
const PREFERRED = ["eventName", "eventSource", "eventType"];

/**
 * Sorts conditions by a value that their record must have, so that an event meets few of them.
 * Invariant: it may only over-approximate; a condition without such a value is a candidate for every record.
 */
export function compileCandidateIndex(conditions: readonly Expression[]): CandidateIndex {
  const always: number[] = [];
  const fields = new Map<string, { read: Reader; positions: Map<JsonValue | undefined, number[]> }>();
  conditions.forEach((condition, position) => {
    const best = chooseAnchor(findAnchors(condition));
    if (best === undefined) {
      always.push(position);
      return;
    }
    const key = keyOf(best.field);
    let entry = fields.get(key);
    if (entry === undefined)
      fields.set(key, (entry = { read: compileField(best.field), positions: new Map() }));
    for (const value of best.values) {
      const positions = entry.positions.get(value);
      if (positions === undefined) entry.positions.set(value, [position]);
      else positions.push(position);
    }
  });
  const lookUps = [...fields.values()];

  return (record) => {
    let found: readonly number[] = always;
    let merged = false;
    for (const { read, positions } of lookUps) {
      const hits = positions.get(read(record));
      if (hits === undefined) continue;
      merged ||= found.length > 0;
      found = found.length === 0 ? hits : [...found, ...hits];
    }
    return merged ? [...found].sort((a, b) => a - b) : found;
  };
}

type Reader = (record: JsonObject) => JsonValue | undefined;

function chooseAnchor(anchors: Anchors): Anchor | undefined {
  const known = PREFERRED.map((name) => anchors.get(JSON.stringify([name]))).find(
    (anchor) => anchor !== undefined,
  );
  if (known !== undefined) return known;
  let best: Anchor | undefined;
  for (const anchor of anchors.values()) {
    if (best === undefined || anchor.values.size < best.values.size) best = anchor;
  }
  return best;
}

function findAnchors(expression: Expression): Anchors {
  switch (expression.kind) {
    case "predicate":
      return expression.reading === "exact" ? predicateAnchors(expression.field, expression.test) : new Map();
    case "all":
      return expression.terms.map(findAnchors).reduce(both, new Map());
    case "any":
    case "only_one": {
      const [first, ...rest] = expression.terms.map(findAnchors);
      return first === undefined ? new Map() : rest.reduce(either, first);
    }
    case "not":
    case "constant":
    case "compare_fields":
    case "elements":
    case "anywhere":
      return new Map();
  }
}

function predicateAnchors(
  field: FieldReference,
  test: Extract<Expression, { kind: "predicate" }>["test"],
): Anchors {
  if (field.kind !== "path" || !field.steps.every((step) => step.kind === "key")) return new Map();
  if (test.kind === "equals" && !test.ignoreCase) {
    return new Map([[keyOf(field), { field, values: new Set([test.value]) }]]);
  }
  if (test.kind === "in" && !test.ignoreCase) {
    return new Map([[keyOf(field), { field, values: new Set(test.values) }]]);
  }
  return new Map();
}

/** All terms hold: a field named by two must have a value of both. */
function both(left: Anchors, right: Anchors): Anchors {
  const joined = new Map(left);
  for (const [key, anchor] of right) {
    const other = joined.get(key);
    const values = other === undefined ? anchor.values : intersect(other.values, anchor.values);
    joined.set(key, { field: anchor.field, values });
  }
  return joined;
}

/** One of the terms holds: only a field that each of them names says something. */
function either(left: Anchors, right: Anchors): Anchors {
  const joined = new Map<string, Anchor>();
  for (const [key, anchor] of left) {
    const other = right.get(key);
    if (other !== undefined)
      joined.set(key, { field: anchor.field, values: new Set([...anchor.values, ...other.values]) });
  }
  return joined;
}

function intersect(left: ReadonlySet<JsonScalar>, right: ReadonlySet<JsonScalar>): ReadonlySet<JsonScalar> {
  return new Set([...left].filter((value) => right.has(value)));
}

/** Unlike `text`, distinct for a key with a dot in it. */
function keyOf(field: PathReference): string {
  return JSON.stringify(field.steps.map((step) => (step.kind === "key" ? step.name : step)));
}

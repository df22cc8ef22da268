import { fieldKind } from "../../event/record-fields.js";
import type { JsonScalar, JsonValue } from "../../lib/json.js";
import type { Expression, PredicateExpression, Reading, ValueTest } from "../expression.js";
import type { FieldReference } from "../field.js";
import { every, exactlyOne, negate, some, type Verdict } from "./three-valued.js";

/** A value that a field can have where a condition holds; with `anyCase`, a lower-case string in any spelling. */
export interface PossibleValue {
  /** Undefined stands for a missing value. */
  readonly value: JsonValue | undefined;
  readonly anyCase: boolean;
}

/** The only values a field can have, and the expression that leaves it no others. */
export interface FieldValues {
  readonly values: readonly PossibleValue[];
  readonly because: Expression;
}
/** By `keyOfField`. Fields that are not here can have any value. */
export type Facts = ReadonlyMap<string, FieldValues>;

/** How the engine reads a value and puts it to a test; undefined stands for a missing value. */
export type CompileTest = (test: ValueTest, reading: Reading) => (value: JsonValue | undefined) => boolean;

/** Of longer lists nothing is said: each value would be put to each of as many tests. */
const MAX_VALUES = 500;

/** Keeps what is compiled of a test, since each is put to many values. */
export function compileOnce(compile: CompileTest): CompileTest {
  const compiled = new WeakMap<ValueTest, Map<Reading, ReturnType<CompileTest>>>();
  return (test, reading) => {
    const byReading = compiled.get(test) ?? new Map<Reading, ReturnType<CompileTest>>();
    compiled.set(test, byReading);
    const known = byReading.get(reading) ?? compile(test, reading);
    byReading.set(reading, known);
    return known;
  };
}

/** Two references with the same key have the same value in every record. */
export function keyOfField(field: FieldReference): string {
  switch (field.kind) {
    case "path":
      return JSON.stringify(field.steps.map((step) => (step.kind === "key" ? step.name : step)));
    case "loose":
      // Found as a literal key, or by walking: one name is both.
      return field.names.length === 1 ? JSON.stringify(field.names) : `loose ${JSON.stringify(field)}`;
    case "derived":
      return `derived ${field.name}`;
    case "call":
      return `call ${JSON.stringify(field)}`;
  }
}

/** Whether the field has one scalar where CloudTrail has it at all. */
export function isScalarField(field: FieldReference): boolean {
  if (field.kind === "derived") return field.name === "event.outcome";
  if (field.kind === "loose") return fieldKind(field.names) === "scalar";
  if (field.kind !== "path") return false;
  const names = field.steps.flatMap((step) => (step.kind === "key" ? [step.name] : []));
  return names.length === field.steps.length && fieldKind(names) === "scalar";
}

/**
 * Fields that can have few values only where the expression holds. Over-approximates: a value that is not listed is
 * impossible, one that is listed need not be possible.
 */
export function possibleValues(expression: Expression): Facts {
  switch (expression.kind) {
    case "predicate":
      return single(expression, valuesOf(expression));
    case "not": {
      const { term } = expression;
      if (term.kind !== "predicate") return new Map();
      const absent = valuesOfAbsence(term);
      return absent === undefined
        ? new Map()
        : new Map([[keyOfField(term.field), { values: absent, because: expression }]]);
    }
    case "all":
      return expression.terms.map(possibleValues).reduce(narrower, new Map());
    case "any": {
      if (expression.terms.length > MAX_VALUES) return new Map();
      const [first, ...rest] = expression.terms.map(possibleValues);
      if (first === undefined) return new Map();
      const joined = [...rest.reduce(either, first)].filter(([, { values }]) => values.length <= MAX_VALUES);
      return new Map(joined.map(([key, { values }]) => [key, { values, because: expression }]));
    }
    default:
      return new Map();
  }
}

/** Whether the expression holds in a record whose field of that key has the value. */
export function holdsFor(
  expression: Expression,
  key: string,
  value: PossibleValue,
  compile: CompileTest,
): Verdict {
  const inner = (term: Expression): Verdict => holdsFor(term, key, value, compile);
  switch (expression.kind) {
    case "predicate":
      return keyOfField(expression.field) === key ? passes(expression, value, compile) : undefined;
    case "not":
      return negate(inner(expression.term));
    case "all":
      return every(expression.terms.map(inner));
    case "any":
      return some(expression.terms.map(inner));
    case "only_one":
      return exactlyOne(expression.terms.map(inner));
    case "constant":
      return expression.value;
    default:
      return undefined;
  }
}

function single(expression: PredicateExpression, values: readonly PossibleValue[] | undefined): Facts {
  return values === undefined
    ? new Map()
    : new Map([[keyOfField(expression.field), { values, because: expression }]]);
}

/** Both hold: of two lists of values for one field either is right, and the shorter says more. */
export function narrower(left: Facts, right: Facts): Facts {
  const joined = new Map(left);
  for (const [key, values] of right) {
    const other = joined.get(key);
    if (other === undefined || values.values.length < other.values.length) joined.set(key, values);
  }
  return joined;
}

function either(left: Facts, right: Facts): Facts {
  const joined = new Map<string, FieldValues>();
  for (const [key, { values, because }] of left) {
    const other = right.get(key);
    if (other !== undefined) joined.set(key, { values: [...values, ...other.values], because });
  }
  return joined;
}

const MISSING: PossibleValue = { value: undefined, anyCase: false };
const NULL: PossibleValue = { value: null, anyCase: false };
const EMPTY: readonly PossibleValue[] = ["", [], {}].map((value) => ({ value, anyCase: false }));

function valuesOf({ field, test, reading }: PredicateExpression): readonly PossibleValue[] | undefined {
  // Read in another way than exactly, an array passes where one of its elements does, and another test by another.
  if (reading !== "exact" && !isScalarField(field)) return undefined;
  switch (test.kind) {
    case "equals":
      return spellings([test.value], test.ignoreCase, reading);
    case "in":
      return spellings(test.values, test.ignoreCase, reading);
    case "null":
      return [MISSING, NULL];
    case "empty":
      return [MISSING, NULL, ...EMPTY];
    default:
      return undefined;
  }
}

function valuesOfAbsence({
  field,
  test,
  reading,
}: PredicateExpression): readonly PossibleValue[] | undefined {
  if (reading !== "exact" && !isScalarField(field)) return undefined;
  if (test.kind === "exists") return reading === "exact" ? [MISSING] : [MISSING, NULL];
  return test.kind === "present" ? [MISSING, NULL] : undefined;
}

function spellings(
  values: readonly JsonScalar[],
  ignoreCase: boolean,
  reading: Reading,
): readonly PossibleValue[] | undefined {
  if (values.length > MAX_VALUES) return undefined;
  const found: PossibleValue[] = [];
  for (const value of values) {
    if (typeof value === "string" && ignoreCase && value.toLowerCase() !== value.toUpperCase()) {
      if (!isAscii(value)) return undefined;
      found.push({ value: value.toLowerCase(), anyCase: true });
    } else found.push({ value, anyCase: false });
    if (reading === "exact") continue;
    // By their text, numbers have many spellings, and true and "true" are the same.
    const text = String(value).toLowerCase();
    if (text.trim() === "" || !Number.isNaN(Number(text))) return undefined;
    if (text === "true" || text === "false")
      found.push({ value: text === "true", anyCase: false }, { value: text, anyCase: true });
    if (text === "null") found.push(NULL);
  }
  return found;
}

function passes(
  { test, reading }: PredicateExpression,
  { value, anyCase }: PossibleValue,
  compile: CompileTest,
): Verdict {
  // What a list holds is decided elsewhere, and may change.
  if (test.kind === "in_list") return undefined;
  try {
    if (!anyCase) return compile(test, reading)(value);
    if (test.kind === "exists" || test.kind === "present") return true;
    if (test.kind === "null" || test.kind === "empty") return false;
    if (!hasIgnoreCase(test) || !isAscii(JSON.stringify(test))) return undefined;
    if (test.ignoreCase) return compile(test, reading)(value);
    // What fails in any spelling fails in each.
    return compile(folded(test), reading)(value) ? undefined : false;
  } catch {
    // A pattern that cannot be compiled is the front end's to report.
    return undefined;
  }
}

type CasedTest = Extract<
  ValueTest,
  { kind: "equals" | "in" | "contains" | "starts_with" | "ends_with" | "wildcard" }
>;

const FOLDED = new WeakMap<CasedTest, CasedTest>();

/** The same test in any case; the same object each time, so that it is compiled once. */
function folded(test: CasedTest): CasedTest {
  const known = FOLDED.get(test) ?? { ...test, ignoreCase: true };
  FOLDED.set(test, known);
  return known;
}

function hasIgnoreCase(test: ValueTest): test is CasedTest {
  return ["equals", "in", "contains", "starts_with", "ends_with", "wildcard"].includes(test.kind);
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

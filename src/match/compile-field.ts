import { isJsonArray, own, type JsonObject, type JsonValue } from "../lib/json.js";
import type { FieldReference, PathStep } from "../rules/field.js";
import { resolveField, walkNames } from "../rules/resolve-field.js";

/** Of a record, or inside `elements` of a list element; undefined for a missing value. */
export type FieldReader = (scope: JsonValue) => JsonValue | undefined;

/** Most fields are keys inside keys: those skip the walk over steps. */
export function compileField(field: FieldReference): FieldReader {
  switch (field.kind) {
    case "path": {
      const names = keysOf(field.steps);
      return names === undefined ? (scope) => resolveField(scope, field) : readPath(names);
    }
    case "loose":
      return readLoose(field.names);
    case "derived":
    case "call":
      return (scope) => resolveField(scope, field);
  }
}

/** Reads key after key, crossing arrays on the way, but not a key that is literally the whole name. */
export function readNested(names: readonly string[]): FieldReader {
  const readers = names.map(readKey);
  const [first, second] = readers;
  if (first === undefined) return (scope) => (isObject(scope) ? scope : undefined);
  if (readers.length === 1) return (scope) => (isObject(scope) ? first(scope) : undefined);
  if (readers.length === 2 && second !== undefined) {
    return (scope) => {
      if (!isObject(scope)) return undefined;
      const value = first(scope);
      if (typeof value !== "object" || value === null) return undefined;
      return isJsonArray(value) ? walkNames(scope, names) : second(value);
    };
  }
  return (scope) => {
    if (!isObject(scope)) return undefined;
    let value: JsonValue | undefined = scope;
    for (const read of readers) {
      if (typeof value !== "object" || value === null) return undefined;
      if (isJsonArray(value)) return walkNames(scope, names);
      value = read(value);
    }
    return value;
  };
}

function readLoose(names: readonly string[]): FieldReader {
  const nested = readNested(names);
  if (names.length < 2) return nested;
  const literal = readKey(names.join("."));
  return (scope) => {
    const value = isObject(scope) ? literal(scope) : undefined;
    return value === undefined ? nested(scope) : value;
  };
}

function readPath(names: readonly string[]): FieldReader {
  const readers = names.map(readKey);
  const [first, second] = readers;
  if (readers.length === 1 && first !== undefined)
    return (scope) => (isObject(scope) ? first(scope) : undefined);
  if (readers.length === 2 && first !== undefined && second !== undefined) {
    return (scope) => {
      const value = isObject(scope) ? first(scope) : undefined;
      return value !== undefined && isObject(value) ? second(value) : undefined;
    };
  }
  return (scope) => {
    let value: JsonValue | undefined = scope;
    for (const read of readers) {
      if (value === undefined || !isObject(value)) return undefined;
      value = read(value);
    }
    return value;
  };
}

/**
 * Reads an own property. Plain reading takes a fraction of the time of a look at the owner first, and reads the same
 * where the prototype of all objects has no such property, which for a name is known once and for all.
 */
export function readKey(name: string): (object: JsonObject) => JsonValue | undefined {
  if (name in Object.prototype) return (object) => own(object, name);
  // As a key of an object the name is the very string that records have, not an equal one that is looked up each time.
  const [key = name] = Object.keys({ [name]: true });
  return (object) => object[key];
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !isJsonArray(value);
}

function keysOf(steps: readonly PathStep[]): readonly string[] | undefined {
  const names = steps.flatMap((step) => (step.kind === "key" ? [step.name] : []));
  return names.length === steps.length && names.length > 0 ? names : undefined;
}

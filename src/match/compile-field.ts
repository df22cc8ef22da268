import { isJsonObject, own, type JsonValue } from "../lib/json.js";
import type { FieldReference, PathStep } from "../rules/field.js";
import { resolveField } from "../rules/resolve-field.js";

/** Of a record, or inside `elements` of a list element; undefined for a missing value. */
export type FieldReader = (scope: JsonValue) => JsonValue | undefined;

/** Most fields are plain keys, one or two deep: those skip the walk over steps. */
export function compileField(field: FieldReference): FieldReader {
  switch (field.kind) {
    case "path":
      return compilePath(field.steps) ?? ((scope) => resolveField(scope, field));
    case "loose":
      return compileLoose(field.names) ?? ((scope) => resolveField(scope, field));
    case "derived":
    case "call":
      return (scope) => resolveField(scope, field);
  }
}

function compilePath(steps: readonly PathStep[]): FieldReader | undefined {
  const [first, second] = steps;
  if (first?.kind !== "key" || steps.length > 2) return undefined;
  if (second === undefined) return readKey(first.name);
  if (second.kind !== "key") return undefined;
  return (scope) => {
    const value = isJsonObject(scope) ? own(scope, first.name) : undefined;
    return isJsonObject(value) ? own(value, second.name) : undefined;
  };
}

function compileLoose(names: readonly string[]): FieldReader | undefined {
  const [name] = names;
  return names.length === 1 && name !== undefined ? readKey(name) : undefined;
}

function readKey(name: string): FieldReader {
  return (scope) => (isJsonObject(scope) ? own(scope, name) : undefined);
}

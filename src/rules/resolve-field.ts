import { readDerivedField } from "../event/derived.js";
import { isJsonArray, isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";
import type { FieldReference, Operand, PathStep } from "./field.js";
import { callFieldFunction } from "./field-functions.js";

/**
 * The value of a reference, undefined when there is none. Own properties only.
 * A path with an `every` step gives an array of what was found (perhaps empty), flat, and undefined where something
 * other than an array stands at that step.
 */
export function resolveField(scope: JsonValue, field: FieldReference): JsonValue | undefined {
  switch (field.kind) {
    case "path":
      return resolveSteps(scope, field.steps, 0);
    case "loose":
      return resolveLoose(scope, field.names);
    case "derived":
      return isJsonObject(scope) ? readDerivedField(field.name, scope) : undefined;
    case "call":
      return callFieldFunction(
        field.function,
        field.args.map((arg) => resolveOperand(scope, arg)),
      );
  }
}

export function resolveOperand(scope: JsonValue, operand: Operand): JsonValue | undefined {
  return operand.kind === "literal" ? operand.value : resolveField(scope, operand);
}

function resolveLoose(scope: JsonValue, names: readonly string[]): JsonValue | undefined {
  if (!isJsonObject(scope)) return undefined;
  const literal = names.length > 1 ? own(scope, names.join(".")) : undefined;
  return literal === undefined ? walkNames(scope, names) : literal;
}

/** Each name is a key; an array on the way is crossed. */
export function walkNames(scope: JsonObject, names: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = scope;
  for (let i = 0; i < names.length; i++) {
    if (isJsonArray(value)) {
      const found: JsonValue[] = [];
      cross(value, names, i, found);
      return found.length === 0 ? undefined : found;
    }
    value = isJsonObject(value) ? own(value, names[i] as string) : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

/** Adds what stands under the names from `from` on in each element, arrays at the end as they are. */
function cross(
  elements: readonly JsonValue[],
  names: readonly string[],
  from: number,
  found: JsonValue[],
): void {
  for (const element of elements) {
    let value: JsonValue | undefined = element;
    let i = from;
    while (i < names.length && isJsonObject(value)) value = own(value, names[i++] as string);
    if (value === undefined) continue;
    if (i === names.length && i > from) found.push(value);
    else if (isJsonArray(value)) cross(value, names, i, found);
  }
}

function resolveSteps(start: JsonValue, steps: readonly PathStep[], from: number): JsonValue | undefined {
  let value: JsonValue | undefined = start;
  for (let i = from; i < steps.length; i++) {
    if (value === undefined) return undefined;
    const step = steps[i] as PathStep;
    switch (step.kind) {
      case "key":
        value = isJsonObject(value) ? own(value, step.name) : undefined;
        break;
      case "index":
        value = isJsonArray(value) ? value[step.index] : undefined;
        break;
      case "every":
        return isJsonArray(value) ? resolveEvery(value, steps, i + 1) : undefined;
    }
  }
  return value;
}

function resolveEvery(elements: readonly JsonValue[], steps: readonly PathStep[], from: number): JsonValue[] {
  const nested = steps.slice(from).some((step) => step.kind === "every");
  const found: JsonValue[] = [];
  for (const element of elements) {
    const value = resolveSteps(element, steps, from);
    if (value === undefined) continue;
    // Not push(...value): an event may hold more elements than a call may have arguments.
    if (nested && isJsonArray(value)) for (const inner of value) found.push(inner);
    else found.push(value);
  }
  return found;
}

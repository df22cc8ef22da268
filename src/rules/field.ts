import { isJsonObject, own, type JsonValue } from "../lib/json.js";

/** One step from a value to a value inside it. */
export type PathStep =
  | { readonly kind: "key"; readonly name: string }
  /** 0-based. */
  | { readonly kind: "index"; readonly index: number }
  /** Every element of an array: the steps after it are taken in each, and what they find forms one array. */
  | { readonly kind: "every" };

/** A place in a record, or in a list element inside an `elements` expression; with no steps the element itself. */
export interface FieldReference {
  /** As a person would write it, for titles and messages; two different references may share it. */
  readonly text: string;
  readonly steps: readonly PathStep[];
}

/** A reference to one key at the top; dots in it are part of the key. */
export function topLevelField(name: string): FieldReference {
  return { text: name, steps: [{ kind: "key", name }] };
}

/**
 * The value at a place, undefined when there is none.
 * Own properties only. A path with an `every` step gives an array of what was found (perhaps empty), flat, and undefined
 * where something other than an array stands at that step.
 */
export function resolveField(scope: JsonValue, field: FieldReference): JsonValue | undefined {
  return resolveSteps(scope, field.steps, 0);
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

/** Array.isArray narrows a readonly array to any[]; this does not. */
export function isJsonArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

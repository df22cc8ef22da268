import { isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";

/** A field path, read once: `a.b[0].c` is `["a", "b", 0, "c"]`. `text` keeps the literal form. */
export interface FieldPath {
  readonly text: string;
  readonly steps: readonly (string | number)[];
}

/** Splits at dots; `[n]` after a name is an index. A bracket that holds no number belongs to the name. */
export function parsePath(text: string): FieldPath {
  const steps: (string | number)[] = [];
  for (const part of text.split(".")) {
    const open = part.indexOf("[");
    const indices = open > 0 && part.endsWith("]") ? part.slice(open + 1, -1).split("][") : [];
    if (indices.length > 0 && indices.every((index) => /^\d{1,9}$/u.test(index))) {
      steps.push(part.slice(0, open), ...indices.map(Number));
    } else {
      steps.push(part);
    }
  }
  return { text, steps };
}

/**
 * Reads a value by its path; own properties only. A key that is literally the whole path (`a.b` as one key)
 * is found before the nested reading. A name met on an array reads the first element that has it.
 */
export function readPath(record: JsonObject, path: FieldPath): JsonValue | undefined {
  if (path.steps.length > 1) {
    const literal = own(record, path.text);
    if (literal !== undefined) return literal;
  }
  return readFrom(record, path.steps, 0);
}

function readFrom(value: JsonValue, steps: readonly (string | number)[], at: number): JsonValue | undefined {
  const step = steps[at];
  if (step === undefined) return value;
  if (typeof step === "number") {
    const element = Array.isArray(value) ? (value as readonly JsonValue[])[step] : undefined;
    return element === undefined ? undefined : readFrom(element, steps, at + 1);
  }
  if (isJsonObject(value)) {
    const next = own(value, step);
    return next === undefined ? undefined : readFrom(next, steps, at + 1);
  }
  if (Array.isArray(value)) {
    for (const element of value as readonly JsonValue[]) {
      const found = isJsonObject(element) ? readFrom(element, steps, at) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

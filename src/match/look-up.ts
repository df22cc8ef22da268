import { isJsonArray, type JsonScalar, type JsonValue } from "../lib/json.js";
import { readNested, type FieldReader } from "./compile-field.js";
import { toNumber } from "./numeric-text.js";

/** Finds entries by a value that one field of a record must have. May find too many, never too few. */
export interface LookUp<T> {
  add(values: readonly JsonScalar[], ignoreCase: boolean, entry: T): void;
  /** Calls `visit` with each list of entries under a value of the record, perhaps with one list several times. */
  find(record: JsonValue, visit: (entries: readonly T[]) => void): void;
}

/** A look-up by the field of these names, read in every way that rules read it. */
export function createLookUp<T>(names: readonly string[]): LookUp<T> {
  const readers = toReaders(names);
  const texts = new Map<string, T[]>();
  const folded = new Map<string, T[]>();
  /** Wanted numbers and numeric texts. */
  const numbers = new Map<number, T[]>();
  const nulls: T[] = [];
  let numericTextsCount = false;

  const findText = (text: string, visit: (entries: readonly T[]) => void): void => {
    const same = texts.get(text);
    if (same !== undefined) visit(same);
    if (folded.size > 0) {
      const alike = folded.get(text.toLowerCase());
      if (alike !== undefined) visit(alike);
    }
  };
  const findNumber = (number: number, visit: (entries: readonly T[]) => void): void => {
    const same = numbers.get(number);
    if (same !== undefined) visit(same);
  };
  const find = (value: JsonValue | undefined, visit: (entries: readonly T[]) => void): void => {
    if (typeof value === "string") {
      findText(value, visit);
      if (numericTextsCount) findNumber(toNumber(value), visit);
    } else if (value === undefined) {
      return;
    } else if (typeof value === "number") {
      findText(String(value), visit);
      findNumber(value, visit);
    } else if (typeof value === "boolean") {
      findText(String(value), visit);
    } else if (value === null) {
      if (nulls.length > 0) visit(nulls);
    } else if (isJsonArray(value)) {
      for (const element of value) find(element, visit);
    }
  };

  return {
    add(values, ignoreCase, entry) {
      for (const value of new Set(values)) {
        if (value === null) nulls.push(entry);
        else if (typeof value === "number") {
          push(numbers, value, entry);
          // Beyond all numbers there is text only.
          if (!Number.isFinite(value)) push(folded, String(value).toLowerCase(), entry);
          numericTextsCount = true;
        } else {
          const text = String(value);
          if (ignoreCase) push(folded, text.toLowerCase(), entry);
          else push(texts, text, entry);
          const number = toNumber(text);
          if (!Number.isNaN(number)) push(numbers, number, entry);
        }
      }
    },
    find(record, visit) {
      for (const read of readers) find(read(record), visit);
    },
  };
}

/** A superset of what paths and loose references read: the key of the whole name, and key after key. */
function toReaders(names: readonly string[]): readonly FieldReader[] {
  const nested = readNested(names);
  return names.length === 1 ? [nested] : [nested, readNested([names.join(".")])];
}

function push<K, T>(map: Map<K, T[]>, key: K, entry: T): void {
  const entries = map.get(key);
  if (entries === undefined) map.set(key, [entry]);
  else entries.push(entry);
}

import { createIpTable, parseIpAddress } from "../lib/ip-range.js";
import { isJsonArray, type JsonScalar, type JsonValue } from "../lib/json.js";
import { readNested, type FieldReader } from "./compile-field.js";
import { toNumber } from "../lib/numeric-text.js";
import { compilePartScanner, type PartScanner } from "./part-scanner.js";

/** A number that stands for something that can be said of a field: that it has a value, or a text with some part. */
export type Mark = number;
type Visit = (marks: readonly Mark[]) => void;

/** Parts of all lengths together beyond which a field's automaton would take too much memory. */
const MAX_PART_LENGTH = 60_000;
/** One or two letters are in nearly every text. */
const MIN_PART = 3;
const ASCII_ONLY = /^[\0-\x7f]*$/;

/** What can be said of one field in whatever way rules read it. It may say too much of a record, never too little. */
export interface FieldMarks {
  /** For "equal to the value", whether by type or by text, and whatever the case. */
  markValue(value: JsonScalar): Mark;
  /** For "has the part in its text", whatever the case; undefined for parts that are not looked for. */
  markPart(part: string): Mark | undefined;
  /** For "an address in the range"; undefined for a text that is no range. */
  markRange(range: string): Mark | undefined;
  /** Calls `visit` with all marks of the field in a record, perhaps with some several times. */
  find(record: JsonValue, visit: Visit): void;
}

/** @param nextMark gives numbers that are not in use. */
export function createFieldMarks(names: readonly string[], nextMark: () => Mark): FieldMarks {
  const readers = toReaders(names);
  const values = new Map<string, Mark>();
  const texts = new Map<string, Mark[]>();
  /** Wanted numbers, and wanted texts that are numeric. */
  const numbers = new Map<number, Mark[]>();
  const nulls: Mark[] = [];
  let numbersWanted = false;
  const parts = new Map<string, Mark>();
  let partLength = 0;
  let scanner: PartScanner | undefined;
  const ranges = new Map<string, Mark>();
  const rangeTable = createIpTable<Mark>();

  const addValue = (value: JsonScalar, mark: Mark): void => {
    if (value === null) nulls.push(mark);
    else if (typeof value === "number") {
      push(numbers, value, mark);
      // Beyond all numbers there is text only.
      if (!Number.isFinite(value)) push(texts, String(value).toLowerCase(), mark);
      numbersWanted = true;
    } else {
      const text = String(value);
      push(texts, text.toLowerCase(), mark);
      const number = toNumber(text);
      if (!Number.isNaN(number)) push(numbers, number, mark);
    }
  };

  const findText = (text: string, visit: Visit): void => {
    if (texts.size > 0) visitUnder(texts, text.toLowerCase(), visit);
    if (parts.size > 0) {
      scanner ??= compilePartScanner(parts);
      scanner.scan(text, visit);
    }
    if (ranges.size > 0) {
      const address = parseIpAddress(text);
      if (address !== undefined) rangeTable.find(address, visit);
    }
  };
  /** False when there was an object, which is read as a text of its own. */
  const findIn = (value: JsonValue | undefined, visit: Visit): boolean => {
    if (typeof value === "string") {
      findText(value, visit);
      if (numbersWanted) visitUnder(numbers, toNumber(value), visit);
    } else if (typeof value === "number") {
      findText(String(value), visit);
      visitUnder(numbers, value, visit);
    } else if (typeof value === "boolean") {
      findText(String(value), visit);
    } else if (value === null) {
      visit(nulls);
    } else if (isJsonArray(value)) {
      let plain = true;
      for (const element of value) plain = findIn(element, visit) && plain;
      return plain;
    } else if (value !== undefined) {
      return false;
    }
    return true;
  };

  return {
    markValue(value) {
      const key = `${typeof value} ${String(value)}`;
      const held = values.get(key);
      if (held !== undefined) return held;
      const mark = nextMark();
      values.set(key, mark);
      addValue(value, mark);
      return mark;
    },
    markPart(part) {
      const lower = part.toLowerCase();
      const held = parts.get(lower);
      if (held !== undefined) return held;
      if (part.length < MIN_PART || !ASCII_ONLY.test(part)) return undefined;
      if (partLength + part.length > MAX_PART_LENGTH) return undefined;
      partLength += part.length;
      const mark = nextMark();
      parts.set(lower, mark);
      scanner = undefined;
      return mark;
    },
    markRange(range) {
      const held = ranges.get(range);
      if (held !== undefined) return held;
      const mark = nextMark();
      if (!rangeTable.add(range, mark)) return undefined;
      ranges.set(range, mark);
      return mark;
    },
    find(record, visit) {
      for (const read of readers) {
        if (!findIn(read(record), visit) && parts.size > 0) visit([...parts.values()]);
      }
    },
  };
}

/** A superset of what paths and loose references read: the key of the whole name, and key after key. */
function toReaders(names: readonly string[]): readonly FieldReader[] {
  const nested = readNested(names);
  return names.length === 1 ? [nested] : [nested, readNested([names.join(".")])];
}

function visitUnder<K>(map: ReadonlyMap<K, readonly Mark[]>, key: K, visit: Visit): void {
  const marks = map.get(key);
  if (marks !== undefined) visit(marks);
}

function push<K>(map: Map<K, Mark[]>, key: K, mark: Mark): void {
  const marks = map.get(key);
  if (marks === undefined) map.set(key, [mark]);
  else marks.push(mark);
}

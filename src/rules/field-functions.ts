import { toJavaText } from "../event/java-text.js";
import { isJsonArray, type JsonScalar, type JsonValue } from "../lib/json.js";
import { toNumber as readNumber } from "../lib/numeric-text.js";
import type { FieldFunction } from "./field.js";

type Arguments = readonly (JsonValue | undefined)[];
type Scalars = readonly (JsonScalar | undefined)[];
/** Wrong types are undefined in, undefined out. */
type ScalarFunction = (args: Scalars) => JsonScalar | undefined;

/** Calls a function of values; what each does is said at FIELD_FUNCTIONS. */
export function callFieldFunction(name: FieldFunction, args: Arguments): JsonValue | undefined {
  return FUNCTIONS[name](args);
}

const FUNCTIONS = {
  java_text: ([value]) => (value === undefined || value === null ? undefined : toJavaText(value)),
  length: ofScalars(([text]) => toText(text)?.length),
  string: ofScalars(([value]) => toText(value)),
  concat: ofScalars((args) => {
    const texts = args.map(toText);
    return texts.every((text) => text !== undefined) ? texts.join("") : undefined;
  }),
  number: ofScalars(([text, base]) => parseNumber(toText(text)?.trim(), base)),
  substring: ofScalars(([text, from, to]) => {
    const start = toNumber(from);
    const end = to === null || to === undefined ? Infinity : toNumber(to);
    return start === undefined || end === undefined ? undefined : toText(text)?.slice(start, end);
  }),
  between: ofScalars(([value, before, after, greedy, ignoreCase]) => {
    const [text, left, right] = [toText(value), toText(before), toText(after)];
    if (text === undefined || left === undefined || right === undefined) return undefined;
    return between(text, left, right, greedy === true, ignoreCase === true);
  }),
  index_of: ofScalars(([value, wanted, from, ignoreCase]) => {
    const [text, part, start] = [toText(value), toText(wanted), toNumber(from)];
    if (text === undefined || part === undefined || start === undefined || start > text.length)
      return undefined;
    const fold = ignoreCase === true ? foldCase : same;
    const at = fold(text).indexOf(fold(part), start);
    return at < 0 ? undefined : at;
  }),
  add: ofNumbers((a, b) => a + b),
  subtract: ofNumbers((a, b) => a - b),
  multiply: ofNumbers((a, b) => a * b),
  divide: ofNumbers((a, b, exact) => {
    if (b === 0) return undefined;
    return exact || !Number.isInteger(a) || !Number.isInteger(b) ? a / b : Math.trunc(a / b);
  }),
  modulo: ofNumbers((a, b) => {
    if (b === 0) return undefined;
    return Number.isInteger(a) && Number.isInteger(b) ? a % b : 0;
  }),
} satisfies Record<FieldFunction, (args: Arguments) => JsonValue | undefined>;

/** Takes lists apart: one call for each scalar of the first list. */
function ofScalars(call: ScalarFunction): (args: Arguments) => JsonValue | undefined {
  return (args) => {
    if (!args.some(isJsonArray)) return call(args.map(toScalar));
    const lists = args.map((arg) => (isJsonArray(arg) ? scalarsOf(arg) : undefined));
    const scalars = args.map((arg, i) => (lists[i] === undefined ? toScalar(arg) : onlyOne(lists[i])));
    const first = lists.findIndex((list) => list !== undefined);
    const results = (lists[first] ?? []).flatMap((value) => call(scalars.with(first, value)) ?? []);
    return results.length === 0 ? undefined : results;
  };
}

/** The third argument, where there is one, is a flag. */
function ofNumbers(
  call: (a: number, b: number, flag: boolean) => number | undefined,
): (args: Arguments) => JsonValue | undefined {
  return ofScalars(([left, right, flag]) => {
    const [a, b] = [toNumber(left), toNumber(right)];
    const result = a === undefined || b === undefined ? undefined : call(a, b, flag === true);
    // Not a number, or beyond all numbers: not a value that JSON has. -0 is 0 there.
    return result !== undefined && Number.isFinite(result) ? result + 0 : undefined;
  });
}

function scalarsOf(list: readonly JsonValue[]): JsonScalar[] {
  return list.flatMap((value) => (isJsonArray(value) ? scalarsOf(value) : (toScalar(value) ?? [])));
}

function onlyOne(list: readonly JsonScalar[]): JsonScalar | undefined {
  return list.length === 1 ? list[0] : undefined;
}

function toScalar(value: JsonValue | undefined): JsonScalar | undefined {
  return value === undefined || value === null || typeof value === "object" ? undefined : value;
}

function toText(value: JsonScalar | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

function toNumber(value: JsonScalar | undefined): number | undefined {
  if (typeof value === "number") return value;
  const number = typeof value === "string" ? readNumber(value) : NaN;
  return Number.isNaN(number) ? undefined : number;
}

function parseNumber(text: string | undefined, base: JsonScalar | undefined): number | undefined {
  if (text === undefined) return undefined;
  const hexadecimal = /^[+-]?0[xX]/.test(text);
  const radix = base ?? (hexadecimal ? 16 : 10);
  if (typeof radix !== "number") return undefined;
  if (radix === 10) return toNumber(text);
  const digits = text.replace(hexadecimal && radix === 16 ? /^[+-]?0[xX]/ : /^[+-]/, "");
  const size = parseDigits(digits, radix);
  return size !== undefined && text.startsWith("-") ? -size : size;
}

/** parseInt, but of the whole text. */
function parseDigits(digits: string, radix: number): number | undefined {
  if (!Number.isInteger(radix) || radix < 2 || radix > 36 || digits === "") return undefined;
  const known = "0123456789abcdefghijklmnopqrstuvwxyz".slice(0, radix);
  return Array.from(digits.toLowerCase()).every((digit) => known.includes(digit))
    ? parseInt(digits, radix)
    : undefined;
}

function between(text: string, left: string, right: string, greedy: boolean, ignoreCase: boolean): string {
  const fold = ignoreCase ? foldCase : same;
  const folded = fold(text);
  const found = folded.indexOf(fold(left));
  if (found < 0) return "";
  const start = found + left.length;
  const rest = folded.slice(start);
  const end = greedy ? rest.lastIndexOf(fold(right)) : rest.indexOf(fold(right));
  return end < 0 ? "" : text.slice(start, start + end);
}

const same = (text: string): string => text;

/** As toLowerCase(), but every character keeps its length, so that places in both texts are the same. */
function foldCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (char) => {
    const lowered = char.toLowerCase();
    return lowered.length === char.length ? lowered : char;
  }).join("");
}

import { ApiError } from "../lib/errors.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../lib/json.js";

/** Longer ones no client sends; the work grows with what they hold. */
const MAX_CHARACTERS = 1_000;

/**
 * The part of an answer that `filter_path` asks for, as OpenSearch does it: comma-separated dotted
 * patterns, `*` for one name or a part of it, `**` for any depth, a leading `-` to leave out. Arrays are transparent.
 *
 * @throws ApiError `parameter_malformed` when the filter is longer than 1,000 characters.
 */
export function filterPath(answer: JsonObject, filter: string): JsonObject {
  if (filter.length > MAX_CHARACTERS) {
    throw new ApiError("parameter_malformed", `filter_path takes at most ${MAX_CHARACTERS} characters.`);
  }
  const patterns = filter.split(",").map((part) => part.trim());
  const includes = patterns.filter((p) => p !== "" && !p.startsWith("-")).map(toPattern);
  const excludes = patterns.filter((p) => p.startsWith("-")).map((p) => toPattern(p.slice(1)));
  let result: JsonValue | undefined = answer;
  if (includes.length > 0) result = keep(result, begin(includes));
  if (result !== undefined && excludes.length > 0) result = drop(result, begin(excludes));
  return isJsonObject(result) ? result : {};
}

type Pattern = readonly string[];

/** How far each pattern has come: for each, the distinct numbers of names that may come next. */
type Progress = readonly { readonly pattern: Pattern; readonly at: ReadonlySet<number> }[];

function toPattern(text: string): Pattern {
  // A run of `**` says no more than one.
  return text.split(".").filter((name, i, names) => name !== "**" || names[i - 1] !== "**");
}

function begin(patterns: readonly Pattern[]): Progress {
  return patterns.map((pattern) => ({ pattern, at: reach(pattern, [0]) }));
}

/** `**` may stand for nothing: what follows it may come next, too. */
function reach(pattern: Pattern, positions: Iterable<number>): Set<number> {
  const at = new Set(positions);
  for (const position of at) if (pattern[position] === "**") at.add(position + 1);
  return at;
}

function advance(key: string, progress: Progress): Progress {
  return progress.flatMap(({ pattern, at }) => {
    const next: number[] = [];
    for (const position of at) {
      const name = pattern[position];
      if (name === "**") next.push(position);
      else if (name !== undefined && nameMatches(key, name)) next.push(position + 1);
    }
    return next.length > 0 ? [{ pattern, at: reach(pattern, next) }] : [];
  });
}

function isWhole(progress: Progress): boolean {
  return progress.some(({ pattern, at }) => at.has(pattern.length));
}

function keep(value: JsonValue, progress: Progress): JsonValue | undefined {
  if (progress.length === 0) return undefined;
  if (isWhole(progress)) return value;
  if (Array.isArray(value)) {
    const kept = (value as readonly JsonValue[]).map((v) => keep(v, progress)).filter((v) => v !== undefined);
    return kept.length > 0 ? kept : undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, child]): [string, JsonValue][] => {
    const kept = keep(child, advance(key, progress));
    return kept === undefined ? [] : [[key, kept]];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function drop(value: JsonValue, progress: Progress): JsonValue {
  if (progress.length === 0) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((v) => drop(v, progress));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, child]): [string, JsonValue][] => {
    const next = advance(key, progress);
    return isWhole(next) ? [] : [[key, drop(child, next)]];
  });
  return Object.fromEntries(entries);
}

/** `*` stands for any run of characters; the pieces between are found from left to right. */
function nameMatches(key: string, pattern: string): boolean {
  const pieces = pattern.split("*");
  const first = pieces[0] ?? "";
  if (pieces.length === 1) return key === first;
  const last = pieces.at(-1) ?? "";
  if (!key.startsWith(first) || !key.endsWith(last) || key.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = key.indexOf(piece, at);
    if (found < 0 || found + piece.length > key.length - last.length) return false;
    at = found + piece.length;
  }
  return true;
}

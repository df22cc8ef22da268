import { isJsonObject, type JsonObject, type JsonValue } from "../lib/json.js";

/**
 * The part of an answer that `filter_path` asks for, as OpenSearch does it: comma-separated dotted
 * patterns, `*` for one name or a part of it, `**` for any depth, a leading `-` to leave out. Arrays are transparent.
 */
export function filterPath(answer: JsonObject, filter: string): JsonObject {
  const patterns = filter.split(",").map((part) => part.trim());
  const includes = patterns.filter((p) => p !== "" && !p.startsWith("-")).map((p) => p.split("."));
  const excludes = patterns.filter((p) => p.startsWith("-")).map((p) => p.slice(1).split("."));
  let result: JsonValue | undefined = answer;
  if (includes.length > 0) result = keep(result, includes);
  if (result !== undefined && excludes.length > 0) result = drop(result, excludes);
  return isJsonObject(result) ? result : {};
}

type Pattern = readonly string[];

function keep(value: JsonValue, patterns: readonly Pattern[]): JsonValue | undefined {
  if (patterns.some((p) => p.length === 0 || (p.length === 1 && p[0] === "**"))) return value;
  if (Array.isArray(value)) {
    const kept = (value as readonly JsonValue[]).map((v) => keep(v, patterns)).filter((v) => v !== undefined);
    return kept.length > 0 ? kept : undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, child]): [string, JsonValue][] => {
    const kept = keep(child, advance(key, patterns));
    return kept === undefined ? [] : [[key, kept]];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function drop(value: JsonValue, patterns: readonly Pattern[]): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((v) => drop(v, patterns));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, child]): [string, JsonValue][] => {
    const next = advance(key, patterns);
    return next.some((p) => p.length === 0) ? [] : [[key, drop(child, next)]];
  });
  return Object.fromEntries(entries);
}

/** What is left of each pattern that lets `key` through. */
function advance(key: string, patterns: readonly Pattern[]): Pattern[] {
  const next: Pattern[] = [];
  for (const pattern of patterns) {
    const [head, ...rest] = pattern;
    if (head === undefined) continue;
    if (head === "**") next.push(pattern, ...advance(key, [rest]));
    else if (nameMatches(key, head)) next.push(rest);
  }
  return next;
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

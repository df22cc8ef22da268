import { createHash } from "node:crypto";
import type { JsonValue } from "../lib/json.js";

/** Longest dedup key that is stored as it is; a longer one ends in its hash. */
const MAX_KEY = 512;
const KEPT = 440;

/**
 * One text for a list of values, different for different lists: strings as they are with `|` and `\` escaped,
 * anything else as JSON after a `\`, a missing one as nothing after a `\`.
 */
export function toDedupKey(values: readonly (JsonValue | undefined)[]): string {
  const key = values.map(part).join("|");
  return key.length <= MAX_KEY ? key : `${key.slice(0, KEPT)}…${sha256(key).slice(0, 32)}`;
}

/** Alert id: depends on the rule, the key and the window alone, so the order of arrival does not matter. */
export function toAlertId(ruleId: string, dedupKey: string, windowStart: string): string {
  return sha256(JSON.stringify([ruleId, dedupKey, windowStart])).slice(0, 40);
}

/** Start of the window that holds `time`, aligned to the epoch. Both in ms. */
export function toWindowStart(time: number, windowMs: number): number {
  return Math.floor(time / windowMs) * windowMs;
}

function part(value: JsonValue | undefined): string {
  if (typeof value === "string") return value.replaceAll("\\", "\\\\").replaceAll("|", "\\|");
  return `\\${value === undefined ? "" : JSON.stringify(value).replaceAll("|", "\\u007c")}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

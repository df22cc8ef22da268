import { parseIpRange } from "../../lib/ip-range.js";
import type { WildcardPart } from "../expression.js";

/** What one value of a list is taken as. */
export type ListValue =
  | { readonly kind: "value"; readonly value: string }
  | { readonly kind: "pattern"; readonly pattern: readonly WildcardPart[] }
  | { readonly kind: "range"; readonly range: string }
  /** Meant as an address or a range, and not one. */
  | { readonly kind: "bad_range" };

/** Digits, dots and a slash, or groups of hex digits and colons: nobody means a name by that. */
const LIKE_V4 = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/[\d.]*)?$|^\d{1,3}(?:\.\d{1,3}){1,2}\/\d*$/;
const LIKE_V6 = /^(?=.*:.*:)[0-9a-fA-F:.]+(?:\/\d*)$|^[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4})*::[0-9a-fA-F:]*$/;

/**
 * Reads one value: `*` stands for any characters or none, `?` for one, and a backslash before `*`, `?` or another
 * backslash makes it that character; before anything else it is itself.
 */
export function parseListValue(text: string): ListValue {
  if (parseIpRange(text) !== undefined) return { kind: "range", range: text };
  if (LIKE_V4.test(text) || LIKE_V6.test(text)) return { kind: "bad_range" };
  // Long lists are of plain names mostly.
  if (!/[*?\\]/.test(text)) return { kind: "value", value: text };
  const pattern = parseWildcards(text);
  if (pattern.some((part) => part.kind !== "text")) return { kind: "pattern", pattern };
  return { kind: "value", value: pattern[0]?.kind === "text" ? pattern[0].text : "" };
}

function parseWildcards(source: string): readonly WildcardPart[] {
  const parts: WildcardPart[] = [];
  let text = "";
  const wildcard = (kind: "any" | "one"): void => {
    if (text !== "") parts.push({ kind: "text", text });
    text = "";
    if (kind === "one" || parts.at(-1)?.kind !== "any") parts.push({ kind });
  };
  for (let i = 0; i < source.length; i++) {
    const character = source.charAt(i);
    const next = source.charAt(i + 1);
    if (character === "\\" && (next === "*" || next === "?" || next === "\\")) {
      text += next;
      i++;
    } else if (character === "*") wildcard("any");
    else if (character === "?") wildcard("one");
    else text += character;
  }
  if (text !== "") parts.push({ kind: "text", text });
  return parts;
}

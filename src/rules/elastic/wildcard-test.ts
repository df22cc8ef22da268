import type { ValueTest, WildcardPart } from "../expression.js";

/** The plainest test for a pattern of the whole string: `*x*` is `contains`, `x*` is `starts_with`. */
export function toWildcardTest(pattern: readonly WildcardPart[], ignoreCase: boolean): ValueTest {
  const [first, second, third] = pattern;
  if (pattern.length === 0) return { kind: "equals", value: "", ignoreCase };
  if (pattern.length === 1 && first?.kind === "text")
    return { kind: "equals", value: first.text, ignoreCase };
  if (pattern.length === 2 && first?.kind === "text" && second?.kind === "any")
    return { kind: "starts_with", value: first.text, ignoreCase };
  if (pattern.length === 2 && first?.kind === "any" && second?.kind === "text")
    return { kind: "ends_with", value: second.text, ignoreCase };
  if (pattern.length === 3 && first?.kind === "any" && second?.kind === "text" && third?.kind === "any")
    return { kind: "contains", value: second.text, ignoreCase };
  return { kind: "wildcard", pattern, ignoreCase };
}

/** Puts a text to a pattern, for the few names that a pattern of field names is put to. */
export function fitsPattern(text: string, pattern: readonly WildcardPart[]): boolean {
  const texts = pattern.flatMap((part) => (part.kind === "text" ? part.text : []));
  const open = { start: pattern[0]?.kind === "any", end: pattern.at(-1)?.kind === "any" };
  let from = 0;
  for (const [i, part] of texts.entries()) {
    const last = i === texts.length - 1;
    const at = last && !open.end ? text.length - part.length : text.indexOf(part, from);
    if (at < from || !text.startsWith(part, at) || (i === 0 && !open.start && at !== 0)) return false;
    from = at + part.length;
  }
  return true;
}

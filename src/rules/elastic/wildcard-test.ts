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
  if (pattern.length === 0) return text === "";
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

/** Reads a pattern in which `*` stands for any characters and, where wanted, `?` for one. */
export function parsePattern(text: string, oneSign?: string): readonly WildcardPart[] {
  const parts: WildcardPart[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") parts.push({ kind: "text", text: plain });
    plain = "";
  };
  for (const char of text) {
    if (char === "*") {
      flush();
      if (parts.at(-1)?.kind !== "any") parts.push({ kind: "any" });
    } else if (char === oneSign) {
      flush();
      parts.push({ kind: "one" });
    } else plain += char;
  }
  flush();
  return parts;
}

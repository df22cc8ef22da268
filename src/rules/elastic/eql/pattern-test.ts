import type { ValueTest, WildcardPart } from "../../expression.js";

/** Reads `*` (any characters or none) and `?` (one); nothing takes their meaning from them. */
export function parsePattern(text: string): readonly WildcardPart[] {
  return joinParts(Array.from(text, (char) => toPart(char)));
}

/**
 * Reads a pattern as a wildcard query does: a backslash makes a wildcard behind it, or another backslash, the plain
 * character; before anything else it is itself.
 */
export function parseEscapedPattern(text: string): readonly WildcardPart[] {
  const pieces = text.match(/\\[*?\\]|[^]/gu) ?? [];
  return joinParts(
    pieces.map((piece) => {
      const escaped = piece.length === 2 && piece.startsWith("\\");
      return escaped ? { kind: "text", text: piece.slice(1) } : toPart(piece);
    }),
  );
}

/** Joins neighbouring texts, and neighbouring `any`. */
export function joinParts(parts: readonly WildcardPart[]): readonly WildcardPart[] {
  const joined: WildcardPart[] = [];
  let texts: string[] = [];
  const endText = (): void => {
    if (texts.length > 0) joined.push({ kind: "text", text: texts.join("") });
    texts = [];
  };
  for (const part of parts) {
    if (part.kind === "text") {
      if (part.text !== "") texts.push(part.text);
      continue;
    }
    endText();
    if (part.kind === "one" || joined.at(-1)?.kind !== "any") joined.push(part);
  }
  endText();
  return joined;
}

/** The simplest test that holds for the same texts as the pattern. */
export function toPatternTest(pattern: readonly WildcardPart[], ignoreCase: boolean): ValueTest {
  const [first, second, third] = pattern;
  if (first === undefined) return { kind: "equals", value: "", ignoreCase };
  if (pattern.length === 1) {
    if (first.kind === "text") return { kind: "equals", value: first.text, ignoreCase };
    if (first.kind === "any") return { kind: "present" };
  }
  if (pattern.length === 2) {
    if (first.kind === "text" && second?.kind === "any")
      return { kind: "starts_with", value: first.text, ignoreCase };
    if (first.kind === "any" && second?.kind === "text")
      return { kind: "ends_with", value: second.text, ignoreCase };
  }
  if (pattern.length === 3 && first.kind === "any" && second?.kind === "text" && third?.kind === "any")
    return { kind: "contains", value: second.text, ignoreCase };
  return { kind: "wildcard", pattern, ignoreCase };
}

function toPart(char: string): WildcardPart {
  if (char === "*") return { kind: "any" };
  return char === "?" ? { kind: "one" } : { kind: "text", text: char };
}

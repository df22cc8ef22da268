import type { ValueTest, WildcardPart } from "../../expression.js";
import { toWildcardTest } from "../wildcard-test.js";

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

/** The test for a pattern, where it says more than that there is a value. */
export function toPatternTest(pattern: readonly WildcardPart[], ignoreCase: boolean): ValueTest | "any" {
  const [first] = pattern;
  return pattern.length === 1 && first?.kind === "any" ? "any" : toWildcardTest(pattern, ignoreCase);
}

function toPart(char: string): WildcardPart {
  if (char === "*") return { kind: "any" };
  return char === "?" ? { kind: "one" } : { kind: "text", text: char };
}

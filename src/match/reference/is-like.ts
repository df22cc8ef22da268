import type { WildcardPart } from "../../rules/expression.js";

/** Whether the whole text is like the pattern: each part tried at each length. */
export function isLike(text: string, pattern: readonly WildcardPart[], ignoreCase: boolean): boolean {
  const fold = (one: string): string => (ignoreCase ? one.toLowerCase() : one);
  return takes(
    Array.from(fold(text)),
    pattern.map((part) => (part.kind === "text" ? { kind: "text", text: fold(part.text) } : part)),
  );
}

function takes(characters: readonly string[], pattern: readonly WildcardPart[]): boolean {
  const [part, ...rest] = pattern;
  if (part === undefined) return characters.length === 0;
  if (part.kind === "one") return characters.length > 0 && takes(characters.slice(1), rest);
  if (part.kind === "text") {
    const wanted = Array.from(part.text);
    return (
      wanted.every((character, i) => characters[i] === character) &&
      takes(characters.slice(wanted.length), rest)
    );
  }
  return takes(characters, rest) || (characters.length > 0 && takes(characters.slice(1), pattern));
}

import type { ValueTest, WildcardPart } from "../expression.js";
import { textOfBytes } from "./encodings.js";
import { problem, type ModifierProblem } from "./modifier.js";
import { joinParts, type StringValue } from "./value.js";

/** The test that a string is after all its modifiers; the plainest that says the same. */
export function toTextTest(value: StringValue, keyword: boolean): ValueTest | ModifierProblem {
  const any: WildcardPart = { kind: "any" };
  const parts: WildcardPart[] = keyword ? [any] : [];
  for (const part of value.parts) {
    if (part.kind === "placeholder")
      return problem("Its placeholder is not replaced.", "Write expand among the modifiers.");
    const bytes = part.kind === "text" && value.encoding === "bytes";
    const text = bytes ? textOfBytes(part.text) : undefined;
    if (bytes && text === undefined)
      return problem(
        "Encoded as UTF-16, only ASCII is text again.",
        "Write base64 or base64offset behind it, or keep to ASCII.",
      );
    parts.push(text === undefined ? part : { kind: "text", text });
  }
  if (keyword && parts.every(({ kind }) => kind === "any"))
    return problem("Every event has this keyword.", "Write a word to look for.", "bad-value");
  if (keyword) parts.push(any);
  return plainest(joinParts(parts), !value.cased);
}

function plainest(pattern: readonly WildcardPart[], ignoreCase: boolean): ValueTest {
  const [first, second, third] = pattern;
  if (first === undefined) return { kind: "equals", value: "", ignoreCase };
  if (pattern.length === 1 && first.kind === "any") return { kind: "present" };
  if (pattern.length === 1 && first.kind === "text") return { kind: "equals", value: first.text, ignoreCase };
  if (pattern.length === 2 && first.kind === "text" && second?.kind === "any")
    return { kind: "starts_with", value: first.text, ignoreCase };
  if (pattern.length === 2 && first.kind === "any" && second?.kind === "text")
    return { kind: "ends_with", value: second.text, ignoreCase };
  if (pattern.length === 3 && first.kind === "any" && second?.kind === "text" && third?.kind === "any")
    return { kind: "contains", value: second.text, ignoreCase };
  return { kind: "wildcard", pattern, ignoreCase };
}

import type { JsonScalar, JsonValue } from "../lib/json.js";

export type TextPredicate = (text: string) => boolean;
export type ScalarPredicate = (value: JsonScalar) => boolean;

/** A test compiled for both ways of looking at a value. */
export interface CompiledTest {
  /** Of a value as it stands. */
  readonly exact: (value: JsonValue) => boolean;
  /** Of a scalar, by its text. */
  readonly byText: ScalarPredicate;
  readonly whenMissing: boolean;
  /** Of a text, in lower case and as it stands, the same for both ways; for a test of text where case does not count. */
  readonly ofLower?: (lower: string, text: string) => boolean;
}

/** The same for both. */
export function ofAny(holds: (value: JsonValue) => boolean): CompiledTest {
  return { exact: holds, byText: holds, whenMissing: false };
}

/** Exactly: strings only. By text: any scalar but null. */
export function ofText(holds: TextPredicate): CompiledTest {
  return {
    exact: (value) => typeof value === "string" && holds(value),
    byText: (value) => (typeof value === "string" ? holds(value) : value !== null && holds(String(value))),
    whenMissing: false,
  };
}

/** Of a text and a part of it or, where case does not count, of both in lower case. */
export function ofPart(
  part: string,
  ignoreCase: boolean,
  holds: (text: string, part: string) => boolean,
): CompiledTest {
  if (!ignoreCase) return ofText((text) => holds(text, part));
  const lower = part.toLowerCase();
  const ofLower = (text: string): boolean => holds(text, lower);
  return { ...ofText((text) => ofLower(text.toLowerCase())), ofLower };
}

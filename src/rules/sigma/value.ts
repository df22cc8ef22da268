import type { FieldOperator, OrderOperator, TimePart, ValueTest, WildcardPart } from "../expression.js";

/** A value of a detection while its modifiers are applied to it, one after the other. */
export type SigmaValue =
  | StringValue
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | RegexValue
  | { readonly kind: "exists"; readonly wanted: boolean }
  | { readonly kind: "test"; readonly test: ValueTest }
  | {
      readonly kind: "time";
      readonly part: TimePart;
      readonly operator: OrderOperator | "eq";
      readonly value: number;
    }
  | {
      readonly kind: "field";
      readonly name: string;
      readonly operator: FieldOperator;
      readonly ignoreCase: boolean;
    }
  | { readonly kind: "list"; readonly name: string; readonly ignoreCase: boolean }
  /** What one value was expanded to: linked by OR, also under `all`. */
  | { readonly kind: "one_of"; readonly values: readonly SigmaValue[] };
export type SigmaValueKind = SigmaValue["kind"];

export interface StringValue {
  readonly kind: "string";
  /** As written. */
  readonly raw: string;
  readonly parts: readonly StringPart[];
  readonly cased: boolean;
  /** `bytes`: each character of the text parts is one byte, 0 to 255. */
  readonly encoding: "text" | "bytes";
}

export type StringPart = WildcardPart | { readonly kind: "placeholder"; readonly name: string };

export interface RegexValue {
  readonly kind: "regex";
  readonly pattern: string;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  /** Whether the match must begin, or end, where the text does. */
  readonly fromStart: boolean;
  readonly toEnd: boolean;
}

/**
 * Reads a string: `*` and `?` are wildcards, a backslash before one of them or before a backslash makes that character
 * plain, any other backslash is itself.
 *
 * @param placeholders whether `%name%` is a placeholder, and `\%` a plain percent sign.
 */
export function parseSigmaString(raw: string, placeholders: boolean): StringValue {
  const parts: StringPart[] = [];
  let text = "";
  const add = (part: StringPart): void => {
    if (text !== "") parts.push({ kind: "text", text });
    text = "";
    parts.push(part);
  };
  const escapable = placeholders ? "*?\\%" : "*?\\";
  for (let i = 0; i < raw.length; i++) {
    const character = raw.charAt(i);
    const next = raw.charAt(i + 1);
    if (character === "\\" && next !== "" && escapable.includes(next)) {
      text += next;
      i++;
    } else if (character === "*") add({ kind: "any" });
    else if (character === "?") add({ kind: "one" });
    else {
      const name = placeholders && character === "%" ? placeholderAt(raw, i) : undefined;
      if (name === undefined) text += character;
      else {
        add({ kind: "placeholder", name });
        i += name.length + 1;
      }
    }
  }
  if (text !== "") parts.push({ kind: "text", text });
  return { kind: "string", raw, parts: joinParts(parts), cased: false, encoding: "text" };
}

/** The name of a placeholder whose first percent sign stands at `start`. */
export function placeholderAt(text: string, start: number): string | undefined {
  const end = text.indexOf("%", start + 1);
  const name = end < 0 ? "" : text.slice(start + 1, end);
  return name === "" || name.includes("\\") ? undefined : name;
}

/** Joins neighbouring texts, and neighbouring `any`. */
export function joinParts<P extends StringPart>(parts: readonly P[]): readonly P[] {
  const joined: P[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === "text" && last?.kind === "text")
      joined[joined.length - 1] = { ...part, text: last.text + part.text };
    else if (part.kind !== "any" || last?.kind !== "any") joined.push(part);
  }
  return joined;
}

export function isWildcard(part: StringPart): boolean {
  return part.kind === "any" || part.kind === "one";
}

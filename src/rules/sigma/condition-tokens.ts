/** A word or a mark of a condition; `at` is its offset in the text. */
export interface ConditionToken {
  readonly kind: "name" | "pattern" | "(" | ")" | "|" | "unknown";
  readonly text: string;
  readonly at: number;
}

const TOKEN = /\s*(?:([()|])|([\p{L}\p{N}_.:-]+(?![\p{L}\p{N}_.:*-]))|([\p{L}\p{N}_.:*-]+)|(\S))/uy;

/** Parts a condition into names, patterns with `*`, and marks. */
export function tokenizeCondition(text: string): readonly ConditionToken[] {
  const tokens: ConditionToken[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [whole, mark, name, pattern, unknown] = match;
    const found = mark ?? name ?? pattern ?? unknown ?? "";
    const kind =
      mark !== undefined
        ? (mark as "(" | ")" | "|")
        : name !== undefined
          ? "name"
          : pattern !== undefined
            ? "pattern"
            : "unknown";
    tokens.push({ kind, text: found, at: match.index + whole.length - found.length });
  }
  return tokens;
}

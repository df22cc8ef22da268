/** Words that stand for something in a query; a field so named needs backquotes. */
export const KEYWORDS = [
  "and",
  "any",
  "by",
  "false",
  "in",
  "like",
  "not",
  "null",
  "of",
  "or",
  "regex",
  "sample",
  "sequence",
  "true",
  "until",
  "where",
  "with",
] as const;
export type Keyword = (typeof KEYWORDS)[number];

/** Longest first: the first that stands at a place is taken. */
export const SIGNS = [
  "==",
  "!=",
  "<=",
  ">=",
  "<",
  ">",
  ":",
  "+",
  "-",
  "*",
  "/",
  "%",
  "(",
  ")",
  ",",
  ".",
  "[",
  "]",
  "|",
  "?",
  "~",
] as const;
export type Sign = (typeof SIGNS)[number];

interface Placed {
  /** Of its first code unit in the query. */
  readonly start: number;
  /** Behind its last. */
  readonly end: number;
}

export type Token = Placed &
  (
    | { readonly kind: "word"; readonly text: string; readonly keyword: Keyword | undefined }
    /** Between backquotes. */
    | { readonly kind: "quoted_name"; readonly text: string }
    | { readonly kind: "string"; readonly value: string }
    | { readonly kind: "number"; readonly value: number; readonly fraction: boolean }
    | { readonly kind: "sign"; readonly sign: Sign }
    /** `%name%` where a list of values is expected. */
    | { readonly kind: "list"; readonly name: string }
    | { readonly kind: "end" }
  );

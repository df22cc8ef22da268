import type { ErrorCode } from "yaml";

interface YamlProblem {
  /** Without a full stop at its end. */
  readonly message: string;
  readonly hint?: string;
}

const INDENTATION = "Check how far this line is indented, and put a value that has a colon in quotes.";
/** Errors that the YAML library words for programmers, in the words of who writes rules. */
const WORDS: { readonly [Code in ErrorCode]?: YamlProblem } = {
  BAD_INDENT: { message: "this line is not indented as its neighbours are", hint: INDENTATION },
  BLOCK_AS_IMPLICIT_KEY: { message: "a key and its value stand where only a value can", hint: INDENTATION },
  MULTILINE_IMPLICIT_KEY: { message: "a key goes over more than one line", hint: INDENTATION },
  MISSING_CHAR: { message: "something is not closed or not separated", hint: INDENTATION },
  DUPLICATE_KEY: { message: "this key is there twice", hint: "Remove one of them." },
  MULTIPLE_DOCS: {
    message: "it holds several documents, parted by ---",
    hint: "Put each rule in a file of its own.",
  },
  TAB_AS_INDENT: { message: "a tab stands where only spaces may", hint: "Indent with spaces." },
};
/** Codes whose own message says more than a word of ours could. */
const SPECIFIC = /^(Missing|Sequence item|Flow (sequence|map))/;

/** What to say of an error of the YAML library; the position is told beside it, so it is cut off here. */
export function explainYaml(code: ErrorCode, said: string): YamlProblem {
  const first = said.split("\n", 1)[0] ?? "";
  const own = first.replace(/ at line \d+, column \d+:?$/, "").replace(/[.:]+$/, "");
  const words = WORDS[code];
  if (words === undefined) return { message: own };
  return SPECIFIC.test(own) ? { ...words, message: own } : words;
}

import { Composer, Lexer, Parser, type CST, type Document, type LineCounter } from "yaml";

/** What makes a YAML text one that nobody wrote by hand; reading it on could take the process with it. */
export interface YamlExcess {
  /** In UTF-16 units from the beginning of the text. */
  readonly offset: number;
  /** Without a full stop at its end. */
  readonly message: string;
  readonly hint: string;
}

export interface ComposedDocuments {
  readonly documents: readonly Document[];
  /** Set when reading stopped; there are no documents then. */
  readonly excess: YamlExcess | undefined;
}

const MAX_LENGTH = 4 * 1024 * 1024;
const MAX_DEPTH = 400;
const MAX_ALIASES = 1_000;
const MAX_DOCUMENTS = 10_000;
const OPTIONS = {
  prettyErrors: false,
  version: "1.2",
  // Tags such as !!binary would make of a text what no event can hold.
  resolveKnownTags: false,
  // What is odd about a file is for whoever reads its diagnostics, not for the process to print.
  logLevel: "error",
  // The library compares each key of a mapping with all others: who calls looks for keys that repeat.
  uniqueKeys: false,
} as const;

/**
 * Parses YAML text into at most `limit` documents, one at least. Unlike the library's own functions it bears any text:
 * those recurse as deep as the text nests, which a file of brackets turns into the end of the process.
 */
export function composeDocuments(
  text: string,
  lineCounter: LineCounter,
  limit: number,
  maxLength: number = MAX_LENGTH,
): ComposedDocuments {
  if (text.length > maxLength) {
    const message = `it has more than ${maxLength / 1024 / 1024} million characters`;
    return stopped(0, message, "Split the file.");
  }
  const parser = new Parser(lineCounter.addNewLine);
  lineCounter.addNewLine(0);
  let excess: YamlExcess | undefined;
  const tokens = function* (): Generator<CST.Token> {
    let aliases = 0;
    for (const lexeme of new Lexer().lex(text)) {
      yield* parser.next(lexeme);
      if (lexeme.startsWith("*")) aliases++;
      const message =
        aliases > MAX_ALIASES
          ? `it has more than ${MAX_ALIASES} aliases`
          : parser.stack.length > MAX_DEPTH
            ? `it is nested deeper than ${MAX_DEPTH} levels`
            : undefined;
      if (message === undefined) continue;
      excess = { offset: parser.offset, message, hint: "Write out what is meant." };
      return;
    }
    yield* parser.end();
  };
  const documents: Document[] = [];
  for (const document of new Composer({ ...OPTIONS, lineCounter }).compose(tokens(), true, text.length)) {
    documents.push(document);
    if (documents.length === limit) break;
    if (documents.length > MAX_DOCUMENTS)
      return stopped(document.range[0], `it holds more than ${MAX_DOCUMENTS} documents`, "Split the file.");
  }
  return excess === undefined ? { documents, excess } : { documents: [], excess };
}

function stopped(offset: number, message: string, hint: string): ComposedDocuments {
  return { documents: [], excess: { offset, message, hint } };
}

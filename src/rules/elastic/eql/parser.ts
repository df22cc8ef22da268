import { didYouMean } from "../../../lib/did-you-mean.js";
import type { QueryProblem } from "../query-context.js";
import { tokenise } from "./lexer.js";
import { parseCondition } from "./parse-condition.js";
import type { EqlCategory, EqlQuery } from "./syntax.js";
import { EqlSyntaxError, TokenReader } from "./token-reader.js";

/** Parses `category where condition`; or says what cannot be read first, or is not supported. */
export function parseEql(query: string): EqlQuery | QueryProblem {
  const { tokens, problem } = tokenise(query);
  const reader = new TokenReader(query, tokens);
  try {
    refuseSeveralEvents(reader);
    return problem ?? parseQuery(reader);
  } catch (error) {
    if (error instanceof EqlSyntaxError) return error.problem;
    throw error;
  }
}

/** Queries over several events, by their first word. */
const SEVERAL_EVENTS: ReadonlyMap<string, string> = new Map([
  ["sequence", "EQL sequences are not supported."],
  ["sample", "EQL samples are not supported."],
  ["join", "EQL joins are not supported."],
]);

function parseQuery(reader: TokenReader): EqlQuery {
  const category = parseCategory(reader);
  if (!reader.takeKeyword("where")) {
    const { next } = reader;
    const meant = next.kind === "word" ? didYouMean(next.text, ["where"]) : undefined;
    reader.fail(
      "where was expected",
      meant === undefined ? "Write `any where …`." : `Did you mean ${meant}?`,
    );
  }
  const condition = parseCondition(reader);
  refusePipe(reader);
  if (reader.next.kind !== "end")
    reader.fail("and, or or the end of the query was expected", afterCondition(reader));
  return { category, condition };
}

function parseCategory(reader: TokenReader): EqlCategory {
  const token = reader.next;
  if (token.kind === "word" && (token.keyword === undefined || token.keyword === "any")) {
    reader.take();
    return { name: token.keyword === "any" ? undefined : token.text, start: token.start };
  }
  if (token.kind === "string") {
    reader.take();
    return { name: token.value, start: token.start };
  }
  if (token.kind === "quoted_name") {
    reader.take();
    return { name: token.text, start: token.start };
  }
  return reader.fail(
    "any or an event category was expected",
    "A query begins with `any where`, for example.",
  );
}

function refuseSeveralEvents(reader: TokenReader): void {
  const token = reader.next;
  if (token.kind !== "word" || reader.isKeyword("where", 1)) return;
  const message = SEVERAL_EVENTS.get(token.text);
  if (message === undefined) return;
  const hint = "Only queries over one event (`any where …`) are evaluated on the way in.";
  throw new EqlSyntaxError({ code: "unsupported-query", offset: token.start, message, hint });
}

function refusePipe(reader: TokenReader): void {
  if (!reader.isSign("|")) return;
  const name = reader.peek(1);
  const which = name.kind === "word" ? ` (\`| ${name.text}\`)` : "";
  throw new EqlSyntaxError({
    code: "unsupported-query",
    offset: reader.next.start,
    message: `EQL pipes${which} are not supported.`,
    hint: "Each event is looked at by itself; leave the pipe out.",
  });
}

function afterCondition(reader: TokenReader): string | undefined {
  const { next } = reader;
  if (next.kind === "word") {
    const word = next.text.toLowerCase();
    if (word === "and" || word === "or" || word === "not")
      return `Write ${word}: keywords are in lower case.`;
    const meant = didYouMean(next.text, ["and", "or", "in", "like", "regex", "not"]);
    return meant === undefined ? undefined : `Did you mean ${meant}?`;
  }
  if (next.kind === "sign" && next.sign === ")") return "There is one parenthesis too many.";
  return undefined;
}

import { compileEql } from "./eql/compile-eql.js";
import { compileKql } from "./kql/compile-kql.js";
import type { CompiledQuery, QueryContext } from "./query-context.js";

/** Compiles a query in one of the languages that are read here. */
export function compileQuery(language: "kuery" | "eql", query: string, context: QueryContext): CompiledQuery {
  return language === "kuery" ? compileKql(query, context) : compileEql(query, context);
}

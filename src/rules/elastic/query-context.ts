import type { DiagnosticSeverity } from "../../lib/diagnostics.js";
import type { RuleDiagnosticCode } from "../diagnostic-codes.js";
import type { Expression } from "../expression.js";
import type { NamedList } from "../lists/named-list.js";

/** What the compiler of a rule's query is told. */
export interface QueryContext {
  /** Lists by name, for references to them. */
  readonly lists: ReadonlyMap<string, NamedList>;
  /** Field that the category in front of `where` names: `event_category_override`, else `event.category`. */
  readonly categoryField: string;
  /**
   * Notes where a part of the condition stands, for lint and explanations.
   *
   * @param part is the very object that the condition holds.
   * @param offset is counted in the query, in UTF-16 units.
   */
  place(part: object, offset: number): void;
}

/** Something wrong with a query, at an offset in it (UTF-16 units). */
export interface QueryProblem {
  readonly code: RuleDiagnosticCode;
  /** `error` unless given; a rule with an error is not loaded. */
  readonly severity?: DiagnosticSeverity;
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
}

/** A query in any of the languages, compiled. */
export interface CompiledQuery {
  /** Undefined when one of the problems is an error. */
  readonly condition: Expression | undefined;
  readonly problems: readonly QueryProblem[];
}

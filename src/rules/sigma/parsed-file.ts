import type { FieldReference } from "../field.js";
import type { ParsedFile } from "../front-end.js";
import type { Expression } from "../expression.js";
import type { Rule, Stateful } from "../ir.js";
import type { Position, Positions } from "../positions.js";
import type { LogSource } from "./logsource.js";

/** One file of Sigma documents: `rules` are those that load by themselves, before anything is linked. */
export interface ParsedSigmaFile extends ParsedFile {
  readonly path: string;
  readonly positions: Positions | undefined;
  readonly sigmaRules: readonly SigmaRule[];
  readonly filters: readonly SigmaFilter[];
  readonly correlations: readonly SigmaCorrelation[];
  /** Rules and correlations that are not loaded, for messages about references to them. */
  readonly absent: readonly AbsentRule[];
}

/** A rule with what filters and correlations know it by. */
export interface SigmaRule {
  readonly rule: Rule;
  readonly name: string | undefined;
  readonly logSource: LogSource;
}

/** A filter: its expression must hold too wherever one of its rules does. */
export interface SigmaFilter {
  readonly title: string;
  readonly logSource: LogSource;
  readonly rules: "any" | readonly RuleReference[];
  readonly expression: Expression;
}

export type CorrelationParts = Omit<Extract<Stateful, { kind: "correlation" }>, "kind" | "rules" | "aliases">;

export interface SigmaCorrelation {
  readonly name: string | undefined;
  readonly base: Omit<Rule, "hash" | "program" | "stateful">;
  readonly groupBy: readonly FieldReference[];
  readonly rules: readonly RuleReference[];
  /** Whether its rules raise alerts of their own. */
  readonly generate: boolean;
  readonly aliases: readonly CorrelationAlias[];
  readonly parts: CorrelationParts;
  readonly position: Position;
}

export interface CorrelationAlias {
  readonly name: string;
  readonly fields: readonly { readonly rule: RuleReference; readonly field: string }[];
}

/** A rule's id or name, as somebody else writes it. */
export interface RuleReference {
  readonly text: string;
  readonly position: Position;
}

export interface AbsentRule {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly reason: "other_logs" | "retired" | "refused";
}

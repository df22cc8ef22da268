import type { Diagnostic } from "../lib/diagnostics.js";
import type { JsonObject, JsonValue } from "../lib/json.js";
import type { Severity } from "../lib/severity.js";
import type { Expression } from "./expression.js";
import type { FieldReference } from "./field.js";
import type { Template } from "./template.js";

/** A rule of any format, as everything after the front ends knows it. Immutable plain data. */
export interface Rule {
  /** The format's own id, verbatim. */
  readonly id: string;
  readonly name: string;
  readonly kind: "panther" | "sigma" | "elastic";
  /** Relative to the path it was loaded from, with `/`. */
  readonly file: string;
  readonly severity: Severity;
  /** 1 to 99. */
  readonly riskScore: number;
  readonly description: string | undefined;
  readonly runbook: string | undefined;
  readonly reference: string | undefined;
  readonly tags: readonly string[];
  /** As declared, `TA0005:T1599` split. */
  readonly attack: readonly AttackReference[];
  readonly logTypes: readonly string[];
  /** Dotted paths, as the rule has them. */
  readonly summaryAttributes: readonly string[];
  /** As the rule has them; `program.groupBy` is what is evaluated. */
  readonly groupBy: readonly string[];
  readonly dedupPeriodMinutes: number;
  readonly threshold: number;
  readonly createAlert: boolean;
  readonly tests: readonly RuleTest[];
  readonly program: RuleProgram;
  /** Hash of everything above but `file`: moving a file changes no rule. */
  readonly hash: string;
}

/** The parts of a rule that are evaluated against a record. */
export interface RuleProgram {
  readonly condition: Expression;
  readonly title: Template;
  readonly groupBy: readonly FieldReference[];
}

export interface AttackReference {
  readonly tactic: string | undefined;
  readonly technique: string | undefined;
}

export interface RuleTest {
  readonly name: string;
  readonly expected: boolean;
  readonly log: JsonObject;
}

export interface LoadedRules {
  /** In order of id. */
  readonly rules: readonly Rule[];
  /** Where each rule was found, by its id, as diagnostics name files. */
  readonly paths: ReadonlyMap<string, string>;
  /** What was refused, and why; warnings too. */
  readonly diagnostics: readonly Diagnostic[];
  /** Hash of ids and contents of all loaded rules: the same files give the same hash, in any order of loading. */
  readonly ruleset: string;
}

/** One rule that holds for one record. */
export interface RuleMatch {
  readonly rule: Rule;
  readonly title: string;
  readonly severity: Severity;
  readonly riskScore: number;
  /** Values of GroupBy as they stand in the record, null where missing; undefined when the rule groups by nothing. */
  readonly groupValues: readonly JsonValue[] | undefined;
}

import type { Diagnostic } from "../lib/diagnostics.js";
import type { JsonObject, JsonValue } from "../lib/json.js";
import type { Severity } from "../lib/severity.js";

/** Placeholder until the IR is complete: see docs/architecture.md, "Rules". */
export interface Rule {
  /** The format's own id, verbatim. */
  readonly id: string;
  readonly name: string;
  readonly kind: "panther" | "sigma" | "elastic";
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
  readonly groupBy: readonly string[];
  readonly dedupPeriodMinutes: number;
  readonly threshold: number;
  readonly createAlert: boolean;
  readonly tests: readonly RuleTest[];
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
  readonly rules: readonly Rule[];
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
  /** Values of GroupBy as they stand in the record; undefined when the rule groups by nothing. */
  readonly groupValues: readonly JsonValue[] | undefined;
}

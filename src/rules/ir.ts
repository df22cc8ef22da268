import type { Diagnostic } from "../lib/diagnostics.js";
import type { JsonObject, JsonValue } from "../lib/json.js";
import type { Severity } from "../lib/severity.js";
import type { Expression } from "./expression.js";
import type { FieldReference } from "./field.js";
import type { Positions } from "./positions.js";
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
  readonly references: readonly string[];
  readonly authors: readonly string[];
  readonly falsePositives: readonly string[];
  readonly tags: readonly string[];
  /** As declared, `TA0005:T1599` split. */
  readonly attack: readonly AttackReference[];
  readonly logTypes: readonly string[];
  /** Dotted paths, as the rule has them. */
  readonly summaryAttributes: readonly string[];
  /** As the rule has them; `program.groupBy` is what is evaluated. */
  readonly groupBy: readonly string[];
  readonly dedupPeriodMinutes: number;
  /** False also for a rule that another one counts in its place (Sigma correlations). */
  readonly createAlert: boolean;
  /** Set for a rule that needs several events: it tags events by its condition and raises no alert on one of them. */
  readonly stateful: Stateful | undefined;
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
  /** The first whose condition holds gives the severity; with none the rule's own stands. */
  readonly severities: readonly DynamicSeverity[];
  /** What the alert tells besides, by name. */
  readonly context: readonly ContextField[];
}

export interface DynamicSeverity {
  readonly severity: Severity;
  /** Of that severity, unless the rule has a score of its own. */
  readonly riskScore: number;
  readonly condition: Expression;
}

export interface ContextField {
  readonly name: string;
  readonly field: FieldReference;
}

/** What a rule needs besides one event; read and validated, not evaluated yet. */
export type Stateful =
  /** `threshold` matches within the window, by the rule's groupBy; each `cardinality` wants that many distinct values. */
  | {
      readonly kind: "threshold";
      readonly threshold: number;
      readonly windowMinutes: number;
      readonly cardinality: readonly { readonly field: FieldReference; readonly values: number }[];
    }
  /** A combination of values not seen in the time before. */
  | {
      readonly kind: "new_terms";
      readonly fields: readonly FieldReference[];
      readonly historyMinutes: number;
    }
  | {
      readonly kind: "correlation";
      readonly type: CorrelationType;
      /** Ids of the rules it looks at, in order. */
      readonly rules: readonly string[];
      readonly timespanSeconds: number;
      /** Fields whose values are counted or measured; several are counted together. None for events and rules. */
      readonly fields: readonly FieldReference[];
      /** 0 to 100, where a `value_percentile` names one. */
      readonly percentile: number | undefined;
      /** All of them hold; for a temporal type without a condition, as many rules as there are. */
      readonly condition: readonly {
        readonly operator: "lt" | "lte" | "gt" | "gte" | "eq" | "neq";
        readonly value: number;
      }[];
      /** Group-by name → rule id → field, where rules name it differently. */
      readonly aliases: readonly {
        readonly name: string;
        readonly fields: readonly { readonly rule: string; readonly field: string }[];
      }[];
    };

export const CORRELATION_TYPES = [
  "event_count",
  "value_count",
  "temporal",
  "temporal_ordered",
  "value_sum",
  "value_avg",
  "value_percentile",
  "value_median",
] as const;
export type CorrelationType = (typeof CORRELATION_TYPES)[number];

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
  /** Format of each file that holds rules of one, loaded or not, by its path. */
  readonly formats: ReadonlyMap<string, Rule["kind"]>;
  /** What was refused, and why; warnings too. */
  readonly diagnostics: readonly Diagnostic[];
  /** Hash of ids and contents of all loaded rules, lists and exceptions: the same files give the same hash, in any order of loading. */
  readonly ruleset: string;
  /** Where the parts of rules stand; undefined when they were not asked for. */
  readonly positions: Positions | undefined;
}

/** One rule that holds for one record. */
export interface RuleMatch {
  readonly rule: Rule;
  readonly title: string;
  readonly severity: Severity;
  readonly riskScore: number;
  /** Values of GroupBy as they stand in the record, null where missing; undefined when the rule groups by nothing. */
  readonly groupValues: readonly JsonValue[] | undefined;
  /** Values of `program.context` that the record has; undefined when there are none. */
  readonly context: JsonObject | undefined;
  /** Id of the exception that holds for the record; the hit raises no alert then. */
  readonly suppressedBy: string | undefined;
}

import type { Diagnostic } from "../lib/diagnostics.js";
import type { Rule, RuleTest } from "./ir.js";
import type { NamedList } from "./lists/named-list.js";
import type { Positions } from "./positions.js";

/** One file that a front end reads. */
export interface RuleSource {
  readonly text: string;
  /** Relative to the path it was loaded from, with `/`: becomes `Rule.file`. */
  readonly file: string;
  /** What diagnostics show: where a person finds the file. */
  readonly path: string;
  /** Lists by name, for references to them. */
  readonly lists: ReadonlyMap<string, NamedList>;
  /** Tests that stand beside the file, for the rule of an id. */
  readonly testsOf: (ruleId: string) => readonly RuleTest[];
  /** Where parts of rules stand, for lint; not kept when nobody asks. */
  readonly positions?: Positions;
}

/** What a front end makes of one file. It never throws: what is wrong is in the diagnostics, at its position. */
export interface ParsedFile {
  readonly rules: readonly Rule[];
  readonly diagnostics: readonly Diagnostic[];
}

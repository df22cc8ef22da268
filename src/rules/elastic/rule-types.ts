/** What becomes of a rule by its `type`. */
export interface RuleType {
  readonly supported: boolean;
  /** Languages that its query may be in; the first is meant when none is given. */
  readonly languages: readonly string[];
  /** What it needs that is not here. */
  readonly reason?: string;
}

export const RULE_TYPES: ReadonlyMap<string, RuleType> = new Map<string, RuleType>([
  ["query", { supported: true, languages: ["kuery"] }],
  ["eql", { supported: true, languages: ["eql"] }],
  ["threshold", { supported: true, languages: ["kuery"] }],
  ["new_terms", { supported: true, languages: ["kuery"] }],
  ["esql", { supported: false, languages: ["esql"], reason: "its query is in ES|QL" }],
  [
    "machine_learning",
    { supported: false, languages: [], reason: "it needs a job of Elastic's machine learning" },
  ],
  [
    "threat_match",
    { supported: false, languages: [], reason: "it compares events with an index of indicators" },
  ],
  ["saved_query", { supported: false, languages: [], reason: "its query is kept in Kibana" }],
]);

/** Languages of queries, and whether they are read here. */
export const LANGUAGES: ReadonlyMap<string, boolean> = new Map([
  ["kuery", true],
  ["eql", true],
  ["lucene", false],
  ["esql", false],
]);

/** Every code a rule file can be answered with, and what it means; docs/reference/panther-rules.md lists the same. */
export const RULE_DIAGNOSTICS = {
  "path-not-found": "A rules path that was asked for does not exist.",
  "unreadable-file": "The file or folder could not be read.",
  "yaml-syntax": "The file is not well-formed YAML, or repeats a key.",
  "not-a-rule": "The file holds no mapping, or no AnalysisType.",
  "unsupported-analysis-type": "Only `AnalysisType: rule` is supported.",
  "python-rule": "The rule's logic is Python code, which is not run here.",
  "missing-key": "A key that the format requires is absent.",
  "unknown-key": "The format has no such key.",
  "unsupported-key": "The format has this key, but it is not supported yet.",
  "ignored-key": "The key has no effect here; the rule is loaded.",
  "wrong-type": "The value is of another type than the key wants.",
  "bad-value": "The value is of the right type but not one that the key allows.",
  "bad-expression": "A match expression lacks a part or combines parts that do not belong together.",
  "too-deep": "Match expressions are nested deeper than 50 levels.",
  "unknown-condition": "The format has no such condition.",
  "unsupported-condition": "The format has this condition, but it is not supported yet.",
  "bad-key-path": "A path to a field cannot be read.",
  "dotted-key": "A Key with a dot names one key, not a path; the rule is loaded.",
  "bad-template": "An alert title's placeholder cannot be read.",
  "bad-attack-reference": "A MITRE ATT&CK entry is not of the form TA0005:T1599; the entry is left out.",
  "attack-changed":
    "A declared ATT&CK id is unknown, retired or under another tactic in the version used; the rule is loaded.",
  "unsupported-mocks": "A test with Mocks cannot be run.",
  "rule-disabled": "The rule says `Enabled: false` and is not loaded.",
  "other-log-type": "The rule is for other logs than AWS.CloudTrail and is not loaded.",
  "duplicate-rule-id": "Several rules have the same id; none of them is loaded.",
} as const;

export type RuleDiagnosticCode = keyof typeof RULE_DIAGNOSTICS;

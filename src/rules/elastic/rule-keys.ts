/**
 * What becomes of a key: `read` is used; `silent` belongs to the format and says nothing that matters here; `ignored`
 * would change what Elastic does and does nothing here, which a person is told.
 */
export type KeyUse = "read" | "silent" | "ignored";

export const TOP_KEYS: ReadonlyMap<string, KeyUse> = new Map<string, KeyUse>([
  ["metadata", "read"],
  ["rule", "read"],
  ["transform", "silent"],
]);

/** Keys of `[metadata]`, as the project's own schema has them. */
export const METADATA_KEYS: ReadonlyMap<string, KeyUse> = new Map<string, KeyUse>([
  ["integration", "read"],
  ["maturity", "read"],
  ["bypass_bbr_timing", "silent"],
  ["comments", "silent"],
  ["creation_date", "silent"],
  ["deprecated_reason", "silent"],
  ["deprecation_date", "silent"],
  ["extended", "silent"],
  ["min_stack_comments", "silent"],
  ["min_stack_version", "silent"],
  ["os_type_list", "silent"],
  ["promotion", "silent"],
  ["query_schema_validation", "silent"],
  ["related_endpoint_rules", "silent"],
  ["updated_date", "silent"],
]);

/** Keys of `[rule]`, as the project's own schema and Kibana's API for rules have them. */
export const RULE_KEYS: ReadonlyMap<string, KeyUse> = new Map<string, KeyUse>([
  ["alert_suppression", "read"],
  ["author", "read"],
  ["building_block_type", "read"],
  ["description", "read"],
  ["enabled", "read"],
  ["event_category_override", "read"],
  ["false_positives", "read"],
  ["filters", "read"],
  ["from", "read"],
  ["history_window_start", "read"],
  ["index", "read"],
  ["investigation_fields", "read"],
  ["language", "read"],
  ["name", "read"],
  ["new_terms", "read"],
  ["new_terms_fields", "read"],
  ["note", "read"],
  ["query", "read"],
  ["references", "read"],
  ["risk_score", "read"],
  ["rule_id", "read"],
  ["severity", "read"],
  ["severity_mapping", "read"],
  ["tags", "read"],
  ["threat", "read"],
  ["threshold", "read"],
  ["type", "read"],
  ["actions", "ignored"],
  ["exceptions_list", "ignored"],
  ["response_actions", "ignored"],
  ["risk_score_mapping", "ignored"],
  ["rule_name_override", "ignored"],
  ["anomaly_threshold", "silent"],
  ["concurrent_searches", "silent"],
  ["data_view_id", "silent"],
  ["interval", "silent"],
  ["items_per_search", "silent"],
  ["license", "silent"],
  ["machine_learning_job_id", "silent"],
  ["max_signals", "silent"],
  ["meta", "silent"],
  ["namespace", "silent"],
  ["output_index", "silent"],
  ["related_integrations", "silent"],
  ["required_fields", "silent"],
  ["revision", "silent"],
  ["saved_id", "silent"],
  ["setup", "silent"],
  ["threat_filters", "silent"],
  ["threat_index", "silent"],
  ["threat_indicator_path", "silent"],
  ["threat_language", "silent"],
  ["threat_mapping", "silent"],
  ["threat_query", "silent"],
  ["throttle", "silent"],
  ["tiebreaker_field", "silent"],
  ["timeline_id", "silent"],
  ["timeline_title", "silent"],
  ["timestamp_field", "silent"],
  ["timestamp_override", "silent"],
  ["timestamp_override_fallback_disabled", "silent"],
  ["to", "silent"],
  ["version", "silent"],
]);

/** Keys of the tables inside `[rule]`; all are read or say nothing that matters here. */
export const TABLE_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ["alert_suppression", ["duration", "group_by", "missing_fields_strategy"]],
  ["investigation_fields", ["field_names"]],
  ["new_terms", ["field", "history_window_start", "value"]],
  ["threshold", ["cardinality", "field", "value"]],
]);

/** What to do instead, for keys that have no effect here. */
export const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["actions", "Alerts are sent as `notify` in the configuration says."],
  ["exceptions_list", "Write exceptions of your own under `exceptions.paths`."],
  ["response_actions", "TrailTag takes no action in other systems."],
  ["risk_score_mapping", "The rule's own risk_score stands."],
  ["rule_name_override", "The rule's own name stands."],
]);

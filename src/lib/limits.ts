import type { ApiErrorCode } from "./errors.js";
import type { DeadReasonCode } from "./dead-reason.js";

/** What TrailTag limits, by the last part of its configuration key; label of `trailtag_limit_hits_total`. docs/reference/metrics.md lists the same; a test compares them. */
export const LIMITS = [
  "max_body_bytes",
  "max_inflation_ratio",
  "max_records",
  "max_document_bytes",
  "max_depth",
  "max_keys",
  "in_flight_bytes",
  "hold_ms",
  "body_idle_ms",
  "min_body_bytes_per_s",
  "headers_timeout_ms",
  "max_header_bytes",
  "max_connections",
] as const;

export type Limit = (typeof LIMITS)[number];

const BY_ERROR: Partial<Record<ApiErrorCode, Limit>> = {
  body_too_large: "max_body_bytes",
  inflation_too_high: "max_inflation_ratio",
  too_many_records: "max_records",
  too_busy: "in_flight_bytes",
  store_away: "hold_ms",
  request_timeout: "body_idle_ms",
  body_too_slow: "min_body_bytes_per_s",
};

const BY_DEAD_REASON: Partial<Record<DeadReasonCode, Limit>> = {
  too_large: "max_document_bytes",
  too_deep: "max_depth",
  too_many_keys: "max_keys",
};

/** The limit that a request was refused for, if any. */
export function limitOfError(code: ApiErrorCode): Limit | undefined {
  return BY_ERROR[code];
}

/** The limit that a document was dead-lettered for, if any. */
export function limitOfDeadReason(code: DeadReasonCode): Limit | undefined {
  return BY_DEAD_REASON[code];
}

/**
 * Every error that TrailTag answers over HTTP: status and OpenSearch-style type by stable code.
 * docs/reference/errors.md lists the same codes; a test compares them both ways.
 */
export const API_ERRORS = {
  body_required: { status: 400, type: "parse_exception" },
  bulk_malformed: { status: 400, type: "illegal_argument_exception" },
  body_malformed: { status: 400, type: "parse_exception" },
  encoding_malformed: { status: 400, type: "parse_exception" },
  client_gone: { status: 400, type: "parse_exception" },
  encoding_unknown: { status: 415, type: "unsupported_media_type" },
  content_type_unknown: { status: 415, type: "unsupported_media_type" },
  parameter_malformed: { status: 400, type: "illegal_argument_exception" },
  request_timeout: { status: 408, type: "timeout_exception" },
  body_too_slow: { status: 408, type: "timeout_exception" },
  body_too_large: { status: 413, type: "content_too_long_exception" },
  inflation_too_high: { status: 413, type: "content_too_long_exception" },
  too_many_records: { status: 413, type: "content_too_long_exception" },
  too_busy: { status: 429, type: "rejected_execution_exception" },
  store_away: { status: 429, type: "rejected_execution_exception" },
  shutting_down: { status: 503, type: "shutting_down_exception" },
  no_route: { status: 404, type: "no_handler_found_exception" },
  method_not_allowed: { status: 405, type: "method_not_allowed_exception" },
  unauthenticated: { status: 401, type: "security_exception" },
  forbidden: { status: 403, type: "security_exception" },
  auth_throttled: { status: 429, type: "rejected_execution_exception" },
  alert_unknown: { status: 404, type: "resource_not_found_exception" },
  triage_conflict: { status: 409, type: "version_conflict_engine_exception" },
  reload_refused: { status: 400, type: "rules_refused_exception" },
  internal: { status: 500, type: "internal_exception" },
} as const satisfies Record<string, { status: number; type: string }>;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** An answer that is an error. The message is the sentence that the caller reads: what is wrong and what to do. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly type: string;

  constructor(
    readonly code: ApiErrorCode,
    reason: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(reason);
    this.status = API_ERRORS[code].status;
    this.type = API_ERRORS[code].type;
  }
}

/** Exit codes of the command line; docs/reference/cli.md. */
export const EXIT = {
  ok: 0,
  findings: 1,
  ruleErrors: 2,
  usage: 64,
  unavailable: 69,
  internal: 70,
  configuration: 78,
} as const;

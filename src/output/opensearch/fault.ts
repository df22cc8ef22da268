/** Why something is tried again; a label of metrics, so a closed set. */
export type RetryReason =
  | "no_reply"
  | "bad_reply"
  | "busy"
  | "unavailable"
  | "forbidden"
  | "blocked"
  | "index_closed"
  | "index_missing"
  | "shard_limit"
  | "conflict"
  | "not_created"
  | "other";

export interface Fault {
  readonly type: string;
  readonly reason: string;
}

export type FaultJudgement =
  | { readonly kind: "conflict" }
  /** The document itself cannot be stored as it is: trying again would not help. */
  | { readonly kind: "document" }
  | { readonly kind: "retry"; readonly reason: RetryReason };

const DOCUMENT_FAULTS = new Set([
  "mapper_parsing_exception",
  "document_parsing_exception",
  "strict_dynamic_mapping_exception",
  "json_parse_exception",
  "parse_exception",
  "parsing_exception",
  "not_x_content_exception",
  "x_content_parse_exception",
  "x_content_e_o_f_exception",
  "json_e_o_f_exception",
  "input_coercion_exception",
  "stream_constraints_exception",
  "max_bytes_length_exceeded_exception",
]);

/** Thrown for a faulty document, and as well for a missing pipeline or an alias without a write index. */
const MIXED_TYPES = new Set(["illegal_argument_exception", "action_request_validation_exception"]);
const DOCUMENT_ARGUMENT =
  /immense term|bytes can be at most|is too large, must be|is too long, must be|nested documents|max(imum)? (nesting )?depth|unable to parse|failed to parse|mapper for \[|cannot be changed from type|limit of total fields/i;

/**
 * Judges an error of OpenSearch by its type alone: the status does not tell (a write block is 403, a closed index
 * and a full shard limit are 400). Anything not known to be the document's fault may pass and is tried again.
 */
export function judgeFault(status: number, fault: Fault): FaultJudgement {
  const { type, reason } = fault;
  if (type === "version_conflict_engine_exception") return { kind: "conflict" };
  if (DOCUMENT_FAULTS.has(type)) return { kind: "document" };
  if (MIXED_TYPES.has(type) && DOCUMENT_ARGUMENT.test(reason)) return { kind: "document" };
  return { kind: "retry", reason: retryReason(status, fault) };
}

function retryReason(status: number, { type, reason }: Fault): RetryReason {
  if (type === "cluster_block_exception") return "blocked";
  if (type === "index_closed_exception") return "index_closed";
  if (type === "index_not_found_exception") return "index_missing";
  if (type === "validation_exception" && /shards/.test(reason)) return "shard_limit";
  if (type === "document_missing_exception") return "conflict";
  return statusReason(status);
}

/** What a status says when no error type does. */
export function statusReason(status: number): RetryReason {
  if (status === 429) return "busy";
  if (status >= 500) return "unavailable";
  if (status === 401 || status === 403) return "forbidden";
  return "other";
}

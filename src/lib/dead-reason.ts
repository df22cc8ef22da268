/** Why a document is stored in the dead-letter index instead of the events; each is listed in docs/reference/errors.md. */
export const DEAD_REASON_CODES = [
  "invalid_json",
  "invalid_utf8",
  "too_deep",
  "too_large",
  "too_many_keys",
  "not_an_object",
  "not_cloudtrail",
  "no_event_time",
  "bad_event_time",
  "event_too_old",
  "event_in_future",
  "bad_wrapper",
  "id_collision",
  "store_refused",
] as const;

export type DeadReasonCode = (typeof DEAD_REASON_CODES)[number];

export interface DeadReason {
  readonly code: DeadReasonCode;
  /** One sentence for the person who reads the dead letter: what is wrong and where. */
  readonly message: string;
}

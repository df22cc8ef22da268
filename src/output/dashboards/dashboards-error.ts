/**
 * - `unreachable`: no answer (name, network, TLS, time)
 * - `unauthorized`: 401 or 403
 * - `not_ready`: it answers 503, or 429: worth another try
 * - `not_dashboards`: something else than OpenSearch Dashboards answers
 * - `unsupported_version`: it does not know objects of this form
 * - `refused`: it took the file, and refused some objects or all of them
 */
export type DashboardsErrorCode =
  "unreachable" | "unauthorized" | "not_ready" | "not_dashboards" | "unsupported_version" | "refused";

/** Why the dashboards could not be imported. The message is one or more whole sentences for the operator. */
export class DashboardsError extends Error {
  override readonly name = "DashboardsError";

  constructor(
    readonly code: DashboardsErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** True when the same import may succeed later without anybody changing anything. */
  get transient(): boolean {
    return this.code === "unreachable" || this.code === "not_ready";
  }
}

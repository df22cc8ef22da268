/** The configuration after defaults, files, environment and flags. Keys are documented in docs/reference/config.md. */
export interface Config {
  readonly http: {
    readonly listen: { readonly host: string; readonly port: number };
    readonly compat: "auto" | "opensearch" | "elasticsearch";
    readonly headers_timeout_ms: number;
    readonly keep_alive_ms: number;
    readonly max_connections: number;
    /** Ranges of addresses. */
    readonly trusted_proxies: readonly string[];
    readonly tls: {
      readonly cert_file: string | undefined;
      readonly key_file: string | undefined;
      readonly client_ca_file: string | undefined;
      readonly min_version: "TLSv1.2" | "TLSv1.3";
    };
  };
  readonly auth: {
    readonly mode: "none" | "api_key" | "basic" | "mtls" | undefined;
    readonly credentials_file: string | undefined;
    readonly max_failures_per_minute: number;
  };
  readonly store: { readonly kind: "opensearch" | "files"; readonly dir: string };
  readonly opensearch: {
    readonly node: string | undefined;
    readonly username: string | undefined;
    readonly password: string | undefined;
    readonly ca_file: string | undefined;
    readonly client_cert_file: string | undefined;
    readonly client_key_file: string | undefined;
    readonly aws: { readonly region: string | undefined; readonly service: "es" | "aoss" };
    readonly compression: boolean;
    readonly max_concurrency: number;
    readonly index_prefix: string;
    readonly index_period: "day" | "week" | "month";
    readonly manage_templates: boolean;
    readonly retention_days: number | undefined;
    readonly request_timeout_ms: number;
  };
  readonly rules: { readonly paths: readonly string[]; readonly bundled: boolean };
  readonly lists: { readonly paths: readonly string[] };
  readonly exceptions: { readonly paths: readonly string[] };
  readonly events: { readonly max_age_days: number };
  readonly limits: {
    readonly max_body_bytes: number;
    readonly max_inflation_ratio: number;
    readonly max_records: number;
    readonly max_document_bytes: number;
    readonly max_depth: number;
    readonly max_keys: number;
    readonly in_flight_bytes: number;
    readonly body_idle_ms: number;
    readonly min_body_bytes_per_s: number;
    readonly hold_ms: number;
  };
  readonly spool: {
    readonly mode: "on" | "off";
    readonly dir: string;
    readonly max_bytes: number;
    readonly after_ms: number;
    readonly drain_on_stop_ms: number;
  };
  readonly dashboards: { readonly url: string | undefined };
  readonly log: {
    readonly level: "error" | "warn" | "info" | "debug";
    readonly format: "auto" | "json" | "text";
    readonly audit_file: string | undefined;
  };
}

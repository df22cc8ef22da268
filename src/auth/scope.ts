/** What a credential may do. Each stands alone: none implies another. docs/authentication.md lists them. */
export const SCOPES = ["ingest", "read", "triage", "admin"] as const;

export type Scope = (typeof SCOPES)[number];

/** Who a request comes from, and what it may do. */
export interface Principal {
  readonly mode: AuthMode;
  /** Id of the key, name of the user or of the certificate; "anonymous" where nobody is asked. */
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
}

export type AuthMode = "none" | "api_key" | "basic" | "mtls";

/** Where nobody is asked, everybody may do everything. */
export const ANONYMOUS: Principal = { mode: "none", id: "anonymous", scopes: new Set(SCOPES) };

import type { Scope } from "../auth/scope.js";

/** `any`: whoever has a valid credential. `open`: everybody, as probes have none. */
export type Requirement = Scope | "any" | "open";

/**
 * What each route asks for. Routes are added by these names alone, so one that is not here does not compile;
 * docs/authentication.md has the same table.
 */
export const ROUTES = {
  "/_bulk": "ingest",
  "/:index/_bulk": "ingest",
  "/v1/events": "ingest",
  "/v1/firehose": "ingest",
  "/v1/simulate": "read",
  "/v1/rules": "read",
  "/v1/alerts/:id": "read",
  "/metrics": "read",
  "/v1/alerts/:id/triage": "triage",
  "/-/reload": "admin",
  "/healthz": "open",
  // Whether it is ready is for everybody, why not is for those who may read.
  "/readyz": "open",
  // What shippers ask when they start.
  "/": "any",
  "/_cluster/health": "any",
  "/_cluster/health/:index": "any",
  "/_cat/health": "any",
  "/_license": "any",
  "/_xpack": "any",
  "/_cluster/settings": "any",
  "/_nodes": "any",
  "/_nodes/http": "any",
  "/_nodes/_all/http": "any",
  "/_data_stream/:name": "any",
  "/_template{/*rest}": "any",
  "/_index_template{/*rest}": "any",
  "/_component_template{/*rest}": "any",
  "/_ilm{/*rest}": "any",
  "/_ingest/pipeline{/*rest}": "any",
  "/_plugins/_ism{/*rest}": "any",
  "/_opendistro/_ism{/*rest}": "any",
  "/:index": "any",
} as const satisfies Readonly<Record<`/${string}`, Requirement>>;

export type RoutePath = keyof typeof ROUTES;

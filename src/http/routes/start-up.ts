import type { Request, Router } from "express";
import type { Guards } from "../authenticate.js";
import type { HttpContext } from "../context.js";
import { guardedRoutes } from "../guarded-routes.js";
import { sendJson, sendText } from "../send.js";

const CLUSTER_NAME = "trailtag";
const CLUSTER_UUID = "trailtag0000000000000A";

/** Versions that shippers accept: the lowest OpenSearch TrailTag writes to, the last Elasticsearch 7 that Beats take for their own. */
const OPENSEARCH_VERSION = "2.19.0";
const ELASTICSEARCH_VERSION = "7.17.29";

/** Templates, policies and pipelines: TrailTag has its own. */
const OWNED_ELSEWHERE = [
  "/_template{/*rest}",
  "/_index_template{/*rest}",
  "/_component_template{/*rest}",
  "/_ilm{/*rest}",
  "/_ingest/pipeline{/*rest}",
  "/_plugins/_ism{/*rest}",
  "/_opendistro/_ism{/*rest}",
] as const;

/** Whether this request comes from a shipper that talks to nothing but Elasticsearch. */
export function speaksElasticsearch(req: Request, compat: HttpContext["compat"]): boolean {
  if (compat !== "auto") return compat === "elasticsearch";
  const agent = req.headers["user-agent"] ?? "";
  if (/opensearch/i.test(agent)) return false;
  return /^elastic|elasticsearch|^logstash\//i.test(agent);
}

/**
 * What shippers ask before they send, answered without the cluster's help.
 * Templates and policies that they bring are acknowledged and not used: TrailTag owns its own. Said once in the log.
 */
export function startUpRoutes(context: HttpContext, guards: Guards): Router {
  const router = guardedRoutes(guards);
  const told = new Set<string>();

  router.get("/", (req, res) => {
    sendJson(
      req,
      res,
      200,
      speaksElasticsearch(req, context.compat) ? elasticsearchRoot() : openSearchRoot(),
    );
  });

  router.get(["/_cluster/health", "/_cluster/health/:index"], (req, res) => {
    sendJson(req, res, 200, clusterHealth(context));
  });
  router.get("/_cat/health", (_req, res) => {
    const { status } = clusterHealth(context);
    sendText(
      res,
      200,
      "text/plain; charset=UTF-8",
      `${CLUSTER_NAME} ${status} 1 1 true 0 0 0 0 0 0 - 100.0%\n`,
    );
  });
  router.get("/_license", (req, res) => {
    const license = {
      status: "active",
      uid: CLUSTER_UUID,
      type: "basic",
      issued_to: CLUSTER_NAME,
      max_nodes: 1000,
    };
    sendJson(req, res, 200, { license });
  });
  router.get("/_xpack", (req, res) => {
    const off = { available: false, enabled: false };
    const features = { ilm: off, security: off, monitoring: off, data_streams: off };
    sendJson(req, res, 200, {
      license: { uid: CLUSTER_UUID, type: "basic", mode: "basic", status: "active" },
      features,
    });
  });
  router.get("/_cluster/settings", (req, res) => {
    sendJson(req, res, 200, { persistent: {}, transient: {}, defaults: {} });
  });
  router.get(["/_nodes/http", "/_nodes/_all/http", "/_nodes"], (req, res) => {
    sendJson(req, res, 200, nodes(req));
  });

  router.get(OWNED_ELSEWHERE, (req, res) => {
    sendJson(req, res, 200, req.path.startsWith("/_index_template") ? { index_templates: [] } : {});
  });
  router.put(OWNED_ELSEWHERE, (req, res) => {
    const kind = req.path.split("/")[1] ?? "";
    if (!told.has(kind)) {
      told.add(kind);
      context.log.info("A shipper sent a template or policy; it is acknowledged and not used.", {
        path: req.path,
      });
    }
    req.resume();
    sendJson(req, res, 200, { acknowledged: true });
  });
  router.get("/_data_stream/:name", (req, res) => {
    sendJson(req, res, 200, { data_streams: [] });
  });
  // Data Prepper asks whether its index is there. GET of an index would promise a body that nobody here has.
  router.head("/:index", (req, res, next) => {
    if (req.path.startsWith("/_") || req.path.startsWith("/-")) next();
    else sendText(res, 200, "application/json; charset=UTF-8", "");
  });

  return router.router;
}

function openSearchRoot() {
  return {
    name: CLUSTER_NAME,
    cluster_name: CLUSTER_NAME,
    cluster_uuid: CLUSTER_UUID,
    version: {
      distribution: "opensearch",
      number: OPENSEARCH_VERSION,
      build_type: "tar",
      build_hash: "unknown",
      build_date: "2025-02-11T00:00:00.000000Z",
      build_snapshot: false,
      lucene_version: "9.12.1",
      minimum_wire_compatibility_version: "7.10.0",
      minimum_index_compatibility_version: "7.0.0",
    },
    tagline: "The OpenSearch Project: https://opensearch.org/",
  };
}

function elasticsearchRoot() {
  return {
    name: CLUSTER_NAME,
    cluster_name: CLUSTER_NAME,
    cluster_uuid: CLUSTER_UUID,
    version: {
      number: ELASTICSEARCH_VERSION,
      build_flavor: "default",
      build_type: "tar",
      build_hash: "unknown",
      build_date: "2025-06-18T00:00:00.000000Z",
      build_snapshot: false,
      lucene_version: "8.11.3",
      minimum_wire_compatibility_version: "6.8.0",
      minimum_index_compatibility_version: "6.0.0-beta1",
    },
    tagline: "You Know, for Search",
  };
}

/** Green while the store takes writes, red while it is away: what a person who asks would want to know. */
function clusterHealth(context: HttpContext) {
  const { ready, store } = context.pipeline.status();
  const status = store.ready ? "green" : ready ? "yellow" : "red";
  return {
    cluster_name: CLUSTER_NAME,
    status,
    timed_out: false,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    discovered_master: true,
    discovered_cluster_manager: true,
    active_primary_shards: 0,
    active_shards: 0,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: 0,
    delayed_unassigned_shards: 0,
    number_of_pending_tasks: 0,
    number_of_in_flight_fetch: 0,
    task_max_waiting_in_queue_millis: 0,
    active_shards_percent_as_number: 100,
  };
}

/** A client that sniffs must find its way back here: the address it used is the one it is told. */
function nodes(req: Request) {
  const address = req.headers.host ?? "127.0.0.1:9280";
  const version = OPENSEARCH_VERSION;
  const node = { name: CLUSTER_NAME, version, roles: ["data", "ingest"], http: { publish_address: address } };
  return {
    _nodes: { total: 1, successful: 1, failed: 0 },
    cluster_name: CLUSTER_NAME,
    nodes: { [CLUSTER_UUID]: node },
  };
}

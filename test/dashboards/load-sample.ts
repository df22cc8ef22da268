import { loadMappings } from "../../dev/dashboards/build.js";
import type { AlertDocument, EventDocument, Hit } from "../../src/enrich/types.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { RISK_SCORES, severityRank, type Severity } from "../../src/lib/severity.js";
import { testOpenSearch } from "../harness/opensearch.js";

const DAY = "2026-03-02";
const ACCOUNT = "111122223333";

/**
 * Puts events and alerts under a prefix into the OpenSearch of the tests, and makes them searchable.
 * The documents are few and written here in the form that the service stores; whoever has the service at hand
 * can ship a sample through it instead.
 */
export async function loadSample(prefix: string): Promise<void> {
  const mappings = loadMappings(packageRoot);
  await createIndex(`${prefix}-events-2026.w10`, mappings.events);
  await createIndex(`${prefix}-alerts-2026.03`, mappings.alerts);
  await send("POST", `/${prefix}-events-2026.w10/_bulk?refresh=true`, toBulk(sampleEvents()));
  await send("POST", `/${prefix}-alerts-2026.03/_bulk?refresh=true`, toBulk(sampleAlerts()));
}

function sampleEvents(): EventDocument[] {
  const stop = toHit("AWS.CloudTrail.Trail.Stopped", "Trail stopped", "high", "T1685.002", "TA0112");
  const denied = toHit(
    "AWS.CloudTrail.VPCE.AccessDenied",
    "VPC endpoint access denied",
    "medium",
    "T1599",
    "TA0112",
  );
  const root = toHit("AWS.CloudTrail.Console.RootLogin", "Root signed in", "critical", "T1078.004", "TA0001");
  return [
    toEvent(1, "cloudtrail", "StopLogging", "mallory", [stop]),
    toEvent(2, "s3", "GetObject", "mallory", [denied], "VpceAccessDenied"),
    toEvent(3, "signin", "ConsoleLogin", "root", [root]),
    toEvent(4, "ec2", "DescribeInstances", "alice", []),
    toEvent(5, "kms", "Decrypt", "alice", [], "AccessDenied"),
  ];
}

function toHit(id: string, name: string, severity: Severity, technique: string, tactic: string): Hit {
  return {
    rule_id: id,
    rule_name: name,
    kind: "panther",
    severity,
    risk_score: RISK_SCORES[severity],
    title: name,
    dedup_key: ACCOUNT,
    alert_id: `alert-${id}`,
    tactics: [tactic],
    techniques: [technique],
  };
}

function toEvent(
  n: number,
  service: string,
  name: string,
  actor: string,
  hits: readonly Hit[],
  errorCode?: string,
): EventDocument {
  const time = `${DAY}T0${n}:15:00Z`;
  const severity = hits[0]?.severity;
  return {
    eventVersion: "1.11",
    eventTime: time,
    eventSource: `${service}.amazonaws.com`,
    eventName: name,
    ...(errorCode !== undefined && { errorCode }),
    requestParameters: { name: "main" },
    "@timestamp": time,
    event: {
      id: `event-${n}`,
      kind: "event",
      action: name,
      outcome: errorCode === undefined ? "success" : "failure",
      ingested: time,
      ...(severity !== undefined && { severity: severityRank(severity), risk_score: RISK_SCORES[severity] }),
    },
    cloud: { provider: "aws", account: { id: ACCOUNT }, region: n % 2 === 0 ? "us-east-1" : "eu-west-1" },
    source: { address: `198.51.100.${n}`, ip: `198.51.100.${n}` },
    actor_user: actor,
    ...(hits.length > 0 && {
      rule: { id: hits.map((hit) => hit.rule_id), name: hits.map((hit) => hit.rule_name) },
      threat: toThreat(hits),
    }),
    detection: {
      count: hits.length,
      ...(severity !== undefined && { severity, risk_score: RISK_SCORES[severity] }),
      alert_ids: hits.map((hit) => hit.alert_id ?? ""),
      hits,
      suppressed_by: [],
      ruleset: "sample",
    },
  };
}

function toThreat(hits: readonly Hit[]): NonNullable<EventDocument["threat"]> {
  const tactics = hits.flatMap((hit) => hit.tactics);
  const techniques = hits.flatMap((hit) => hit.techniques);
  return {
    framework: "MITRE ATT&CK",
    tactic: { id: tactics, name: tactics.map((id) => `Name of ${id}`) },
    technique: { id: techniques, name: techniques.map((id) => `Name of ${id}`) },
  };
}

function sampleAlerts(): AlertDocument[] {
  return sampleEvents().flatMap((event) => event.detection.hits.map((hit) => toAlert(event, hit)));
}

function toAlert(event: EventDocument, hit: Hit): AlertDocument {
  const time = event["@timestamp"];
  const address = event.source?.ip ?? "";
  return {
    "@timestamp": `${time.slice(0, 13)}:00:00Z`,
    alert: {
      id: hit.alert_id ?? "",
      title: hit.title,
      status: hit.severity === "medium" ? "closed" : "open",
      severity: hit.severity,
      risk_score: hit.risk_score,
      count: 1,
      threshold: 1,
      window_start: `${time.slice(0, 13)}:00:00Z`,
      window_end: `${time.slice(0, 13)}:59:59Z`,
      first_seen: time,
      last_seen: time,
      event_ids: [event.event.id],
      dedup_key: ACCOUNT,
      updated_at: time,
      pending: false,
    },
    rule: { id: hit.rule_id, name: hit.rule_name, kind: hit.kind },
    threat: toThreat([hit]),
    cloud: event.cloud,
    related: { user: [event.actor_user ?? ""], ip: [address], account: [ACCOUNT] },
    entities: [
      { type: "user", id: event.actor_user ?? "" },
      { type: "ip", id: address },
    ],
    outcome: { actor_user: event.actor_user ?? "" },
  };
}

async function createIndex(name: string, mappings: object): Promise<void> {
  await send("PUT", `/${name}`, JSON.stringify({ settings: { number_of_replicas: 0 }, mappings }));
}

function toBulk(documents: readonly object[]): string {
  return documents.map((document) => `{"index":{}}\n${JSON.stringify(document)}\n`).join("");
}

async function send(method: string, path: string, body: string): Promise<void> {
  const headers = { "content-type": path.includes("_bulk") ? "application/x-ndjson" : "application/json" };
  const response = await fetch(testOpenSearch().url + path, { method, headers, body });
  const answer = (await response.json()) as { errors?: boolean };
  if (!response.ok || answer.errors === true) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
}

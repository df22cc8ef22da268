import { createHash } from "node:crypto";
import { toAlert, toAlerts } from "../../../src/enrich/alerts.js";
import { toStoredEvent } from "../../../src/enrich/stored-event.js";
import type { AlertDocument, Hit } from "../../../src/enrich/types.js";
import type { JsonObject } from "../../../src/lib/json.js";
import type { EventWrite, StoreLog } from "../../../src/output/store.js";
import { loadIndexMappings } from "../../../src/output/opensearch/load-mappings.js";
import { createOpenSearchStore, type OpenSearchStoreOptions } from "../../../src/output/opensearch/store.js";

export const NOON = Date.UTC(2026, 10, 17, 12);
const WINDOW_MS = 3_600_000;

export interface EventSpec {
  readonly id: string;
  /** Default NOON. */
  readonly time?: number;
  /** Dedup keys of the alerts it raises. */
  readonly alerts?: readonly string[];
  readonly user?: string;
  /** Further fields of the record. */
  readonly record?: JsonObject;
}

/** A tagged event as enrich makes it, cut down to what the store looks at. */
export function eventWrite(spec: EventSpec): EventWrite {
  const { id, time = NOON, alerts = [], user = "alice", record = {} } = spec;
  const windowStart = new Date(Math.floor(time / WINDOW_MS) * WINDOW_MS).toISOString();
  const hits: Hit[] = alerts.map((key) => ({
    rule_id: "Test.Rule",
    rule_name: "A rule",
    kind: "panther",
    severity: "medium",
    risk_score: 47,
    title: `Seen ${key}`,
    dedup_key: key,
    alert_id: alertId(key, time),
    window_start: windowStart,
    window_minutes: 60,
    tactics: [],
    techniques: [],
  }));
  const derived = {
    "@timestamp": new Date(time).toISOString(),
    event: { id, kind: "event", outcome: "success", ingested: new Date(NOON).toISOString() },
    cloud: { provider: "aws" },
    related: { user: [user], ip: ["192.0.2.7"] },
    detection: {
      count: hits.length,
      alert_ids: hits.map((hit) => hit.alert_id),
      hits,
      suppressed_by: [],
      ruleset: "r1",
    },
  };
  const cloudtrail = { eventID: id, eventName: "GetThing", ...record };
  const document = { ...cloudtrail, ...derived };
  return {
    kind: "event",
    id,
    time,
    document: JSON.stringify(document),
    alerts: alertsOf(document as unknown as JsonObject),
    raw: Buffer.from(JSON.stringify(cloudtrail)),
    source: { route: "/_bulk" },
    ruleIds: [],
    suppressed: [],
    toSafeDocument: () =>
      JSON.stringify({ ...derived, event: { ...derived.event, reshaped: ["*"] }, original: cloudtrail }),
  };
}

export function alertId(key: string, time = NOON): string {
  return `alert-${key}-${Math.floor(time / WINDOW_MS)}`;
}

export function alertsOf(stored: JsonObject): AlertDocument[] {
  const event = toStoredEvent(stored);
  return event === undefined ? [] : toAlerts(event, () => undefined);
}

function recordOf(document: any): unknown {
  const record = document.original ?? document;
  return [record.eventID, record.eventName, record.requestParameters];
}

export interface TestStoreOptions extends Partial<OpenSearchStoreOptions> {
  readonly url: string;
  readonly prefix: string;
}

export function testStore({ url, prefix, ...options }: TestStoreOptions) {
  const lines: { level: string; message: string; fields: unknown }[] = [];
  const log: StoreLog = (level, message, fields) => void lines.push({ level, message, fields });
  const store = createOpenSearchStore({
    client: { node: url },
    prefix,
    indexPeriod: "week",
    mappings: loadIndexMappings(),
    log,
    alertsOf,
    toAlert: (parts) => toAlert(parts, () => undefined),
    sameRecord: (a, b) => JSON.stringify(recordOf(a)) === JSON.stringify(recordOf(b)),
    toDeadLetters: ({ reason, raw, source }) => [
      {
        id: createHash("sha256").update(raw).digest("hex"),
        document: {
          "@timestamp": new Date(NOON).toISOString(),
          reason,
          raw: Buffer.from(raw).toString("base64"),
          size_bytes: raw.length,
          source,
        },
      },
    ],
    ...options,
  });
  return { store, lines };
}

/** Asks OpenSearch directly, past everything under test. */
export async function ask(url: string, method: string, path: string, body?: unknown): Promise<any> {
  const answer = await fetch(`${url}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  return answer.json();
}

/** Documents under a pattern, after a refresh, with a query string if given. */
export async function stored(url: string, pattern: string): Promise<any[]> {
  await ask(url, "POST", `/${pattern}/_refresh`);
  const answer = await ask(url, "POST", `/${pattern}/_search`, { size: 10_000, seq_no_primary_term: true });
  return answer.hits.hits;
}

export function seconds(n: number): number {
  return Date.now() + n * 1_000;
}

// Stand-ins for what src/enrich brings: here only the files are under test.
import { isDeepStrictEqual } from "node:util";
import type { AlertParts } from "../../../src/enrich/alerts.js";
import type { AlertDocument, DeadLetterDocument, EventDocument } from "../../../src/enrich/types.js";
import type { FilesStoreOptions } from "../../../src/output/files/store.js";
import type { DeadLetterWrite, EventWrite } from "../../../src/output/store.js";

const SOURCE = { route: "/_bulk" } as const;
const START = Date.parse("2026-11-20T10:00:00.000Z");

/** Event number n; with `alert`, it raises the alert of that id. */
export function eventWrite(n: number | string, alert?: string, content = "x"): EventWrite {
  const id = `event-${n}`;
  const time = START + (typeof n === "number" ? n * 1000 : 0);
  const hits =
    alert === undefined ? [] : [{ alert_id: alert, rule_id: "Test.Rule", title: `Alert ${alert}` }];
  const document = {
    eventID: id,
    content,
    "@timestamp": new Date(time).toISOString(),
    event: { id, ingested: new Date().toISOString() },
    detection: { count: hits.length, hits },
  };
  return {
    kind: "event",
    id,
    time,
    document: JSON.stringify(document),
    alerts: alertsOf(document as unknown as EventDocument),
    raw: Buffer.from(JSON.stringify({ eventID: id, content })),
    source: SOURCE,
    ruleIds: [],
    suppressed: [],
    toSafeDocument: () => JSON.stringify(document),
  };
}

export function deadWrite(raw: string | Uint8Array): DeadLetterWrite {
  return {
    kind: "dead_letter",
    reason: { code: "not_cloudtrail", message: "It has no eventName." },
    raw: Buffer.from(raw),
    source: SOURCE,
  };
}

export function alertsOf(document: EventDocument): AlertDocument[] {
  return document.detection.hits.map((hit) => {
    const seen = document["@timestamp"];
    return {
      "@timestamp": seen,
      alert: {
        id: hit.alert_id ?? "",
        title: hit.title,
        status: "open",
        severity: "medium",
        risk_score: 47,
        count: 1,
        threshold: 1,
        window_start: "2026-11-20T10:00:00.000Z",
        window_end: "2026-11-20T11:00:00.000Z",
        first_seen: seen,
        last_seen: seen,
        event_ids: [document.event.id],
        dedup_key: "key",
        updated_at: seen,
        pending: true,
      },
      rule: { id: hit.rule_id, name: "Test rule", kind: "panther" },
      cloud: { provider: "aws" },
      related: {},
      entities: [],
      outcome: {},
    };
  });
}

export function toAlert({ first, hit, stats, previous }: AlertParts): AlertDocument {
  const [made] = alertsOf({ ...first, detection: { ...first.detection, hits: [hit] } });
  const { related, ...seen } = stats;
  const status = previous?.alert.status ?? "open";
  return { ...made!, alert: { ...made!.alert, ...seen, status, pending: false }, related };
}

/** Chunks of 8 bytes. */
export function toDeadLetters(write: DeadLetterWrite, now: number): DeadLetterDocument[] {
  const of = Math.max(1, Math.ceil(write.raw.length / 8));
  return Array.from({ length: of }, (_, n) => ({
    "@timestamp": new Date(now).toISOString(),
    reason: write.reason,
    raw: Buffer.from(write.raw.subarray(n * 8, n * 8 + 8)).toString("base64"),
    ...(of > 1 ? { chunk: { n, of } } : {}),
    size_bytes: write.raw.length,
    source: write.source,
  }));
}

export function filesOptions(dir: string, more: Partial<FilesStoreOptions> = {}): FilesStoreOptions {
  return {
    dir,
    alertsOf,
    toAlert,
    sameRecord: (a, b) => isDeepStrictEqual([a["eventID"], a["content"]], [b["eventID"], b["content"]]),
    toDeadLetters,
    clock: Date.now,
    log: () => undefined,
    ...more,
  };
}

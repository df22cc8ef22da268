import type { AlertDocument } from "../../enrich/types.js";
import type { StoreLog } from "../store.js";
import { pauseBeforeRound } from "./backoff.js";
import type { BatchQueue } from "./batch-queue.js";
import type { Verdict } from "./verdict.js";
import type { BulkItem, BulkResult, BulkVerdict } from "./bulk-sender.js";
import type { IndexMaker } from "./index-maker.js";
import type { IndexNames } from "./index-names.js";

/** Update of one alert; `key` tells items of the same alert. */
export interface AlertItem extends BulkItem {
  readonly key: string;
  readonly index: string;
  /** Sent instead when OpenSearch refuses the document as it is. */
  readonly safeBody: string;
}

export interface PendingAlert {
  readonly id: string;
  readonly index: string;
}

/**
 * Marks alerts as pending, making those that are not there. Each batch marks again: a reconciler anywhere may just
 * have read the events without the new ones, and only a later version of the alert makes its write fail.
 *
 * Nothing but the mark is written to an alert that is there, so what people set stays.
 */
export function createAlertWriter(options: {
  readonly names: IndexNames;
  readonly maker: Pick<IndexMaker, "ensure" | "forget" | "target">;
  readonly queue: BatchQueue<AlertItem, BulkResult>;
  readonly log: StoreLog;
}) {
  return async function markAlerts(
    alerts: readonly AlertDocument[],
    deadline: number,
  ): Promise<PendingAlert[]> {
    const distinct = earliestOfEach(alerts);
    const pending = distinct.map((alert) => ({
      id: alert.alert.id,
      index: alertIndex(options.names, alert),
    }));
    const { maker } = options;
    let items = distinct.map((alert) => toItem(alert, alertIndex(options.names, alert)));
    for (let round = 1; items.length > 0; round++) {
      await pauseBeforeRound(round);
      const actions = items.map((item) => ({ ...item, action: actionOf(item, maker) }));
      const settled = await options.queue.submit(actions, deadline);
      const gone = new Set<string>();
      items = items.flatMap((item, i) => {
        const result = settled[i]?.result;
        if (result?.kind === "no_index") {
          gone.add(item.index);
          return [item];
        }
        if (result?.kind !== "fault") return [];
        options.log("error", "OpenSearch refused an alert; it is stored without its outcome fields.", {
          alert: item.key,
          fault: result.fault.type,
        });
        return [{ ...item, body: item.safeBody }];
      });
      for (const index of gone) maker.forget(index);
      await maker.ensure(gone, deadline);
    }
    return pending;
  };
}

export function alertIndex(names: IndexNames, alert: AlertDocument): string {
  return names.alerts(Date.parse(alert.alert.window_start));
}

/**
 * Wraps the sender of updates: items of one alert that came together are sent once, and a conflict (another writer
 * was faster, more often than OpenSearch itself tried) is tried again, since it must not cost the mark.
 */
export function onePerAlert(
  send: (items: readonly BulkItem[]) => Promise<BulkVerdict[]>,
): (items: readonly AlertItem[]) => Promise<Verdict<BulkResult>[]> {
  return async (items) => {
    const distinct = new Map<string, AlertItem>();
    for (const item of items) if (!distinct.has(item.key)) distinct.set(item.key, item);
    const verdicts = await send([...distinct.values()]);
    const byKey = new Map([...distinct.keys()].map((key, i) => [key, verdicts[i]]));
    return items.map((item) => {
      const verdict = byKey.get(item.key);
      if (verdict === undefined) throw new Error("An alert was sent without a verdict.");
      if (verdict.kind === "done" && verdict.result.kind === "conflict") {
        const message = "another writer keeps changing the alert";
        return { kind: "retry", reason: "conflict", message, scope: "item", unknown: false };
      }
      return verdict;
    });
  };
}

/** The event that an alert is shown with until it is derived: the first by (event time, id) of those at hand. */
function earliestOfEach(alerts: readonly AlertDocument[]): AlertDocument[] {
  const byId = new Map<string, AlertDocument>();
  for (const alert of alerts) {
    const other = byId.get(alert.alert.id);
    if (other === undefined || order(alert) < order(other)) byId.set(alert.alert.id, alert);
  }
  return [...byId.values()];
}

function order({ alert }: AlertDocument): string {
  return `${alert.first_seen} ${alert.event_ids[0] ?? ""}`;
}

/** An alert before it is known where to write it. */
type UnsentAlert = Omit<AlertItem, "action">;

function toItem(alert: AlertDocument, index: string): UnsentAlert {
  const upsert: AlertDocument = { ...alert, alert: { ...alert.alert, pending: true } };
  return {
    key: alert.alert.id,
    index,
    body: updateBody(upsert),
    safeBody: updateBody({ ...upsert, outcome: {}, related: {}, entities: [] }),
  };
}

function actionOf({ key, index }: UnsentAlert, maker: Pick<IndexMaker, "target">): string {
  return `{"update":{${maker.target(index)},"_id":${JSON.stringify(key)},"retry_on_conflict":3}}`;
}

function updateBody(upsert: AlertDocument): string {
  return `{"doc":{"alert":{"pending":true}},"detect_noop":false,"upsert":${JSON.stringify(upsert)}}`;
}

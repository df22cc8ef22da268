import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AlertDocument } from "../../src/enrich/types.js";
import { EXIT } from "../../src/lib/errors.js";
import { Failure } from "../failure.js";
import type { StoreChoice } from "../store-choice.js";
import { authHeaders, indexPrefix } from "./cluster.js";

const SETTLE_TIMEOUT_MS = 90_000;
/** The sample's day: other alerts of a cluster that was named are none of the demo's business. */
const DAY = { gte: "2026-11-02T00:00:00Z", lt: "2026-11-03T00:00:00Z" };

/** The sample's alerts, once each is derived from its stored events. */
export async function readSettledAlerts(store: StoreChoice): Promise<AlertDocument[]> {
  const end = performance.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const alerts = store.kind === "files" ? fromFiles(store.dir) : await fromOpenSearch(store.url);
    if (alerts.length > 0 && alerts.every(({ alert }) => !alert.pending)) return alerts;
    if (performance.now() > end) {
      const pending = alerts.filter(({ alert }) => alert.pending).length;
      const why = alerts.length === 0 ? "there are none" : `${pending} of ${alerts.length} are pending`;
      throw new Failure(`The alerts were not complete in time: ${why}.`, EXIT.unavailable);
    }
    await sleep(250);
  }
}

async function fromOpenSearch(url: string): Promise<AlertDocument[]> {
  const index = `${indexPrefix()}-alerts-*`;
  const query = { size: 1000, query: { range: { "@timestamp": DAY } } };
  await ask(`${url}/${index}/_refresh?ignore_unavailable=true`, undefined);
  const answer = await ask(`${url}/${index}/_search?ignore_unavailable=true`, query);
  const hits = (answer as { hits: { hits: { _source: AlertDocument }[] } }).hits.hits;
  return hits.map((hit) => hit._source);
}

async function ask(url: string, body: unknown): Promise<unknown> {
  let why: string;
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...authHeaders() },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    why = `${answer.status} ${text}`;
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  throw new Failure(`The alerts could not be read from OpenSearch: ${why}`, EXIT.unavailable);
}

/** For alerts the last line of an id wins. */
function fromFiles(dir: string): AlertDocument[] {
  const byId = new Map<string, AlertDocument>();
  const lines = readFileSync(join(dir, "alerts.ndjson"), "utf8").split("\n");
  // The line after the last line break may be half written.
  for (const line of lines.slice(0, -1)) {
    const document = JSON.parse(line) as AlertDocument;
    byId.set(document.alert.id, document);
  }
  return [...byId.values()].filter((d) => d["@timestamp"] >= DAY.gte && d["@timestamp"] < DAY.lt);
}

import { waitFor } from "../../harness/wait-for.js";

/** What OpenSearch holds under a prefix, asked past everything under test. */
export interface Stored {
  /** How often each event id stands in the events indices. */
  readonly events: ReadonlyMap<string, number>;
  /** Members of the alerts by the start of their window, ms since the epoch, as the alerts themselves count. */
  readonly alerts: ReadonlyMap<number, number>;
  /** Events that carry a tag. */
  readonly tagged: number;
  readonly deadLetters: number;
}

const PAGE = 5_000;

/** @throws when OpenSearch does not answer, or alerts stay pending for two minutes. */
export async function readStored(url: string, prefix: string): Promise<Stored> {
  const all = `${prefix}-events-*,${prefix}-alerts-*,${prefix}-deadletter`;
  await waitFor(
    async () => {
      await ask(url, "POST", `/${all}/_refresh?ignore_unavailable=true`);
      return (await count(url, `${prefix}-alerts-*`, { term: { "alert.pending": true } })) === 0;
    },
    { what: "alerts to be derived from their events", timeout_ms: 120_000, every_ms: 500 },
  );
  const alerts = new Map<number, number>();
  for await (const hit of everyHit(url, `${prefix}-alerts-*`, ["alert.count", "alert.window_start"])) {
    const { alert } = hit._source as { alert: { count: number; window_start: string } };
    const window = Date.parse(alert.window_start);
    alerts.set(window, (alerts.get(window) ?? 0) + alert.count);
  }
  const events = new Map<string, number>();
  for await (const hit of everyHit(url, `${prefix}-events-*`, false)) {
    events.set(hit._id, (events.get(hit._id) ?? 0) + 1);
  }
  return {
    events,
    alerts,
    tagged: await count(url, `${prefix}-events-*`, { range: { "detection.count": { gte: 1 } } }),
    deadLetters: await count(url, `${prefix}-deadletter`, { match_all: {} }),
  };
}

export async function count(url: string, indices: string, query: object): Promise<number> {
  const path = `/${indices}/_count?ignore_unavailable=true&allow_no_indices=true`;
  return ((await ask(url, "POST", path, { query })) as { count: number }).count;
}

interface SearchHit {
  readonly _id: string;
  readonly _source?: unknown;
}

interface Page {
  readonly _scroll_id: string;
  readonly hits: { readonly hits: readonly SearchHit[] };
  readonly _shards: { readonly failed: number };
}

/** By scrolling: a point in time with `search_after` on `_shard_doc` leaves out a hit where one shard follows another. */
async function* everyHit(url: string, indices: string, source: readonly string[] | false) {
  const expected = await count(url, indices, { match_all: {} });
  if (expected === 0) return;
  const query = { size: PAGE, _source: source, sort: ["_doc"] };
  let page = (await ask(url, "POST", `/${indices}/_search?scroll=2m`, query)) as Page;
  let read = 0;
  try {
    while (page.hits.hits.length > 0) {
      // Part of the shards would look like loss.
      if (page._shards.failed > 0) throw new Error("A search did not reach every shard.");
      yield* page.hits.hits;
      read += page.hits.hits.length;
      page = (await ask(url, "POST", "/_search/scroll", {
        scroll: "2m",
        scroll_id: page._scroll_id,
      })) as Page;
    }
  } finally {
    await ask(url, "DELETE", "/_search/scroll", { scroll_id: page._scroll_id });
  }
  if (read !== expected) throw new Error(`${read} of ${expected} documents of ${indices} were read.`);
}

async function ask(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const signal = AbortSignal.timeout(60_000);
  const answer = await fetch(`${url}${path}`, { method, signal, ...(body === undefined ? {} : json) });
  const reply: unknown = await answer.json();
  if (!answer.ok)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(reply).slice(0, 300)}`);
  return reply;
}

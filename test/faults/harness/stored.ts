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
  readonly sort: readonly unknown[];
}

async function* everyHit(url: string, indices: string, source: readonly string[] | false) {
  const found = (await ask(url, "GET", `/_cat/indices/${indices}?format=json`)) as unknown[];
  if (found.length === 0) return;
  const pit = (await ask(url, "POST", `/${indices}/_search/point_in_time?keep_alive=2m`)) as {
    pit_id: string;
  };
  try {
    let after: readonly unknown[] | undefined;
    for (;;) {
      const body = {
        size: PAGE,
        _source: source,
        pit: { id: pit.pit_id, keep_alive: "2m" },
        sort: [{ _shard_doc: "asc" }],
        track_total_hits: false,
        ...(after === undefined ? {} : { search_after: after }),
      };
      const { hits, _shards } = (await ask(url, "POST", "/_search", body)) as {
        hits: { hits: SearchHit[] };
        _shards: { failed: number };
      };
      // Part of the shards would look like loss.
      if (_shards.failed > 0) throw new Error("A search did not reach every shard.");
      yield* hits.hits;
      after = hits.hits.at(-1)?.sort;
      if (after === undefined) return;
    }
  } finally {
    await ask(url, "DELETE", "/_search/point_in_time", { pit_id: [pit.pit_id] });
  }
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

import type { JsonValue } from "../../lib/json.js";
import { at, membersQuery, toMembers, type AlertMembers } from "./alert-members.js";
import type { PendingAlert } from "./alert-writer.js";
import { replyJson, type OpenSearchClient } from "./client.js";

/** "gone": there is no such index (retention); "failed": it is there and cannot be read in full just now. */
export type Refreshed = "ok" | "gone" | "failed";

const AT_ONCE = 4;

/**
 * Makes everything written to the indices so far visible to searches, or only looks whether they are there.
 * @throws NoReplyError
 */
export async function refreshIndices(
  client: OpenSearchClient,
  indices: ReadonlySet<string>,
  canRefresh = true,
): Promise<Map<string, Refreshed>> {
  const refreshed = new Map<string, Refreshed>();
  const left = [...indices];
  const worker = async () => {
    for (let index = left.pop(); index !== undefined; index = left.pop()) {
      const reply = canRefresh
        ? await client.request({ method: "POST", path: `/${index}/_refresh` })
        : await client.request({ method: "HEAD", path: `/${index}` });
      const whole = reply.status === 200 && (!canRefresh || at(replyJson(reply), "_shards", "failed") === 0);
      refreshed.set(index, whole ? "ok" : reply.status === 404 ? "gone" : "failed");
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return refreshed;
}

/** Members of each alert, in order; undefined where they could not be had in full. @throws NoReplyError */
export async function findMembers(
  client: OpenSearchClient,
  alerts: readonly { readonly id: string; readonly indices: readonly string[] }[],
): Promise<(AlertMembers | undefined)[]> {
  const asked = alerts.filter(({ indices }) => indices.length > 0);
  const responses = new Map<string, JsonValue>();
  if (asked.length > 0) {
    const body = asked.map(({ id, indices }) => membersQuery(id, indices)).join("");
    const query = { rest_total_hits_as_int: "false" };
    const reply = await client.request({ method: "POST", path: "/_msearch", query, body, ndjson: true });
    const answers = at(replyJson(reply), "responses");
    const list = Array.isArray(answers) ? (answers as readonly JsonValue[]) : [];
    if (list.length === asked.length) {
      for (const [i, { id }] of asked.entries()) responses.set(id, list[i] ?? null);
    }
  }
  return alerts.map(({ id, indices }) => (indices.length === 0 ? NONE : toMembers(responses.get(id))));
}

const NONE: AlertMembers = {
  stats: { count: 0, first_seen: "", last_seen: "", event_ids: [], related: {} },
  firstIndex: "",
};

/** Alerts that are marked as pending, as of the last refresh of their index; up to `size`. */
export async function findPending(
  client: OpenSearchClient,
  pattern: string,
  size: number,
): Promise<PendingAlert[]> {
  const body = JSON.stringify({ query: { term: { "alert.pending": true } }, size, _source: false });
  const query = { ignore_unavailable: "true", allow_no_indices: "true" };
  const reply = await client.request({ method: "POST", path: `/${pattern}/_search`, query, body });
  const hits = at(replyJson(reply), "hits", "hits");
  if (reply.status !== 200 || !Array.isArray(hits)) throw new Error(`HTTP ${reply.status}`);
  return (hits as readonly JsonValue[]).flatMap((hit) => {
    const [id, index] = [at(hit, "_id"), at(hit, "_index")];
    return typeof id === "string" && typeof index === "string" ? [{ id, index }] : [];
  });
}

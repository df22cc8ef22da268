import { setTimeout as pause } from "node:timers/promises";
import { isJsonArray } from "../../../lib/json.js";
import { at } from "../../../output/opensearch/alert-members.js";
import type { Check } from "../checks.js";
import type { OpenSearchStoreView } from "../context.js";
import { ok, warn } from "../finding.js";
import { countOf } from "../some-of.js";

const DEFAULT_PATIENCE_MS = 5_000;
const LOOKS = 5;
const MAX_LOOKED_AT = 1_000;

/** Alerts are pending for moments; only those that stay so, unchanged, were left behind. */
export const pendingAlertsCheck: Check = async (context) => {
  const view = context.openSearch();
  const patience = context.options.patienceMs ?? DEFAULT_PATIENCE_MS;
  let left = await pendingIn(view);
  for (let look = 0; left.size > 0 && look < LOOKS; look++) {
    await pause(patience / LOOKS);
    const now = await pendingIn(view);
    left = new Set([...left].filter((version) => now.has(version)));
  }
  if (left.size === 0) return ok("Every alert is derived from all its events.");
  const many =
    left.size >= MAX_LOOKED_AT
      ? `${MAX_LOOKED_AT} or more alerts wait`
      : `${countOf(left.size, "alert")} ${left.size === 1 ? "waits" : "wait"}`;
  const message = `${many} to be brought up to date: counts may be too low.`;
  return warn(
    message,
    "A running TrailTag takes them up within a minute; where they stay, its log says why.",
  );
};

/** Each alert with its version. */
async function pendingIn({ client, names, get }: OpenSearchStoreView): Promise<Set<string>> {
  const path = `/${names.alertsPattern}`;
  // As of a moment ago: where refreshing is not allowed, derived ones may show as pending for seconds.
  await client.request({ method: "POST", path: `${path}/_refresh`, query: { ignore_unavailable: "true" } });
  const answer = await get(`${path}/_search`, {
    q: "alert.pending:true",
    size: String(MAX_LOOKED_AT),
    _source: "false",
    seq_no_primary_term: "true",
    ignore_unavailable: "true",
  });
  const hits = at(answer, "hits", "hits");
  return new Set(
    (isJsonArray(hits) ? hits : []).map((hit) =>
      JSON.stringify([at(hit, "_index"), at(hit, "_id"), at(hit, "_seq_no")]),
    ),
  );
}

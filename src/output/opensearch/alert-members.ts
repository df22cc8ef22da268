import { MAX_ALERT_RELATED, MAX_EVENT_IDS, type AlertStats } from "../../enrich/alert-stats.js";
import { RELATED_KINDS, type RelatedKind } from "../../event/types.js";
import { isJsonObject, own, type JsonObject, type JsonValue } from "../../lib/json.js";

/** What the stored events say about one alert. */
export interface AlertMembers {
  /** A count of 0 when no event of it is stored any more. */
  readonly stats: AlertStats;
  /** Where the first one is stored. */
  readonly firstIndex: string;
}

/** Header and body of a multi-search for the members of one alert. */
export function membersQuery(alertId: string, indices: readonly string[]): string {
  const header = { index: indices, allow_partial_search_results: false };
  const aggs = {
    first: { min: { field: "@timestamp" } },
    last: { max: { field: "@timestamp" } },
    ...Object.fromEntries(
      RELATED_KINDS.map((kind) => [
        kind,
        { terms: { field: `related.${kind}`, size: MAX_ALERT_RELATED + 1, order: { _key: "asc" } } },
      ]),
    ),
  };
  const body = {
    query: { bool: { filter: [{ term: { "detection.alert_ids": alertId } }] } },
    size: MAX_EVENT_IDS,
    _source: false,
    track_total_hits: true,
    sort: [{ "@timestamp": "asc" }, { "event.id": "asc" }],
    aggs,
  };
  return `${JSON.stringify(header)}\n${JSON.stringify(body)}\n`;
}

/** Undefined when the answer is an error or lacks the results of a shard: a part would pass for the whole. */
export function toMembers(response: JsonValue | undefined): AlertMembers | undefined {
  const total = at(response, "hits", "total", "value");
  const hits = at(response, "hits", "hits");
  if (typeof total !== "number" || !Array.isArray(hits)) return undefined;
  if (at(response, "_shards", "failed") !== 0 || at(response, "timed_out") === true) return undefined;
  const found = hits as readonly JsonValue[];
  const firstIndex = at(found[0], "_index");
  const stats = {
    count: total,
    first_seen: toIso(at(response, "aggregations", "first", "value")),
    last_seen: toIso(at(response, "aggregations", "last", "value")),
    event_ids: found.map((hit) => at(hit, "_id")).filter((id) => typeof id === "string"),
    ...relatedOf(response, total > MAX_EVENT_IDS ? ["alert.event_ids"] : []),
  };
  return { stats, firstIndex: typeof firstIndex === "string" ? firstIndex : "" };
}

function relatedOf(
  response: JsonValue | undefined,
  truncated: string[],
): Pick<AlertStats, "related" | "truncated"> {
  const related: [RelatedKind, string[]][] = [];
  for (const kind of RELATED_KINDS) {
    const buckets = at(response, "aggregations", kind, "buckets");
    if (!Array.isArray(buckets)) continue;
    const values = (buckets as readonly JsonValue[]).map((bucket) => at(bucket, "key"));
    const texts = values.filter((value) => typeof value === "string");
    if (texts.length > MAX_ALERT_RELATED) truncated.push(`related.${kind}`);
    if (texts.length > 0) related.push([kind, texts.slice(0, MAX_ALERT_RELATED)]);
  }
  return { related: Object.fromEntries(related), ...(truncated.length === 0 ? undefined : { truncated }) };
}

function toIso(ms: JsonValue | undefined): string {
  return typeof ms === "number" ? new Date(ms).toISOString() : "";
}

/** The value under a path of own keys. */
export function at(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let here = value;
  for (const key of path) here = isJsonObject(here) ? own(here, key) : undefined;
  return here;
}

/** `{…}` under a path; empty when there is none. */
export function objectAt(value: JsonValue | undefined, ...path: readonly string[]): JsonObject {
  const found = at(value, ...path);
  return isJsonObject(found) ? found : {};
}

import { METRICS } from "./known.js";
import { parseQuery } from "./query.js";
import type { Line } from "./saved-objects.js";

/** The request that Dashboards makes for a panel, less its time range. */
export interface PanelSearch {
  readonly body: Record<string, unknown>;
  /** Bucket aggregations from the outermost in, as ids. */
  readonly buckets: readonly { readonly id: string; readonly missing: boolean }[];
  /** Ids of the metrics that are aggregations of their own (a count is not). */
  readonly metrics: readonly string[];
}

/** Nests the buckets of a chart in their order, with the metrics inside the innermost one. */
export function toPanelSearch(line: Line): PanelSearch {
  const { aggs } = JSON.parse(line.attributes["visState"] as string);
  const metricAggs = aggs.filter((agg: any) => METRICS.includes(agg.type));
  const bucketAggs = aggs.filter((agg: any) => !METRICS.includes(agg.type));
  const metrics = Object.fromEntries(
    metricAggs.filter((agg: any) => agg.type !== "count").map((agg: any) => [agg.id, toMetric(agg)]),
  );
  const counts = metricAggs.filter((agg: any) => agg.type === "count").map((agg: any) => agg.id);
  let inner: Record<string, unknown> = metrics;
  for (const agg of bucketAggs.toReversed()) inner = { [agg.id]: toBucket(agg, inner, metrics, counts) };
  return {
    body: { size: 0, track_total_hits: true, query: toQuery(line), aggs: inner },
    buckets: bucketAggs.map((agg: any) => ({ id: agg.id, missing: agg.params.missingBucket === true })),
    metrics: Object.keys(metrics),
  };
}

/** The request for a saved search, asking for its columns. */
export function toListSearch(line: Line): Record<string, unknown> {
  const sort = line.attributes["sort"].map(([field, order]: [string, string]) => ({ [field]: { order } }));
  return { size: 500, query: toQuery(line), sort, fields: line.attributes["columns"], _source: false };
}

function toQuery(line: Line): object {
  const { query, filter } = JSON.parse(line.attributes["kibanaSavedObjectMeta"].searchSourceJSON);
  if (filter.length > 0) throw new Error("The tests do not read filters.");
  return { bool: { filter: parseQuery(query.query).map(({ clause }) => clause) } };
}

function toMetric(agg: any): object {
  return { [agg.type]: { field: agg.params.field } };
}

function toBucket(
  agg: any,
  inner: Record<string, unknown>,
  metrics: Record<string, unknown>,
  counts: readonly string[],
): object {
  const { params } = agg;
  if (agg.type === "date_histogram") {
    // "auto" depends on the time range; any fixed interval finds the same documents.
    const interval = { field: params.field, fixed_interval: "1d", min_doc_count: params.min_doc_count };
    return { date_histogram: interval, aggs: inner };
  }
  const orderAgg = params.orderAgg;
  const byCount = counts.includes(params.orderBy);
  const ordering =
    orderAgg !== undefined
      ? { [orderAgg.id]: toMetric(orderAgg) }
      : byCount
        ? {}
        : { [params.orderBy]: metrics[params.orderBy] };
  return {
    terms: {
      field: params.field,
      size: params.size,
      order: { [Object.keys(ordering)[0] ?? "_count"]: params.order },
      ...(params.missingBucket === true && { missing: "__missing__" }),
    },
    aggs: { ...ordering, ...inner },
  };
}

/** What a panel would show of an answer: a sentence for each thing that is empty; none when all have data. */
export function findGaps(search: PanelSearch, answer: any): string[] {
  if (answer.error !== undefined)
    return [`refused: ${JSON.stringify(answer.error.root_cause ?? answer.error)}`];
  if (answer._shards.failed > 0) return [`shards failed: ${JSON.stringify(answer._shards.failures)}`];
  if (answer._shards.total === 0) return ["no index is searched"];
  if (answer.hits.total.value === 0) return ["no document"];
  const leaves = toLeaves(answer.aggregations ?? {}, search.buckets);
  const gaps = search.buckets.length > 0 && leaves.length === 0 ? ["no bucket"] : [];
  for (const id of search.metrics) {
    if (!leaves.some((leaf) => leaf[id].value > 0)) gaps.push(`metric ${id} is nowhere above 0`);
  }
  const last = search.buckets.at(-1);
  if (last !== undefined) {
    if (!leaves.some((leaf) => leaf.key !== "__missing__")) gaps.push("no bucket with a value");
    if (last.missing && !leaves.some((leaf) => leaf.key === "__missing__")) gaps.push("no bucket without");
  }
  return gaps;
}

/** The innermost buckets that hold documents; the answer itself where there are no buckets. */
function toLeaves(aggregations: any, buckets: PanelSearch["buckets"]): any[] {
  let level = [aggregations];
  for (const { id } of buckets) {
    level = level.flatMap((bucket) => bucket[id].buckets.filter((b: any) => b.doc_count > 0));
  }
  return level;
}

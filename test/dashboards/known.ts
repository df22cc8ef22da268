/** What OpenSearch Dashboards 2.x and 3.x take and show; what is not listed here has not been seen to work. */

/** Newest form of each type. A newer number makes the import fail as a whole. */
export const NEWEST: Readonly<Record<string, string>> = {
  "index-pattern": "7.6.0",
  visualization: "7.10.0",
  search: "7.9.3",
  dashboard: "7.9.3",
};

/** An attribute that is not in the list makes the import of that object fail; a required one that lacks breaks the page. */
export const ATTRIBUTES: Readonly<Record<string, { required: string[]; optional: string[] }>> = {
  "index-pattern": { required: ["title", "timeFieldName", "fields"], optional: ["fieldFormatMap"] },
  visualization: {
    required: ["title", "visState", "uiStateJSON", "version", "kibanaSavedObjectMeta"],
    optional: ["description"],
  },
  search: {
    required: ["title", "columns", "sort", "version", "kibanaSavedObjectMeta"],
    optional: ["description", "hits"],
  },
  dashboard: {
    required: ["title", "panelsJSON", "optionsJSON", "version", "kibanaSavedObjectMeta"],
    optional: ["description", "hits", "timeRestore", "timeFrom", "timeTo", "refreshInterval"],
  },
};

/** Chart types, and which roles their aggregations may have. */
export const CHARTS: Readonly<Record<string, string[]>> = {
  metric: ["metric", "group"],
  histogram: ["metric", "segment", "group"],
  pie: ["metric", "segment"],
  table: ["metric", "bucket"],
  tagcloud: ["metric", "segment"],
  markdown: [],
};

const EXACT = ["keyword", "ip", "long", "integer", "short", "byte", "double", "float", "boolean", "date"];
const NUMBERS = ["long", "integer", "short", "byte", "double", "float"];

/** Aggregation types, and the mapping types that they take; null for one without a field. An unknown one is silently dropped. */
export const AGGREGATIONS: Readonly<Record<string, string[] | null>> = {
  count: null,
  cardinality: EXACT,
  sum: NUMBERS,
  max: [...NUMBERS, "date"],
  terms: EXACT,
  date_histogram: ["date"],
};

export const METRICS = ["count", "cardinality", "sum", "max"];

export const INDEX_REF = "kibanaSavedObjectMeta.searchSourceJSON.index";

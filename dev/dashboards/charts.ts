import type { Metric, Panel, Split } from "./types.js";

export type ChartPanel = Exclude<Panel, { readonly kind: "list" }>;

/** What a visualization object keeps: `visState` less its title, and the state of its legend. */
export interface Chart {
  readonly type: string;
  readonly params: object;
  readonly aggs: readonly Agg[];
  readonly uiState: object;
}

interface Agg {
  readonly id: string;
  readonly enabled: true;
  readonly type: string;
  readonly schema: string;
  readonly params: object;
}

const ROWS_PER_TABLE = 10;

/** The same colour for a severity in every chart. */
const SEVERITY_COLOURS = {
  critical: "#B0003A",
  high: "#E8590C",
  medium: "#F2B705",
  low: "#4C9BE8",
  info: "#8FA3B0",
  "no detection": "#D8DEE4",
};

/** The chart of a panel, in the form in which Dashboards 2.x and 3.x save it. */
export function toChart(panel: ChartPanel): Chart {
  switch (panel.kind) {
    case "figures": {
      const by = panel.by === undefined ? [] : [termsAgg("group", panel.metrics.length + 1, panel.by)];
      return chart("metric", FIGURE_PARAMS, [...metricAggs(panel.metrics), ...by]);
    }
    case "timeline":
      return chart("histogram", toHistogramParams(panel.metric.label), [
        ...metricAggs([panel.metric]),
        timeAgg("2"),
        termsAgg("group", 3, panel.split),
      ]);
    case "share":
      return chart("pie", PIE_PARAMS, [...metricAggs([COUNT]), termsAgg("segment", 2, panel.by)]);
    case "table": {
      const first = panel.metrics.length + 1;
      const buckets = panel.by.map((split, i) => termsAgg("bucket", first + i, split));
      return chart("table", TABLE_PARAMS, [...metricAggs(panel.metrics), ...buckets]);
    }
    case "cloud":
      return chart("tagcloud", CLOUD_PARAMS, [...metricAggs([COUNT]), termsAgg("segment", 2, panel.by)]);
    case "text":
      return {
        type: "markdown",
        params: { fontSize: 12, openLinksInNewTab: false, markdown: panel.markdown },
        aggs: [],
        uiState: {},
      };
  }
}

function chart(type: string, params: object, aggs: readonly Agg[]): Chart {
  const coloured = type === "histogram" || type === "pie";
  return { type, params, aggs, uiState: coloured ? { vis: { colors: SEVERITY_COLOURS } } : {} };
}

const COUNT: Metric = { kind: "count", label: "Count" };

/** Ids 1, 2, …; the first one orders the buckets. */
function metricAggs(metrics: readonly Metric[]): Agg[] {
  const types = { count: "count", distinct: "cardinality", sum: "sum" } as const;
  return metrics.map((metric, i) => ({
    id: String(i + 1),
    enabled: true,
    type: types[metric.kind],
    schema: "metric",
    params: { ...(metric.kind !== "count" && { field: metric.field }), customLabel: metric.label },
  }));
}

function timeAgg(id: string): Agg {
  return {
    id,
    enabled: true,
    type: "date_histogram",
    schema: "segment",
    params: {
      field: "@timestamp",
      useNormalizedOpenSearchInterval: true,
      scaleMetricValues: false,
      interval: "auto",
      drop_partials: false,
      min_doc_count: 1,
      extended_bounds: {},
      customLabel: "Time",
    },
  };
}

function termsAgg(schema: string, number: number, split: Split): Agg {
  const id = String(number);
  const orderAgg = split.orderByMax !== undefined && {
    orderAgg: {
      id: `${id}-orderAgg`,
      enabled: true,
      type: "max",
      schema: "orderAgg",
      params: { field: split.orderByMax },
    },
  };
  return {
    id,
    enabled: true,
    type: "terms",
    schema,
    params: {
      field: split.field,
      orderBy: split.orderByMax === undefined ? "1" : "custom",
      ...orderAgg,
      order: "desc",
      size: split.size ?? ROWS_PER_TABLE,
      otherBucket: false,
      otherBucketLabel: "Other",
      missingBucket: split.missing !== undefined,
      missingBucketLabel: split.missing ?? "Missing",
      customLabel: split.label,
    },
  };
}

function toHistogramParams(label: string): object {
  const axisLabels = { show: true, filter: true, truncate: 100 };
  return {
    type: "histogram",
    grid: { categoryLines: false },
    categoryAxes: [
      {
        id: "CategoryAxis-1",
        type: "category",
        position: "bottom",
        show: true,
        style: {},
        scale: { type: "linear" },
        labels: axisLabels,
        title: {},
      },
    ],
    valueAxes: [
      {
        id: "ValueAxis-1",
        name: "LeftAxis-1",
        type: "value",
        position: "left",
        show: true,
        style: {},
        scale: { type: "linear", mode: "normal" },
        labels: { ...axisLabels, rotate: 0, filter: false },
        title: { text: label },
      },
    ],
    seriesParams: [
      {
        show: true,
        type: "histogram",
        mode: "stacked",
        data: { label, id: "1" },
        valueAxis: "ValueAxis-1",
        drawLinesBetweenPoints: true,
        lineWidth: 2,
        showCircles: true,
      },
    ],
    addTooltip: true,
    addLegend: true,
    legendPosition: "right",
    times: [],
    addTimeMarker: false,
    labels: { show: false },
    thresholdLine: { show: false, value: 10, width: 1, style: "full", color: "#E7664C" },
  };
}

const FIGURE_PARAMS = {
  type: "metric",
  addTooltip: true,
  addLegend: false,
  metric: {
    percentageMode: false,
    useRanges: false,
    colorSchema: "Green to Red",
    metricColorMode: "None",
    colorsRange: [{ from: 0, to: 10000 }],
    labels: { show: true },
    invertColors: false,
    style: { bgFill: "#000", bgColor: false, labelColor: false, subText: "", fontSize: 40 },
  },
};

const PIE_PARAMS = {
  type: "pie",
  addTooltip: true,
  addLegend: true,
  legendPosition: "right",
  isDonut: true,
  labels: { show: false, values: true, last_level: true, truncate: 100 },
};

const TABLE_PARAMS = {
  perPage: ROWS_PER_TABLE,
  showPartialRows: false,
  showMetricsAtAllLevels: false,
  showTotal: false,
  totalFunc: "sum",
  percentageCol: "",
};

const CLOUD_PARAMS = {
  scale: "linear",
  orientation: "single",
  minFontSize: 14,
  maxFontSize: 42,
  showLabel: false,
};

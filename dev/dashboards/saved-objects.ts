import { toChart, type ChartPanel } from "./charts.js";
import type { DashboardPlan, FieldSpec, Panel, PatternName, Reference, SavedObject } from "./types.js";

/** Newest form of each type that Dashboards knows; a newer number makes it refuse the whole file. */
const MIGRATION_VERSIONS = {
  "index-pattern": "7.6.0",
  visualization: "7.10.0",
  search: "7.9.3",
  dashboard: "7.9.3",
} as const;

const COLUMNS = 48;
const INDEX_REF = "kibanaSavedObjectMeta.searchSourceJSON.index";

/** The pattern over the events or the alerts of the default index prefix. */
export function toIndexPattern(name: PatternName, fields: readonly FieldSpec[]): SavedObject {
  return {
    id: patternId(name),
    type: "index-pattern",
    attributes: {
      title: `cloudtrail-${name}-*`,
      timeFieldName: "@timestamp",
      fields: JSON.stringify(fields),
    },
    references: [],
    migrationVersion: { "index-pattern": MIGRATION_VERSIONS["index-pattern"] },
  };
}

/** The panels of a plan, in its order, and last the dashboard that shows them. */
export function toDashboardObjects(plan: DashboardPlan): SavedObject[] {
  const panels = plan.rows.flatMap((row) => row.panels);
  const objects = panels.map((panel) => toPanelObject(plan, panel));
  return [...objects, toDashboard(plan, objects)];
}

function toDashboard(plan: DashboardPlan, panels: readonly SavedObject[]): SavedObject {
  const panelsJson = layOut(plan).map((gridData, n) => ({
    // Dashboards fails to show the page at all when a panel has no version.
    version: MIGRATION_VERSIONS.dashboard,
    gridData,
    panelIndex: gridData.i,
    embeddableConfig: {},
    panelRefName: `panel_${n}`,
  }));
  return {
    id: `trailtag-${plan.id}`,
    type: "dashboard",
    attributes: {
      title: plan.title,
      description: plan.description,
      hits: 0,
      panelsJSON: JSON.stringify(panelsJson),
      optionsJSON: JSON.stringify({ hidePanelTitles: false, useMargins: true }),
      version: 1,
      timeRestore: true,
      timeFrom: plan.timeFrom,
      timeTo: "now",
      refreshInterval: { pause: true, value: 0 },
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify({ query: toQuery(""), filter: [] }) },
    },
    references: panels.map(({ type, id }, n) => ({ name: `panel_${n}`, type, id })),
    migrationVersion: { dashboard: MIGRATION_VERSIONS.dashboard },
  };
}

/** Rows from the top down, panels of a row from the left. */
function layOut(plan: DashboardPlan): { x: number; y: number; w: number; h: number; i: string }[] {
  const grid = [];
  let y = 0;
  for (const row of plan.rows) {
    let x = 0;
    for (const panel of row.panels) {
      grid.push({ x, y, w: panel.width, h: row.height, i: String(grid.length + 1) });
      x += panel.width;
    }
    if (x !== COLUMNS) throw new Error(`A row of ${plan.id} is ${x} columns wide, not ${COLUMNS}.`);
    y += row.height;
  }
  return grid;
}

function toPanelObject(plan: DashboardPlan, panel: Panel): SavedObject {
  return panel.kind === "list" ? toSearch(plan, panel) : toVisualization(plan, panel);
}

function toVisualization(plan: DashboardPlan, panel: ChartPanel): SavedObject {
  const { type, params, aggs, uiState } = toChart(panel);
  // A text reads no index, and so has no pattern.
  const pattern = panel.kind === "text" ? undefined : plan.pattern;
  return {
    id: `trailtag-${plan.id}-${panel.id}`,
    type: "visualization",
    attributes: {
      title: panel.title,
      description: panel.description,
      visState: JSON.stringify({ title: panel.title, type, params, aggs }),
      uiStateJSON: JSON.stringify(uiState),
      version: 1,
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(toSearchSource(panel, pattern)) },
    },
    references: toIndexReferences(pattern),
    migrationVersion: { visualization: MIGRATION_VERSIONS.visualization },
  };
}

function toSearch(plan: DashboardPlan, panel: Panel & { readonly kind: "list" }): SavedObject {
  const source = { highlightAll: true, version: true, ...toSearchSource(panel, plan.pattern) };
  return {
    id: `trailtag-${plan.id}-${panel.id}`,
    type: "search",
    attributes: {
      title: panel.title,
      description: panel.description,
      hits: 0,
      columns: panel.columns,
      sort: [["@timestamp", "desc"]],
      version: 1,
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) },
    },
    references: toIndexReferences(plan.pattern),
    migrationVersion: { search: MIGRATION_VERSIONS.search },
  };
}

function toSearchSource(panel: Panel, pattern: PatternName | undefined): object {
  const index = pattern === undefined ? {} : { indexRefName: INDEX_REF };
  return { query: toQuery(panel.query ?? ""), filter: [], ...index };
}

function toIndexReferences(pattern: PatternName | undefined): Reference[] {
  return pattern === undefined ? [] : [{ name: INDEX_REF, type: "index-pattern", id: patternId(pattern) }];
}

function toQuery(query: string): object {
  // "kuery" is the name under which Dashboards keeps its own query language, DQL.
  return { query, language: "kuery" };
}

function patternId(name: PatternName): string {
  return `trailtag-${name}`;
}

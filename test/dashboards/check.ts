import { AGGREGATIONS, ATTRIBUTES, CHARTS, INDEX_REF, NEWEST } from "./known.js";
import { parseQuery } from "./query.js";
import { mappedTypes, type Line } from "./saved-objects.js";

interface Context {
  readonly lines: readonly Line[];
  /** By id of the index pattern. */
  readonly mappings: ReadonlyMap<string, unknown>;
  readonly problems: string[];
}

/**
 * Everything that Dashboards refuses, or takes and then fails on in the browser only.
 *
 * @returns one sentence for each fault; none when the file is sound.
 */
export function findProblems(lines: readonly Line[], mappings: ReadonlyMap<string, unknown>): string[] {
  const context: Context = { lines, mappings, problems: [] };
  const seen = new Set<string>();
  for (const line of lines) {
    const name = `${line.type} ${line.id}`;
    if (seen.has(name)) context.problems.push(`${name}: there twice`);
    seen.add(name);
    guard(context, name, () => {
      checkObject(context, name, line);
    });
  }
  return context.problems;
}

function checkObject(context: Context, name: string, line: Line): void {
  const { problems, lines } = context;
  const known = ATTRIBUTES[line.type];
  if (known === undefined) {
    problems.push(`${name}: the type is not known`);
    return;
  }
  if (JSON.stringify(line.migrationVersion) !== JSON.stringify({ [line.type]: NEWEST[line.type] })) {
    problems.push(`${name}: migrationVersion is not that of the type`);
  }
  const keys = Object.keys(line.attributes);
  for (const key of known.required) if (!keys.includes(key)) problems.push(`${name}: lacks ${key}`);
  for (const key of keys) {
    if (![...known.required, ...known.optional].includes(key)) problems.push(`${name}: ${key} is not known`);
  }
  if (typeof line.attributes["title"] !== "string" || line.attributes["title"] === "") {
    problems.push(`${name}: has no title`);
  }
  for (const reference of line.references) {
    if (!lines.some((other) => other.type === reference.type && other.id === reference.id)) {
      problems.push(`${name}: ${reference.type} ${reference.id} is not in the file`);
    }
  }
  if (line.type === "visualization") checkVisualization(context, name, line);
  if (line.type === "search") checkSearch(context, name, line);
  if (line.type === "dashboard") checkPanels(context, name, line);
  if (line.type === "index-pattern") checkPattern(context, name, line);
}

function checkPattern(context: Context, name: string, line: Line): void {
  const fields = JSON.parse(line.attributes["fields"] as string) as { name: string; type: string }[];
  const time = fields.find((field) => field.name === line.attributes["timeFieldName"]);
  if (time?.type !== "date")
    context.problems.push(`${name}: the time field is not among its fields as a date`);
  const listed = new Set(fields.map((field) => field.name));
  for (const field of mappedTypes(context.mappings.get(line.id)).keys()) {
    if (!listed.has(field)) context.problems.push(`${name}: does not list ${field}`);
  }
}

function checkVisualization(context: Context, name: string, line: Line): void {
  const { problems } = context;
  const state = JSON.parse(line.attributes["visState"] as string);
  JSON.parse(line.attributes["uiStateJSON"] as string);
  if (state.title !== line.attributes["title"]) problems.push(`${name}: visState has another title`);
  const roles = CHARTS[state.type];
  if (roles === undefined) problems.push(`${name}: the chart type ${state.type} is not known`);
  if (state.params.type !== undefined && state.params.type !== state.type) {
    problems.push(`${name}: params.type is not the chart's type`);
  }
  checkSource(context, name, line, state.type === "markdown");
  const ids = new Set<string>();
  for (const agg of state.aggs) {
    if (ids.has(agg.id)) problems.push(`${name}: two aggregations have the id ${agg.id}`);
    ids.add(agg.id);
    if (roles?.includes(agg.schema) === false)
      problems.push(`${name}: a ${state.type} has no part ${agg.schema}`);
    checkAggregation(context, name, line, agg);
    const { orderBy, orderAgg } = agg.params;
    if (orderAgg !== undefined) checkAggregation(context, name, line, orderAgg);
    const ordered =
      orderBy === undefined || (orderBy === "custom" ? orderAgg !== undefined : ids.has(orderBy));
    if (!ordered) problems.push(`${name}: orders by ${orderBy}, which is not there`);
  }
}

function checkAggregation(context: Context, name: string, line: Line, agg: any): void {
  const accepted = AGGREGATIONS[agg.type];
  if (accepted === undefined) context.problems.push(`${name}: the aggregation ${agg.type} is not known`);
  else if (accepted !== null) checkField(context, name, line, agg.params.field, accepted);
  const { missingBucket, field } = agg.params;
  // Dashboards adds the bucket for text only; on other types it would silently be absent.
  if (missingBucket === true) checkField(context, name, line, field, ["keyword"]);
}

function checkSearch(context: Context, name: string, line: Line): void {
  checkSource(context, name, line, false);
  for (const column of line.attributes["columns"]) checkField(context, name, line, column);
  for (const [field, direction] of line.attributes["sort"]) {
    checkField(context, name, line, field, ["date", "keyword", "integer", "long"]);
    if (direction !== "asc" && direction !== "desc") context.problems.push(`${name}: sorts ${direction}`);
  }
}

function checkSource(context: Context, name: string, line: Line, withoutIndex: boolean): void {
  const source = JSON.parse(line.attributes["kibanaSavedObjectMeta"].searchSourceJSON);
  if (source.query.language !== "kuery") context.problems.push(`${name}: the query is not DQL`);
  if (withoutIndex) return;
  const reference = line.references.find((r) => r.name === source.indexRefName);
  if (source.indexRefName !== INDEX_REF || reference?.type !== "index-pattern") {
    context.problems.push(`${name}: names no index pattern`);
  }
  for (const { field } of parseQuery(source.query.query)) checkField(context, name, line, field);
}

function checkField(context: Context, name: string, line: Line, field: string, accepted?: string[]): void {
  const pattern = line.references.find((r) => r.type === "index-pattern")?.id ?? "";
  const type = mappedTypes(context.mappings.get(pattern)).get(field);
  if (type === undefined) context.problems.push(`${name}: no mapping has ${field}`);
  else if (accepted?.includes(type) === false) context.problems.push(`${name}: ${field} is a ${type}`);
  const patternLine = context.lines.find((l) => l.type === "index-pattern" && l.id === pattern);
  const fields = JSON.parse((patternLine?.attributes["fields"] as string | undefined) ?? "[]");
  const listed = fields.find((f: any) => f.name === field);
  if (listed === undefined) context.problems.push(`${name}: the index pattern does not list ${field}`);
  else if (accepted !== undefined && listed.aggregatable !== true) {
    context.problems.push(`${name}: the index pattern says that ${field} cannot be aggregated`);
  }
}

function checkPanels(context: Context, name: string, line: Line): void {
  const { problems } = context;
  const panels = JSON.parse(line.attributes["panelsJSON"] as string) as any[];
  JSON.parse(line.attributes["optionsJSON"] as string);
  JSON.parse(line.attributes["kibanaSavedObjectMeta"].searchSourceJSON as string);
  const taken = new Set<string>();
  const indices = new Set<string>();
  for (const panel of panels) {
    if (!/^\d+\.\d+\.\d+$/.test(panel.version ?? "")) problems.push(`${name}: a panel has no version`);
    if (!line.references.some((r) => r.name === panel.panelRefName && r.type !== "index-pattern")) {
      problems.push(`${name}: no reference ${panel.panelRefName}`);
    }
    const { x, y, w, h, i }: { x: number; y: number; w: number; h: number; i: string } = panel.gridData;
    if (i !== panel.panelIndex || indices.has(i)) problems.push(`${name}: panel index ${i} is not its own`);
    indices.add(i);
    if (x < 0 || y < 0 || w < 1 || h < 1 || x + w > 48)
      problems.push(`${name}: panel ${i} leaves the 48 columns`);
    for (let column = x; column < x + w; column++) {
      for (let row = y; row < y + h; row++) {
        if (taken.has(`${column},${row}`)) {
          problems.push(`${name}: panel ${i} covers another`);
          return;
        }
        taken.add(`${column},${row}`);
      }
    }
  }
  if (panels.length !== line.references.length) problems.push(`${name}: references that no panel shows`);
}

function guard(context: Context, name: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    context.problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

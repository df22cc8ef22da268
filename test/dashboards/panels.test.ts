import { loadSavedObjects, toNdjson, toPrefixed } from "../../src/output/dashboards/saved-objects.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { loadSample } from "./load-sample.js";
import { dashboardsFolder, parseLines, type Line } from "./saved-objects.js";
import { findGaps, toListSearch, toPanelSearch } from "./to-search.js";

describeWithOpenSearch("the panels on a real OpenSearch", () => {
  const prefix = testPrefix();
  const lines = parseLines(toNdjson(toPrefixed(loadSavedObjects(dashboardsFolder), prefix)));
  const patterns = new Map(
    lines.filter((line) => line.type === "index-pattern").map((line) => [line.id, line.attributes["title"]]),
  );
  const charts = lines.filter((line) => line.type === "visualization" && line.references.length > 0);
  const lists = lines.filter((line) => line.type === "search");

  beforeAll(() => loadSample(prefix), 60_000);
  afterAll(() => deletePrefix(prefix), 30_000);

  /** Searches what the panel's index pattern names, under the prefix of this run. */
  async function search(line: Line, body: object): Promise<any> {
    const pattern = patterns.get(line.references[0]!.id);
    expect(pattern).toMatch(new RegExp(`^${prefix}-(events|alerts)-\\*$`));
    const response = await fetch(`${testOpenSearch().url}/${pattern}/_search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  it("has panels to try", () => {
    expect(charts.length).toBeGreaterThan(20);
    expect(lists).toHaveLength(2);
  });

  it.each(charts.map((line) => [line.attributes["title"] as string, line] as const))(
    "%s",
    async (_, line) => {
      const request = toPanelSearch(line);
      expect(findGaps(request, await search(line, request.body))).toEqual([]);
    },
  );

  it.each(lists.map((line) => [line.attributes["title"] as string, line] as const))("%s", async (_, line) => {
    const answer = await search(line, toListSearch(line));
    expect(answer.hits?.hits?.length).toBeGreaterThan(0);
    const filled = new Set(answer.hits.hits.flatMap((hit: any) => Object.keys(hit.fields)));
    expect(line.attributes["columns"].filter((column: string) => !filled.has(column))).toEqual([]);
  });

  it.each([
    ["a field that no document has", "terms", { field: "no.such.field", orderBy: "1" }],
    ["a flat_object, which cannot be aggregated", "terms", { field: "requestParameters", orderBy: "1" }],
    ["a date histogram over text", "date_histogram", { field: "eventName", min_doc_count: 1 }],
  ])("would notice %s", async (_, type, params) => {
    const line = structuredClone(charts.find((chart) => chart.id === "trailtag-overview-rules")!);
    const state = JSON.parse(line.attributes["visState"]);
    state.aggs = [
      { id: "1", type: "count", params: {} },
      { id: "2", type, params: { size: 5, order: "desc", ...params } },
    ];
    line.attributes["visState"] = JSON.stringify(state);
    const request = toPanelSearch(line);
    expect(findGaps(request, await search(line, request.body))).not.toEqual([]);
  });
});

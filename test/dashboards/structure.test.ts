import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadMappings } from "../../dev/dashboards/build.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { findProblems } from "./check.js";
import { dashboardFiles, readLines, type Line } from "./saved-objects.js";

const { events, alerts } = loadMappings(packageRoot);
const mappings = new Map<string, unknown>([
  ["trailtag-events", events],
  ["trailtag-alerts", alerts],
]);

describe("the files in dashboards/", () => {
  it("are the patterns and one file a dashboard", () => {
    expect(dashboardFiles).toEqual(["alerts.ndjson", "index-patterns.ndjson", "overview.ndjson"]);
    for (const file of dashboardFiles) {
      const dashboards = readLines(file).filter((line) => line.type === "dashboard");
      expect(dashboards).toHaveLength(file === "index-patterns.ndjson" ? 0 : 1);
    }
  });

  it.each(dashboardFiles)("%s is sound by itself", (file) => {
    expect(findProblems(readLines(file), mappings)).toEqual([]);
  });

  it("repeat the same line for the same object", () => {
    const seen = new Map<string, string>();
    for (const line of dashboardFiles.flatMap(readLines)) {
      const text = JSON.stringify(line);
      expect(seen.get(`${line.type}:${line.id}`) ?? text).toBe(text);
      seen.set(`${line.type}:${line.id}`, text);
    }
  });

  it("title every panel as a question of its own, which docs/dashboards.md explains", () => {
    const docs = readFileSync(join(packageRoot, "docs", "dashboards.md"), "utf8");
    const explained = [...docs.matchAll(/^\| ([A-Z].*\?) \|/gm)].map((match) => match[1]);
    const titles = dashboardFiles
      .flatMap(readLines)
      .filter((line) => line.type === "visualization" || line.type === "search")
      .map((line) => line.attributes["title"] as string);
    expect(titles.filter((title) => !/^[A-Z].*\?$/.test(title))).toEqual([]);
    expect(new Set(titles).size).toBe(titles.length);
    expect(titles.toSorted()).toEqual(explained.toSorted());
  });
});

/** Each fault is put into a copy of a sound file; the check must name it. */
describe("findProblems", () => {
  const file = (): Line[] => readLines("overview.ndjson");
  const find = (lines: Line[], type: string, id: string): Line =>
    lines.find((line) => line.type === type && line.id === id)!;
  const rules = (lines: Line[]): Line => find(lines, "visualization", "trailtag-overview-rules");
  const list = (lines: Line[]): Line => find(lines, "search", "trailtag-overview-tagged-events");
  const pattern = (lines: Line[]): Line => find(lines, "index-pattern", "trailtag-events");
  const dashboard = (lines: Line[]): Line => find(lines, "dashboard", "trailtag-overview");

  function edit(line: Line, key: string, change: (value: any) => void): void {
    const value = JSON.parse(line.attributes[key]);
    change(value);
    line.attributes[key] = JSON.stringify(value);
  }
  const editChart = (lines: Line[], change: (state: any) => void): void => {
    edit(rules(lines), "visState", change);
  };
  const editPanels = (lines: Line[], change: (panels: any[]) => void): void => {
    edit(dashboard(lines), "panelsJSON", change);
  };
  const setBucketField = (lines: Line[], field: string): void => {
    editChart(lines, (state) => (state.aggs.at(-1).params.field = field));
  };

  const faults: [string, (lines: Line[]) => void, RegExp][] = [
    [
      "a field that no mapping has",
      (l) => {
        setBucketField(l, "rule.nam");
      },
      /no mapping has rule\.nam/,
    ],
    [
      "a field that the pattern does not list",
      (l) => {
        edit(pattern(l), "fields", (fields) =>
          fields.splice(
            fields.findIndex((f: any) => f.name === "rule.name"),
            1,
          ),
        );
      },
      /trailtag-overview-rules: the index pattern does not list rule\.name/,
    ],
    [
      "terms on a flat_object",
      (l) => {
        setBucketField(l, "requestParameters");
      },
      /requestParameters is a flat_object/,
    ],
    [
      "terms on text",
      (l) => {
        setBucketField(l, "errorMessage.text");
      },
      /errorMessage\.text is a text/,
    ],
    [
      "terms on a geo_point",
      (l) => {
        setBucketField(l, "source.geo.location");
      },
      /is a geo_point/,
    ],
    [
      "a date histogram on a keyword",
      (l) => {
        editChart(l, (state) => (state.aggs.at(-1).type = "date_histogram"));
      },
      /rule\.name is a keyword/,
    ],
    [
      "missing values of a number",
      (l) => {
        editChart(l, (s) =>
          Object.assign(s.aggs.at(-1).params, { field: "detection.count", missingBucket: true }),
        );
      },
      /detection\.count is a integer/,
    ],
    [
      "an unknown aggregation",
      (l) => {
        editChart(l, (s) => (s.aggs.at(-1).type = "rare_terms"));
      },
      /rare_terms is not known/,
    ],
    [
      "an unknown chart",
      (l) => {
        editChart(l, (s) => (s.type = "sankey"));
      },
      /sankey is not known/,
    ],
    [
      "an aggregation in a part that the chart lacks",
      (l) => {
        editChart(l, (s) => (s.aggs.at(-1).schema = "segment"));
      },
      /has no part segment/,
    ],
    [
      "an order that is not there",
      (l) => {
        editChart(l, (s) => (s.aggs.at(-1).params.orderBy = "9"));
      },
      /orders by 9/,
    ],
    [
      "a broken visState",
      (l) => {
        rules(l).attributes["visState"] = "{";
      },
      /trailtag-overview-rules: .*JSON/,
    ],
    [
      "no title",
      (l) => {
        delete rules(l).attributes["title"];
      },
      /lacks title/,
    ],
    [
      "an unknown attribute",
      (l) => {
        rules(l).attributes["savedSearchRefName"] = "x";
      },
      /savedSearchRefName is not known/,
    ],
    [
      "a newer form",
      (l) => {
        rules(l).migrationVersion = { visualization: "8.0.0" };
      },
      /migrationVersion/,
    ],
    [
      "a column that no mapping has",
      (l) => list(l).attributes["columns"].push("rule.severity"),
      /no mapping has rule\.severity/,
    ],
    [
      "a query on a field that no mapping has",
      (l) => {
        list(l).attributes["kibanaSavedObjectMeta"].searchSourceJSON = JSON.stringify({
          query: { query: "detection.hit_count > 0", language: "kuery" },
          filter: [],
          indexRefName: list(l).references[0]!.name,
        });
      },
      /no mapping has detection\.hit_count/,
    ],
    [
      "a panel without version",
      (l) => {
        editPanels(l, (p) => delete p[0].version);
      },
      /a panel has no version/,
    ],
    [
      "a panel beyond the grid",
      (l) => {
        editPanels(l, (p) => (p[2].gridData.w = 19));
      },
      /leaves the 48 columns/,
    ],
    [
      "panels over each other",
      (l) => {
        editPanels(l, (p) => (p[1].gridData.x = 11));
      },
      /covers another/,
    ],
    [
      "a panel that names no reference",
      (l) => {
        editPanels(l, (p) => (p[0].panelRefName = "panel_99"));
      },
      /no reference panel_99/,
    ],
    [
      "a visualization that is not in the file",
      (l) => l.splice(l.indexOf(rules(l)), 1),
      /trailtag-overview-rules is not in the file/,
    ],
    [
      "a pattern without fields",
      (l) => {
        delete pattern(l).attributes["fields"];
      },
      /lacks fields/,
    ],
  ];

  it.each(faults)("finds %s", (_, spoil, problem) => {
    const lines = file();
    spoil(lines);
    expect(findProblems(lines, mappings).join("\n")).toMatch(problem);
  });
});

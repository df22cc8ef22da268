import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildDashboardFiles, loadMappings } from "../../dev/dashboards/build.js";
import { toFieldList } from "../../dev/dashboards/fields.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { dashboardFiles, dashboardsFolder } from "./saved-objects.js";

describe("dashboards/", () => {
  const built = buildDashboardFiles(loadMappings(packageRoot));

  it("holds exactly the files that are built", () => {
    expect(dashboardFiles).toEqual([...built.keys()].sort());
  });

  it.each([...built.keys()])("%s is what the mappings and the plans give", (name) => {
    // When this fails: npm run build && node dist/dev/dashboards/write.js
    expect(readFileSync(join(dashboardsFolder, name), "utf8")).toBe(built.get(name));
  });
});

describe("toFieldList", () => {
  const only = (properties: object, name: string): unknown =>
    toFieldList({ properties: properties as never }).find((field) => field.name === name);

  it("lists the meta fields and sorts by code unit", () => {
    const fields = toFieldList({ properties: { b: { type: "keyword" }, "@timestamp": { type: "date" } } });
    expect(fields.map((field) => field.name)).toEqual([
      "@timestamp",
      "_id",
      "_index",
      "_score",
      "_source",
      "_type",
      "b",
    ]);
  });

  it("names the parent of a multi-field and the path of a nested one", () => {
    const properties = { a: { properties: { b: { type: "keyword", fields: { text: { type: "text" } } } } } };
    expect(only(properties, "a.b.text")).toMatchObject({
      type: "string",
      esTypes: ["text"],
      aggregatable: false,
      readFromDocValues: false,
      subType: { multi: { parent: "a.b" } },
    });
    expect(only({ n: { type: "nested", properties: { k: { type: "keyword" } } } }, "n.k")).toMatchObject({
      subType: { nested: { path: "n" } },
    });
  });

  it("leaves out objects that are not indexed", () => {
    expect(toFieldList({ properties: { original: { type: "object", enabled: false } } })).toHaveLength(5);
  });

  it("refuses a mapping type that it does not know", () => {
    expect(() => toFieldList({ properties: { a: { type: "sparkle" } } })).toThrow(/"sparkle"/);
  });
});

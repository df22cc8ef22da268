import { loadMappings } from "../../dev/dashboards/build.js";
import { toFieldList } from "../../dev/dashboards/fields.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";

const TYPES: Readonly<Record<string, string>> = {
  keyword: "string",
  text: "string",
  flat_object: "string",
  date: "date",
  ip: "ip",
  boolean: "boolean",
  long: "number",
  integer: "number",
  short: "number",
  byte: "number",
  float: "number",
  double: "number",
  half_float: "number",
  geo_point: "geo_point",
};

/** Dashboards asks `_field_caps` when somebody refreshes a pattern: the committed list must be what it would find. */
describeWithOpenSearch("the index patterns' fields against _field_caps", () => {
  const prefix = testPrefix();
  afterAll(() => deletePrefix(prefix));

  it.each(["events", "alerts"] as const)("agree for the %s", async (name) => {
    const mapping = loadMappings(packageRoot)[name];
    const index = `${testOpenSearch().url}/${prefix}-caps-${name}`;
    const created = await fetch(index, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        settings: { number_of_replicas: 0, "index.mapping.total_fields.limit": 5000 },
        mappings: mapping,
      }),
    });
    expect(await created.json()).toMatchObject({ acknowledged: true });
    const caps = (await (await fetch(`${index}/_field_caps?fields=*`)).json()) as any;
    const found = Object.entries<any>(caps.fields)
      .filter(([field, types]) => !field.startsWith("_") && !("object" in types) && !("nested" in types))
      .map(([field, types]) => {
        const [type, cap] = Object.entries<any>(types)[0]!;
        const { searchable, aggregatable } = cap;
        return {
          name: field,
          type: TYPES[type] ?? `unknown here: ${type}`,
          esTypes: [type],
          searchable,
          aggregatable,
        };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const listed = toFieldList(mapping)
      .filter((field) => !field.name.startsWith("_"))
      .map(({ name, type, esTypes, searchable, aggregatable }) => ({
        name,
        type,
        esTypes,
        searchable,
        aggregatable,
      }));
    expect(found.length).toBeGreaterThan(20);
    expect(listed).toEqual(found);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CLOUDTRAIL_KEYS, OWN_KEYS } from "../../src/event/adornments.js";
import { PARAM_NAMES } from "../../src/event/parameters.js";
import { RELATED_KINDS } from "../../src/event/types.js";
import { compileFields, loadMappingProperties } from "../../src/enrich/mapping.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";

const KINDS = ["events", "alerts", "deadletter"] as const;

function read(file: string): any {
  return JSON.parse(readFileSync(join(packageRoot, "mappings", file), "utf8"));
}

/** Every field of a mapping with its dotted path. */
function* fieldsOf(properties: any, path = ""): Generator<[string, any]> {
  for (const [name, field] of Object.entries<any>(properties)) {
    yield [`${path}${name}`, field];
    if (field.properties) yield* fieldsOf(field.properties, `${path}${name}.`);
  }
}

describe.each(KINDS)("%s", (kind) => {
  const template = read(`${kind}.json`);

  test("is a composable template with a placeholder for the prefix", () => {
    expect(template.index_patterns).toHaveLength(1);
    expect(template.index_patterns[0]).toMatch(/^\{\{prefix\}\}-/);
    expect(template.priority).toBe(1000);
    expect(template._meta).toMatchObject({ owner: "trailtag", version: template.version });
    expect(template.template.mappings).toMatchObject({ dynamic: false, _meta: { owner: "trailtag" } });
  });

  test("no keyword can exceed Lucene's term", () => {
    for (const [path, field] of fieldsOf(template.template.mappings.properties)) {
      if (field.type !== "keyword") continue;
      expect([path, typeof field.ignore_above]).toEqual([path, "number"]);
      expect(field.ignore_above * 3).toBeLessThanOrEqual(32_766);
    }
  });

  test("each field is of a type that the record check knows", () => {
    expect(compileFields(loadMappingProperties(`${kind}.json`)).size).toBeGreaterThan(5);
  });
});

test("the fields at the top of an event are CloudTrail's and ours, and each has its place", () => {
  const { properties } = read("events.json").template.mappings;
  const elsewhere = ["alert", "entities", "outcome"];
  const own = [...OWN_KEYS].filter((key) => !elsewhere.includes(key));
  expect(Object.keys(properties).sort()).toEqual([...CLOUDTRAIL_KEYS, ...own].sort());
  expect([...CLOUDTRAIL_KEYS].filter((key) => OWN_KEYS.has(key))).toEqual([]);
  expect(Object.keys(properties.params.properties).sort()).toEqual([...PARAM_NAMES].sort());
  expect(Object.keys(properties.related.properties).sort()).toEqual([...RELATED_KINDS].sort());
});

test("parts of free shape are flat objects, and what is only kept is not indexed", () => {
  const { properties } = read("events.json").template.mappings;
  for (const name of [
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "serviceEventDetails",
  ]) {
    expect([name, properties[name].type]).toEqual([name, "flat_object"]);
  }
  expect(properties.shipper.type).toBe("flat_object");
  expect(properties.original.enabled).toBe(false);
  expect(properties.detection.properties.hits.enabled).toBe(false);
});

test("the top of an alert is what our names are", () => {
  for (const key of Object.keys(read("alerts.json").template.mappings.properties)) {
    expect([key, OWN_KEYS.has(key)]).toEqual([key, true]);
  }
});

test("the policy deletes only after the configured retention", () => {
  const { policy } = read("ism-policy.json");
  expect(policy.default_state).toBe("hot");
  const [hot, remove] = policy.states;
  expect(hot).toEqual({
    name: "hot",
    actions: [],
    transitions: [{ state_name: "delete", conditions: { min_index_age: "{{retention}}" } }],
  });
  expect(remove.name).toBe("delete");
  expect(policy.ism_template[0].index_patterns).toEqual(["{{prefix}}-events-*"]);
});

describeWithOpenSearch("mappings in OpenSearch", () => {
  let prefix: string;
  beforeAll(() => {
    prefix = testPrefix();
  });
  afterAll(() => deletePrefix(prefix));

  test.each(KINDS)("%s is installed, twice, and an index has its fields", async (kind) => {
    const send = async (method: string, path: string, body?: unknown) => {
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${testOpenSearch().url}${path}`, { method, headers, ...init });
      return [answer.status, await answer.json()] as [number, any];
    };
    const template = JSON.parse(JSON.stringify(read(`${kind}.json`)).replaceAll("{{prefix}}", prefix));
    for (let time = 1; time <= 2; time++) {
      expect(await send("PUT", `/_index_template/${prefix}-${kind}`, template)).toEqual([
        200,
        { acknowledged: true },
      ]);
    }
    const index = `${prefix}-${kind === "deadletter" ? "deadletter" : `${kind}-1`}`;
    expect((await send("PUT", `/${index}`))[0]).toBe(200);
    const [, found] = await send("GET", `/${index}/_mapping`);
    const stored = new Map(fieldsOf(found[index].mappings.properties));
    for (const [path] of fieldsOf(template.template.mappings.properties)) {
      expect([path, stored.has(path)]).toEqual([path, true]);
    }
    expect((await send("PUT", `/${index}/_mapping`, template.template.mappings))[0]).toBe(200);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toDeadLetters } from "../../src/enrich/dead-letter.js";
import type { EventDocument } from "../../src/enrich/types.js";
import { sameRecord } from "../../src/enrich/same-record.js";
import type { JsonObject } from "../../src/lib/json.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { matchOf, ruleOf, tagged } from "./make.js";
import { ODDITIES } from "./oddities.js";

describeWithOpenSearch("documents in OpenSearch", () => {
  let prefix: string;

  async function ask(method: string, path: string, body?: string) {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${testOpenSearch().url}${path}`, {
      method,
      headers,
      ...(body ? { body } : {}),
    });
    return { status: answer.status, body: (await answer.json()) as any };
  }

  beforeAll(async () => {
    prefix = testPrefix();
    for (const kind of ["events", "alerts", "deadletter"]) {
      const text = readFileSync(join(packageRoot, "mappings", `${kind}.json`), "utf8");
      const template = text.replaceAll("{{prefix}}", prefix);
      const { status, body } = await ask("PUT", `/_index_template/${prefix}-${kind}`, template);
      expect([status, body]).toEqual([200, { acknowledged: true }]);
    }
  });
  afterAll(() => deletePrefix(prefix));

  const rule = ruleOf({ summaryAttributes: ["requestParameters", "errorMessage", "resources"] });
  /** Its context is the record itself: whatever a record holds, an alert can be asked to tell. */
  const matchFor = (record: JsonObject) => matchOf(rule, { context: { ...record, record } });
  /** Of each item of the bulk, by index and id: nothing, or why it was refused. */
  const errors = new Map<string, unknown>();

  beforeAll(async () => {
    let body = "";
    const add = (index: string, name: string, document: string) => {
      body += `{"create":{"_index":"${prefix}-${index}","_id":${JSON.stringify(name)}}}\n${document}\n`;
    };
    for (const [name, record] of Object.entries(ODDITIES)) {
      const event = tagged(record, [matchFor(record)]);
      add("events-2026", name, event.document);
      add("events-safe", name, event.toSafeDocument());
      add("alerts-2026", name, JSON.stringify(event.alerts[0]));
    }
    const { body: answer } = await ask("POST", "/_bulk", body);
    for (const { create } of answer.items) errors.set(`${create._index} ${create._id}`, create.error);
  });

  test.each(Object.entries(ODDITIES))("stores: %s", async (name, record) => {
    for (const index of ["events-2026", "events-safe", "alerts-2026"]) {
      const key = `${prefix}-${index} ${name}`;
      expect([key, errors.has(key), errors.get(key)]).toEqual([key, true, undefined]);
    }
    const incoming = JSON.parse(tagged(record, [matchFor(record)]).document) as EventDocument;
    for (const index of ["events-2026", "events-safe"]) {
      const { body } = await ask("GET", `/${prefix}-${index}/_doc/${encodeURIComponent(name)}`);
      expect([index, sameRecord(body._source, incoming)]).toEqual([index, true]);
      expect(body._source.detection.count).toBe(1);
    }
  });

  test("each of them is found by its tag", async () => {
    await ask("POST", `/${prefix}-*/_refresh`);
    for (const query of [
      "rule.id:AWS.Test.Key.Made",
      "threat.technique.id:T1098",
      "detection.severity:medium",
    ]) {
      const { body } = await ask("GET", `/${prefix}-events-2026/_count?q=${encodeURIComponent(query)}`);
      expect([query, body.count]).toEqual([query, Object.keys(ODDITIES).length]);
    }
    const reshaped = await ask("GET", `/${prefix}-events-2026/_count?q=event.reshaped:requestParameters`);
    expect(reshaped.body.count).toBe(8);
    const free = await ask("GET", `/${prefix}-events-2026/_search?q=maria&size=0`);
    expect(free.status).toBe(200);
    expect(free.body.hits.total.value).toBeGreaterThan(10);
  });

  test("promoted parameters can be grouped by, flat ones searched", async () => {
    const aggregate = JSON.stringify({ size: 0, aggs: { by: { terms: { field: "params.access_key_id" } } } });
    const { body } = await ask("POST", `/${prefix}-events-2026/_search`, aggregate);
    expect(body.aggregations.by.buckets[0].key).toBe("AKIAEXAMPLENEW");
    const term = JSON.stringify({ query: { term: { "requestParameters.s3:x-amz-acl": "b" } } });
    const found = await ask("POST", `/${prefix}-events-2026/_search`, term);
    expect(found.body.hits.total.value).toBe(1);
  });

  test("dead letters are stored in chunks", async () => {
    const letters = toDeadLetters(
      {
        reason: { code: "too_large", message: "Too large." },
        raw: new Uint8Array(100_000).fill(7),
        source: { route: "/_bulk", index: "logs" },
      },
      0,
      40_000,
    );
    expect(letters).toHaveLength(3);
    for (const { id, document } of letters) {
      const stored = await ask("PUT", `/${prefix}-deadletter/_create/${id}`, JSON.stringify(document));
      expect([stored.status, stored.body.error]).toEqual([201, undefined]);
    }
  });
});

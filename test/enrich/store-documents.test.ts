import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toDeadLetters } from "../../src/enrich/dead-letter.js";
import type { EventDocument } from "../../src/enrich/types.js";
import { sameRecord } from "../../src/enrich/same-record.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { eventOf } from "../event/make.js";
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

  test.each(Object.entries(ODDITIES))("stores and finds: %s", async (name, record) => {
    const match = matchOf(ruleOf({ summaryAttributes: ["requestParameters", "errorMessage", "resources"] }));
    const event = tagged(record, [match]);
    const id = encodeURIComponent(name);
    const path = `/${prefix}-events-2026/_create/${id}`;
    const stored = await ask("PUT", path, event.document);
    expect([stored.status, stored.body.error]).toEqual([201, undefined]);

    const safe = await ask("PUT", `/${prefix}-events-safe/_create/${id}`, event.toSafeDocument());
    expect([safe.status, safe.body.error]).toEqual([201, undefined]);

    expect(event.alerts).toHaveLength(1);
    const alert = await ask("PUT", `/${prefix}-alerts-2026/_create/${id}`, JSON.stringify(event.alerts[0]));
    expect([alert.status, alert.body.error]).toEqual([201, undefined]);

    const read = await ask("GET", `/${prefix}-events-2026/_doc/${id}`);
    const readSafe = await ask("GET", `/${prefix}-events-safe/_doc/${id}`);
    const incoming = JSON.parse(event.document) as EventDocument;
    expect(sameRecord(read.body._source, incoming)).toBe(true);
    expect(sameRecord(readSafe.body._source, incoming)).toBe(true);
    expect({ ...read.body._source, ...eventOf(record).record }).toMatchObject({ detection: { count: 1 } });
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
      { code: "too_large", message: "Too large." },
      new Uint8Array(100_000).fill(7),
      { route: "/_bulk", index: "logs" },
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

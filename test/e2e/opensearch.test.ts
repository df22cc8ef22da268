import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../src/lib/json.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { bulkBody, deniedRecord, record } from "../harness/records.js";
import { startService, type TestService } from "../harness/service.js";

const SAMPLES = join(packageRoot, "examples/samples");

describeWithOpenSearch("the whole service on OpenSearch", () => {
  const prefix = testPrefix();
  let service: TestService;

  beforeAll(async () => {
    service = await startService({
      config: { opensearch: { node: testOpenSearch().url, index_prefix: prefix } },
    });
  }, 60_000);
  afterAll(async () => {
    await service.close();
    await deletePrefix(prefix);
  }, 60_000);

  async function search(index: string, query: JsonObject, size = 100): Promise<any[]> {
    await fetch(`${testOpenSearch().url}/${prefix}-*/_refresh`, { method: "POST" });
    const answer = await fetch(`${testOpenSearch().url}/${prefix}-${index}/_search?size=${size}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    return ((await answer.json()) as any).hits.hits;
  }

  async function counts(): Promise<Record<string, number>> {
    await fetch(`${testOpenSearch().url}/${prefix}-*/_refresh`, { method: "POST" });
    const indices = (await (
      await fetch(`${testOpenSearch().url}/_cat/indices/${prefix}-*?format=json`)
    ).json()) as { index: string; "docs.count": string }[];
    return Object.fromEntries(indices.map((index) => [index.index, Number(index["docs.count"])]));
  }

  async function ship(): Promise<Record<string, number>> {
    const sum: Record<string, number> = {};
    for (const file of readdirSync(SAMPLES).filter((name) => name.endsWith(".gz"))) {
      const answer = await fetch(`${service.url}/v1/events`, {
        method: "POST",
        headers: { "content-encoding": "gzip" },
        body: readFileSync(join(SAMPLES, file)),
      });
      for (const [key, n] of Object.entries((await answer.json()) as Record<string, number>)) {
        sum[key] = (sum[key] ?? 0) + n;
      }
    }
    await service.pipeline.settle();
    return sum;
  }

  it("stores the sample, and a redelivery of all of it changes no count and no alert", async () => {
    const first = await ship();
    expect(first["stored"]).toBeGreaterThan(300);
    const before = await counts();
    const alertsBefore = (await search("alerts-*", { match_all: {} })).map((hit) => [hit._id, hit._source]);
    expect(alertsBefore.length).toBeGreaterThan(10);

    const second = await ship();
    expect(second).toEqual({ ...second, stored: 0, duplicates: first["stored"]! + first["duplicates"]! });
    expect(await counts()).toEqual(before);
    const alertsAfter = (await search("alerts-*", { match_all: {} })).map((hit) => [hit._id, hit._source]);
    expect(Object.fromEntries(alertsAfter)).toEqual(Object.fromEntries(alertsBefore));
  }, 120_000);

  it.each([
    ["rule.id", "AWS.CloudTrail.VPCE.AccessDenied"],
    ["rule.name", "VPC Endpoint Access Denied"],
    ["threat.technique.id", "T1599"],
    ["threat.technique.name", "Network Boundary Bridging"],
    ["threat.tactic.name", "Defense Impairment"],
    ["detection.severity", "medium"],
    ["event.severity", 3],
  ])("finds tagged events by %s", async (field, value) => {
    const hits = await search("events-*", { term: { [field]: value } });
    expect(hits.length).toBeGreaterThan(0);
    expect(hits.every((hit) => hit._source.detection.count > 0)).toBe(true);
  });

  it("gives each alert the events that name it, exactly", async () => {
    const alerts = await search("alerts-*", { match_all: {} });
    for (const { _id, _source } of alerts) {
      const events = await search("events-*", { term: { "detection.alert_ids": _id } }, 1000);
      expect([_source.rule.id, _source.alert.count]).toEqual([_source.rule.id, events.length]);
      expect([..._source.alert.event_ids].sort()).toEqual(events.map((event) => event._id).sort());
      expect(_source.alert.pending).toBe(false);
    }
  });

  it("stores each event in the index of its own date", async () => {
    const hits = await search("events-*", { match_all: {} }, 1000);
    const wrong = hits.filter(
      (hit) =>
        hit._source["@timestamp"].startsWith("2026-11-02") && hit._index !== `${prefix}-events-2026.w45`,
    );
    expect(wrong).toEqual([]);
  });

  it("counts exactly when eight shippers send overlapping batches at once, and sends stay once", async () => {
    const time = "2026-11-10T10:15:00Z";
    const documents = Array.from({ length: 1200 }, (_, i) =>
      deniedRecord(`race-${i}`, { eventTime: time, recipientAccountId: "444455556666" }),
    );
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, shipper) => {
        const order = [...documents.slice(shipper * 150), ...documents.slice(0, shipper * 150)];
        const statuses: number[] = [];
        for (let at = 0; at < order.length; at += 100) {
          const headers = { "content-type": "application/x-ndjson" };
          const body = bulkBody(order.slice(at, at + 100));
          const answer = await fetch(`${service.url}/_bulk`, { method: "POST", headers, body });
          const reply = (await answer.json()) as any;
          expect(reply.errors).toBe(false);
          statuses.push(...reply.items.map((item: any) => item.create.status));
        }
        return statuses;
      }),
    );
    expect(answers.flat()).toHaveLength(8 * 1200);
    expect(new Set(answers.flat())).toEqual(new Set([201]));
    await service.pipeline.settle();
    const alerts = await search("alerts-*", { term: { "cloud.account.id": "444455556666" } });
    expect(alerts.map(({ _source: { alert } }) => [alert.count, alert.event_ids.length])).toEqual([
      [1200, 1000],
    ]);
  }, 120_000);

  it("keeps another record under a stored eventID as a dead letter, not as a duplicate", async () => {
    const send = async (document: JsonObject): Promise<any> => {
      const answer = await fetch(`${service.url}/v1/events`, {
        method: "POST",
        body: JSON.stringify(document),
      });
      return answer.json();
    };
    // An eventTime of its own: a later retry must be the same record, to the second.
    const eventTime = "2026-11-11T08:00:00Z";
    expect(await send(record("twin", { eventTime }))).toMatchObject({ stored: 1 });
    expect(await send(record("twin", { eventTime }))).toMatchObject({ duplicates: 1 });
    expect(await send(record("twin", { eventTime, eventName: "Other" }))).toMatchObject({ dead_lettered: 1 });
    const letters = await search("deadletter", { term: { "reason.code": "id_collision" } });
    expect(letters).toHaveLength(1);
    expect(JSON.parse(Buffer.from(letters[0]._source.raw, "base64").toString()).eventName).toBe("Other");
  });

  it("refuses a forged tag, and takes odd shapes of every part", async () => {
    const odd = [
      record("odd-string", { requestParameters: "text", userIdentity: "root?" }),
      record("odd-array", { responseElements: [1, "two"], additionalEventData: 3 }),
      record("odd-policy", { requestParameters: { policy: { Statement: [] } } }),
      record("odd-policy-2", { requestParameters: { policy: "{}" } }),
      record("odd-keys", {
        requestParameters: {
          "aws:cloudtrail:arn": "x",
          "s3:x-amz-acl": ["public"],
          "resource.resourceType": "y",
          "": "z",
        },
      }),
      record("odd-long", { requestParameters: { policy: "p".repeat(50_000) } }),
      record("odd-service", {
        userIdentity: { invokedBy: "ec2.amazonaws.com" },
        sourceIPAddress: "AWS Internal",
      }),
      record("odd-forged", { rule: "x", detection: [], threat: { technique: 1 }, event: null }),
      record("odd-leaves", {
        requestParameters: Object.fromEntries(
          Array.from({ length: 800 }, (_, i) => [`leaf-${i}`, { deep: { value: i } }]),
        ),
      }),
      record("odd-large", {
        requestParameters: {
          tags: Array.from({ length: 9000 }, (_, i) => ({ key: `k${i}`, value: "v".repeat(80) })),
        },
      }),
    ];
    const answer = await fetch(`${service.url}/_bulk`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: bulkBody(odd),
    });
    expect(((await answer.json()) as any).errors).toBe(false);
    const hits = await search("events-*", { prefix: { "event.id": "odd-" } });
    expect(hits.map((hit) => hit._id).sort()).toEqual(odd.map((document) => document["eventID"]).sort());
    const byId = new Map(hits.map((hit) => [hit._id, hit._source]));
    expect(byId.get("odd-forged").detection.count).toBe(0);
    expect(byId.get("odd-string").event.reshaped).toEqual(
      expect.arrayContaining(["requestParameters", "userIdentity"]),
    );
    expect(byId.get("odd-string").original).toEqual({ requestParameters: "text", userIdentity: "root?" });
  }, 60_000);
});

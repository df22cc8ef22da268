import request from "supertest";
import { startService, type TestService } from "../harness/service.js";

let service: TestService;

beforeAll(async () => {
  // Nobody listens there: start-up questions are answered without the cluster's help.
  const config = { opensearch: { node: "http://127.0.0.1:9" }, limits: { hold_ms: 300 } };
  service = await startService({ config, waitUntilReady: false });
});
afterAll(async () => {
  await service.close();
});

const BEATS = "Elastic-filebeat/7.17.29 (linux; amd64)";
const LOGSTASH = "Logstash/8.15.0 (OS=Linux; JVM=Temurin) logstash-output-elasticsearch/11.22.8";

describe("what shippers ask when they start", () => {
  it("tells OpenSearch clients that it is OpenSearch", async () => {
    const answer = await request(service.app).get("/").set("user-agent", "Vector/0.40");
    expect(answer.body.version).toMatchObject({
      distribution: "opensearch",
      number: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    expect(Number(answer.body.version.number.split(".")[0])).toBeGreaterThanOrEqual(2);
    expect(answer.headers["x-elastic-product"]).toBeUndefined();
    expect((await request(service.app).head("/")).status).toBe(200);
  });

  it.each([BEATS, LOGSTASH])("tells %s what it needs to hear", async (agent) => {
    const root = await request(service.app).get("/").set("user-agent", agent);
    expect(root.headers["x-elastic-product"]).toBe("Elasticsearch");
    expect(root.body.version).toMatchObject({
      number: expect.stringMatching(/^7\.17\./),
      build_flavor: "default",
    });
    expect(root.body.version.distribution).toBeUndefined();
    const license = await request(service.app).get("/_license").set("user-agent", agent);
    expect([license.body.license.status, license.headers["x-elastic-product"]]).toEqual([
      "active",
      "Elasticsearch",
    ]);
  });

  it("takes the OpenSearch output of Logstash for what it is", async () => {
    const agent = "Logstash/8.15.0 (OS=Linux) logstash-output-opensearch/2.0.3";
    const answer = await request(service.app).get("/").set("user-agent", agent);
    expect(answer.body.version.distribution).toBe("opensearch");
  });

  it.each([
    ["get", "/_cluster/health"],
    ["get", "/_cat/health"],
    ["get", "/_xpack"],
    ["get", "/_cluster/settings?include_defaults=true"],
    ["get", "/_nodes/http"],
    ["get", "/_data_stream/logs"],
    ["head", "/some-index"],
    ["head", "/_template/logstash"],
    ["get", "/_template"],
    ["get", "/_ilm/policy"],
    ["get", "/_plugins/_ism/explain/logs"],
    ["get", "/_index_template/fluentbit"],
    ["put", "/_template/logstash"],
    ["put", "/_index_template/logstash"],
    ["put", "/_ilm/policy/logstash"],
    ["put", "/_plugins/_ism/policies/logs"],
    ["put", "/_ingest/pipeline/filebeat-7.17-aws"],
  ] as const)("answers %s %s", async (method, path) => {
    const answer = await request(service.app)
      [method](path)
      .send(method === "put" ? { any: "thing" } : undefined);
    expect(answer.status).toBe(200);
    if (method === "put") expect(answer.body).toEqual({ acknowledged: true });
  });

  it("gives a sniffing client the address that it used", async () => {
    const answer = await request(service.app).get("/_nodes/http").set("host", "trailtag.internal:9280");
    const [node] = Object.values(answer.body.nodes as Record<string, { http: { publish_address: string } }>);
    expect(node?.http.publish_address).toBe("trailtag.internal:9280");
  });

  it("says that it is alive, and not ready, and why", async () => {
    expect((await request(service.app).get("/healthz")).status).toBe(200);
    const ready = await request(service.app).get("/readyz");
    expect(ready.status).toBe(503);
    expect(ready.body.message).toContain("127.0.0.1:9");
    expect((await request(service.app).get("/_cluster/health")).body.status).toBe("red");
  });

  it("holds a request while the store is away, then refuses all of it with 429 and Retry-After", async () => {
    const started = Date.now();
    const answer = await request(service.app)
      .post("/_bulk")
      .set("content-type", "application/x-ndjson")
      .send(
        '{"create":{}}\n{"eventVersion":"1.11","eventName":"A","eventSource":"b","eventTime":"2026-11-20T00:00:00Z"}\n',
      );
    expect(Date.now() - started).toBeGreaterThanOrEqual(290);
    expect([answer.status, answer.body.error.type]).toEqual([429, "rejected_execution_exception"]);
    expect(answer.headers["retry-after"]).toBe("5");
  });

  it("answers 404 for a path that is no route, and says which there are", async () => {
    const answer = await request(service.app).get("/a/b/c/d");
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ status: 404, error: { type: "no_handler_found_exception" } });
    expect(answer.body.error.reason).toContain("/_bulk");
  });
});

import { gzipSync, deflateSync } from "node:zlib";
import request from "supertest";
import { startFilesService, type FilesService } from "../harness/files-service.js";
import { bulkBody, deniedRecord, record } from "../harness/records.js";

let service: FilesService;

beforeAll(async () => {
  service = await startFilesService();
});
afterAll(async () => {
  await service.close();
});

const NDJSON = "application/x-ndjson";

describe("the bulk endpoint", () => {
  it.each([
    ["POST", "/_bulk"],
    ["PUT", "/_bulk"],
    ["POST", "/_bulk/"],
    ["POST", "/logs-2026/_bulk"],
    ["PUT", "/logs-2026/_bulk/"],
    ["POST", "/_bulk/?pipeline=x&unknown=1"],
  ])("takes %s %s", async (method, path) => {
    const id = `path-${method}-${path}`;
    const send = method === "PUT" ? request(service.app).put(path) : request(service.app).post(path);
    const answer = await send.set("content-type", NDJSON).send(bulkBody([record(id)]));
    expect([answer.status, answer.body.items]).toEqual([200, [{ create: { status: 201 } }]]);
    expect(service.events().map((event) => event.event.id)).toContain(id);
  });

  it.each([
    "application/x-ndjson",
    "application/json; charset=utf-8",
    "application/vnd.elasticsearch+x-ndjson;compatible-with=8",
    "text/plain",
  ])("takes content type %s", async (type) => {
    const answer = await request(service.app)
      .post("/_bulk")
      .set("content-type", type)
      .send(bulkBody([record(type)]));
    expect([answer.status, answer.body.errors]).toEqual([200, false]);
  });

  it("answers compact JSON with took, errors and items in that order", async () => {
    const answer = await request(service.app)
      .post("/_bulk")
      .set("content-type", NDJSON)
      .send(`{"index":{}}\n${JSON.stringify(record("order-1"))}\n{"delete":{"_id":"x"}}\n`);
    expect(answer.headers["content-type"]).toMatch(/^application\/json/);
    expect(answer.text).toMatch(
      /^\{"took":\d+,"errors":true,"items":\[\{"index":\{"status":201\}\},\{"delete":/,
    );
  });

  it("keeps one item an action, in order, under its own op, whatever becomes of each", async () => {
    const body = [
      '{"index":{"_index":"x","_id":null,"routing":null,"_type":"_doc"}}',
      JSON.stringify(record("items-1")),
      '{"create":{"_index":"y","pipeline":"p","dynamic_templates":{}}}',
      '{"not":"cloudtrail"}',
      '{"update":{"_id":"1"}}',
      JSON.stringify({ doc: record("items-2"), doc_as_upsert: true }),
      '{"delete":{"_id":"1"}}',
      '{"create":{}}',
      JSON.stringify({ Records: [record("items-3"), record("items-4")] }),
    ].join("\n");
    const answer = await request(service.app).post("/_bulk").set("content-type", NDJSON).send(body);
    expect(
      answer.body.items.map((item: object) => Object.entries(item)[0]).map(([op, r]: any) => [op, r.status]),
    ).toEqual([
      ["index", 201],
      ["create", 201],
      ["update", 201],
      ["delete", 400],
      ["create", 201],
    ]);
    expect(answer.body.items[3].delete.error).toEqual({
      type: "illegal_argument_exception",
      reason: expect.stringMatching(/only adds/),
    });
    const ids = service.events().map((event) => event.event.id);
    expect(ids).toEqual(expect.arrayContaining(["items-1", "items-2", "items-3", "items-4"]));
    expect(service.deadLetters().map((letter) => letter.reason.code)).toContain("not_cloudtrail");
  });

  it("answers 15,000 items in less than the 512,000 bytes at which Fluent Bit gives up", async () => {
    const documents = Array.from({ length: 15_000 }, (_, i) => record(`small-${i}`));
    const answer = await request(service.app)
      .post("/_bulk")
      .set("content-type", NDJSON)
      .send(bulkBody(documents));
    expect(answer.body.items).toHaveLength(15_000);
    expect(answer.text.length).toBeLessThan(512_000);
    const filtered = await request(service.app)
      .post("/_bulk?filter_path=errors,took")
      .set("content-type", NDJSON)
      .send(bulkBody([record("filtered")]));
    expect(filtered.body).toEqual({ took: expect.any(Number), errors: false });
  }, 60_000);

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
  ])("inflates %s", async (encoding, compress) => {
    const answer = await request(service.app)
      .post("/_bulk")
      .set({ "content-type": NDJSON, "content-encoding": encoding })
      .serialize((body: Buffer) => body as unknown as string)
      .send(compress(Buffer.from(bulkBody([record(`enc-${encoding}`)]))));
    expect([answer.status, answer.body.errors]).toEqual([200, false]);
  });

  it("tags on the way, raises the alert, and counts a redelivery once", async () => {
    const body = bulkBody([deniedRecord("tag-1"), deniedRecord("tag-2"), record("tag-3")]);
    for (let times = 0; times < 3; times++) {
      const answer = await request(service.app).post("/_bulk").set("content-type", NDJSON).send(body);
      expect(answer.body.errors).toBe(false);
    }
    const stored = service.events().filter((event) => event.event.id.startsWith("tag-"));
    expect(
      stored.map((event) => [event.event.id, event.rule?.id ?? null, event.detection.severity ?? null]),
    ).toEqual([
      ["tag-1", ["AWS.CloudTrail.VPCE.AccessDenied"], "medium"],
      ["tag-2", ["AWS.CloudTrail.VPCE.AccessDenied"], "medium"],
      ["tag-3", null, null],
    ]);
    const alerts = service.alerts().filter((alert) => alert.alert.event_ids.includes("tag-1"));
    expect(alerts.map((alert) => [alert.alert.count, alert.alert.event_ids])).toEqual([
      [2, ["tag-1", "tag-2"]],
    ]);
  });

  it("ignores the index and id that the shipper names", async () => {
    const body = `{"create":{"_index":"../../etc","_id":"mine"}}\n${JSON.stringify(record("named"))}\n`;
    const answer = await request(service.app).post("/other/_bulk").set("content-type", NDJSON).send(body);
    expect(answer.body.items).toEqual([{ create: { status: 201 } }]);
    expect(service.events().some((event) => event.event.id === "named")).toBe(true);
    expect(service.events().some((event) => event.event.id === "mine")).toBe(false);
  });

  it("answers GET with 405 and what it takes", async () => {
    const answer = await request(service.app).get("/_bulk");
    expect([answer.status, answer.headers["allow"]]).toEqual([405, "POST, PUT"]);
    expect(answer.body.error.type).toBe("method_not_allowed_exception");
  });
});

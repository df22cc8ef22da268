import { gzipSync } from "node:zlib";
import request from "supertest";
import { startFilesService, type FilesService } from "../harness/files-service.js";
import { deniedRecord, record } from "../harness/records.js";

let service: FilesService;

beforeAll(async () => {
  service = await startFilesService();
});
afterAll(async () => {
  await service.close();
});

const cloudWatch = (...ids: string[]): Buffer =>
  gzipSync(
    JSON.stringify({
      messageType: "DATA_MESSAGE",
      owner: "111122223333",
      logGroup: "CloudTrail/logs",
      logEvents: ids.map((id, i) => ({ id: String(i), timestamp: 1, message: JSON.stringify(record(id)) })),
    }),
  );

const SHAPES: readonly (readonly [string, string | Buffer, readonly string[]])[] = [
  ["one object", JSON.stringify(record("one")), ["one"]],
  ["a pretty-printed object", JSON.stringify(record("pretty"), null, 2), ["pretty"]],
  ["an array", JSON.stringify([record("array-1"), record("array-2")]), ["array-1", "array-2"]],
  ["NDJSON", `${JSON.stringify(record("nd-1"))}\n${JSON.stringify(record("nd-2"))}\n`, ["nd-1", "nd-2"]],
  [
    "glued objects",
    JSON.stringify(record("glued-1")) + JSON.stringify(record("glued-2")),
    ["glued-1", "glued-2"],
  ],
  ["an S3 object", JSON.stringify({ Records: [record("s3-1"), record("s3-2")] }), ["s3-1", "s3-2"]],
  [
    "EventBridge",
    JSON.stringify({ version: "0", "detail-type": "AWS API Call via CloudTrail", detail: record("bridge") }),
    ["bridge"],
  ],
  ["a CloudWatch Logs subscription", cloudWatch("cw-1", "cw-2"), ["cw-1", "cw-2"]],
  ["Fluent Bit's http output", JSON.stringify([{ date: 1780000000.5, ...record("fluent") }]), ["fluent"]],
  [
    "Fluent Bit's tail",
    JSON.stringify([{ date: 1780000000.5, log: JSON.stringify(record("tail")) }]),
    ["tail"],
  ],
  [
    "Filebeat's wrapper",
    JSON.stringify({
      "@timestamp": "2026-11-20T00:00:00Z",
      agent: { type: "filebeat" },
      message: JSON.stringify(record("beat")),
    }),
    ["beat"],
  ],
];

describe("POST /v1/events", () => {
  it.each(SHAPES)("takes %s", async (_name, body, ids) => {
    const answer = await request(service.app)
      .post("/v1/events")
      .set("content-type", "application/json")
      .serialize((raw: unknown) => raw as string)
      .send(body as unknown as string);
    expect([answer.status, answer.body]).toEqual([
      200,
      { received: ids.length, stored: ids.length, duplicates: 0, dead_lettered: 0, spooled: 0, skipped: 0 },
    ]);
    const stored = service.events().map((event) => event.event.id);
    expect(stored).toEqual(expect.arrayContaining([...ids]));
  });

  it("keeps a wrapper's own scalars under shipper", () => {
    const event = service.events().find(({ event: { id } }) => id === "fluent");
    expect(event?.shipper).toMatchObject({ date: 1780000000.5 });
    expect(event).not.toHaveProperty("date");
  });

  it("counts what it stored, met again, put aside and passed over", async () => {
    const digest = {
      awsAccountId: "111122223333",
      digestStartTime: "x",
      digestEndTime: "y",
      previousDigestS3Object: "z",
    };
    const body = [record("count-1"), record("count-1"), { hello: "world" }, digest];
    const answer = await request(service.app).post("/v1/events").send(body);
    expect(answer.body).toEqual({
      received: 4,
      stored: 1,
      duplicates: 1,
      dead_lettered: 1,
      spooled: 0,
      skipped: 1,
    });
  });

  it("refuses msgpack with a sentence on what to set instead", async () => {
    const answer = await request(service.app)
      .post("/v1/events")
      .set("content-type", "application/msgpack")
      .serialize((raw: unknown) => raw as string)
      .send(Buffer.from([0x92]) as unknown as string);
    expect(answer.status).toBe(415);
    expect(answer.body.error.reason).toMatch(/json_lines/);
  });
});

describe("POST /v1/simulate", () => {
  it("answers tagged documents and alerts in input order, and stores nothing", async () => {
    const before = service.events().length;
    const body = [record("sim-1"), deniedRecord("sim-2"), { no: "event" }, deniedRecord("sim-3")];
    const answer = await request(service.app).post("/v1/simulate").send(body);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body)).toEqual(["events", "alerts", "dead_letters"]);
    expect(answer.body.events.map((event: any) => [event.event.id, event.detection.count])).toEqual([
      ["sim-1", 0],
      ["sim-2", 1],
      ["sim-3", 1],
    ]);
    expect(answer.body.alerts.map((alert: any) => [alert.alert.count, alert.alert.event_ids])).toEqual([
      [2, ["sim-2", "sim-3"]],
    ]);
    expect(answer.body.dead_letters.map((letter: any) => letter.reason.code)).toEqual(["not_cloudtrail"]);
    expect(service.events()).toHaveLength(before);
  });

  it("gives the same document that ingest stores", async () => {
    const body = deniedRecord("same");
    const simulated = await request(service.app).post("/v1/simulate").send(body);
    await request(service.app).post("/v1/events").send(body);
    const stored = service.events().find(({ event: { id } }) => id === "same");
    const plain = (event: any) => ({ ...event, event: { ...event.event, ingested: "" } });
    expect(plain(simulated.body.events[0])).toEqual(plain(stored));
  });
});

describe("POST /v1/firehose", () => {
  const delivery = (...data: Buffer[]): object => ({
    requestId: "req-1",
    timestamp: 1780000000000,
    records: data.map((bytes) => ({ data: bytes.toString("base64") })),
  });

  it("repeats the request id once everything is stored", async () => {
    const answer = await request(service.app)
      .post("/v1/firehose")
      .set("x-amz-firehose-request-id", "req-1")
      .send(delivery(Buffer.from(JSON.stringify(record("hose-1"))), cloudWatch("hose-2", "hose-3")));
    expect([answer.status, answer.body]).toEqual([
      200,
      { requestId: "req-1", timestamp: expect.any(Number) },
    ]);
    const stored = service.events().map((event) => event.event.id);
    expect(stored).toEqual(expect.arrayContaining(["hose-1", "hose-2", "hose-3"]));
  });

  it("keeps a damaged record as a dead letter and the others as events", async () => {
    const body = {
      requestId: "req-2",
      timestamp: 1,
      records: [{ data: "%%%" }, { data: Buffer.from(JSON.stringify(record("hose-4"))).toString("base64") }],
    };
    const answer = await request(service.app).post("/v1/firehose").send(body);
    expect([answer.status, answer.body.requestId]).toEqual([200, "req-2"]);
    expect(service.events().some(({ event }) => event.id === "hose-4")).toBe(true);
    expect(service.deadLetters().some(({ reason }) => reason.code === "bad_wrapper")).toBe(true);
  });

  it("answers a body that is no delivery with errorMessage", async () => {
    const answer = await request(service.app)
      .post("/v1/firehose")
      .set("x-amz-firehose-request-id", "req-3")
      .send({ not: "one" });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      requestId: "req-3",
      timestamp: expect.any(Number),
      errorMessage: expect.any(String),
    });
  });
});

describe("operations", () => {
  it("lists the rules in force", async () => {
    const { body } = await request(service.app).get("/v1/rules");
    expect(body.rules).toHaveLength(12);
    expect(body.rules).toContainEqual(
      expect.objectContaining({
        id: "AWS.CloudTrail.VPCE.AccessDenied",
        name: "VPC Endpoint Access Denied",
        kind: "panther",
        severity: "medium",
        file: expect.stringMatching(/\.yml$/),
      }),
    );
    expect(body.refused).toEqual([]);
    expect(body.ruleset).toBe(service.events()[0]?.detection.ruleset);
  });

  it("exposes counters that add up", async () => {
    const { text } = await request(service.app).get("/metrics");
    const sum = (name: string): number =>
      [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)$`, "gm"))].reduce(
        (n, m) => n + Number(m[1]),
        0,
      );
    const parts = ["stored", "duplicate", "dead_lettered", "skipped", "refused"];
    expect(sum("trailtag_events_received_total")).toBeGreaterThan(20);
    expect(sum("trailtag_events_received_total")).toBe(
      parts.reduce((total, part) => total + sum(`trailtag_events_${part}_total`), 0),
    );
    expect(sum("trailtag_dead_letters_total")).toBe(sum("trailtag_events_dead_lettered_total"));
    expect(text).toMatch(/trailtag_dead_letters_total\{reason="not_cloudtrail"\} [1-9]/);
    expect(text).toContain('trailtag_dead_letters_total{reason="store_refused"} 0');
    expect(text).toMatch(/trailtag_rule_hits_total\{rule_id="AWS.CloudTrail.VPCE.AccessDenied"\} [1-9]/);
  });

  it("is ready, and is not while it stops", async () => {
    expect((await request(service.app).get("/readyz")).status).toBe(200);
    const other = await startFilesService();
    other.beginStopping();
    expect((await request(other.app).get("/readyz")).status).toBe(503);
    const refused = await request(other.app).post("/v1/events").send(record("late"));
    expect([refused.status, refused.body.error.type]).toEqual([503, "shutting_down_exception"]);
    await other.close();
  });
});

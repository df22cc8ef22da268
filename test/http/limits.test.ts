import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import request from "supertest";
import { startFilesService, type FilesService } from "../harness/files-service.js";
import { bulkBody, record } from "../harness/records.js";
import { waitFor } from "../harness/wait-for.js";

const MIB = 1024 * 1024;
let service: FilesService;

afterEach(async () => {
  await service.close();
});

const address = (): [number, string] => [Number(new URL(service.url).port), "127.0.0.1"];

/** A bulk request written by hand, so that it can stop in the middle. */
function open(contentLength: number, first: string): { socket: Socket; answer: () => string } {
  let answer = "";
  const socket = connect(...address());
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  socket.on("error", () => undefined);
  socket.write(
    `POST /_bulk HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ncontent-length: ${contentLength}\r\n\r\n${first}`,
  );
  return { socket, answer: () => answer };
}

describe("limits", () => {
  it("answers a filter_path of many ** at once, and refuses an endless one", async () => {
    service = await startFilesService();
    let deep: object = { end: 1 };
    for (let i = 0; i < 60; i++) deep = { n: deep };
    const path = `/v1/simulate?filter_path=${Array.from({ length: 12 }, () => "**.n").join(".")}.**.nothing`;
    const answer = await request(service.app)
      .post(path)
      .send(record("deep", { requestParameters: deep as any }));
    expect([answer.status, answer.body]).toEqual([200, {}]);
    const refused = await request(service.app).get(`/v1/rules?filter_path=${"a,".repeat(600)}`);
    expect([refused.status, refused.body.error.type]).toEqual([400, "illegal_argument_exception"]);
  });

  it("answers 408 to a client that falls silent in its body, and gives its room to others", async () => {
    service = await startFilesService({ limits: { body_idle_ms: 300, in_flight_bytes: 8 * MIB } });
    const silent = open(20 * MIB, "{");
    await waitFor(() => service.pipeline.budget.used >= 8 * MIB, {
      what: "the silent client to hold all room",
    });
    const answer = await request(service.app)
      .post("/_bulk")
      .set("content-type", "application/x-ndjson")
      .send(bulkBody([record("patient")]));
    expect(answer.body.errors).toBe(false);
    expect(silent.answer()).toMatch(/^HTTP\/1\.1 408 /);
    expect(silent.answer()).toContain("timeout_exception");
    silent.socket.destroy();
    expect(service.pipeline.budget.used).toBe(0);
  }, 20_000);

  it("stores a body that takes longer to arrive than a request is held", async () => {
    service = await startFilesService({ limits: { hold_ms: 300 } });
    const body = bulkBody([record("slow")]);
    const client = open(body.length, body.slice(0, 100));
    const started = Date.now();
    await waitFor(() => Date.now() - started > 600, { what: "the time of a hold, twice" });
    client.socket.write(body.slice(100));
    await waitFor(() => client.answer().includes('"items"'), { what: "the answer" });
    expect(client.answer()).toMatch(/^HTTP\/1\.1 200 /);
    expect(client.answer()).toContain('"errors":false');
    client.socket.destroy();
  }, 20_000);

  it("holds compressed bodies within the budget, whatever they inflate to", async () => {
    service = await startFilesService({ limits: { in_flight_bytes: 16 * MIB, max_inflation_ratio: 2000 } });
    const padded = Array.from(
      { length: 48 },
      (_, i) => bulkBody([record(`pad-${i}`)]).trimEnd() + " ".repeat(MIB / 4),
    );
    const body = gzipSync(padded.join("\n"));
    expect(body.length).toBeLessThan(32 * 1024);
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, service.pipeline.budget.used)), 1);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        request(service.app)
          .post("/_bulk")
          .set({ "content-type": "application/x-ndjson", "content-encoding": "gzip" })
          .serialize((raw: unknown) => raw as string)
          .send(body as unknown as string),
      ),
    );
    clearInterval(watch);
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 8 }, () => 200));
    // The oldest may go past the limit, so that nobody waits for ever.
    expect(most).toBeLessThanOrEqual(16 * MIB + 8 * MIB);
    expect(service.pipeline.budget.used).toBe(0);
  }, 30_000);

  it("refuses whole what finds no room for as long as it is held", async () => {
    service = await startFilesService({ limits: { in_flight_bytes: MIB, hold_ms: 200 } });
    const silent = open(MIB, "{");
    await waitFor(() => service.pipeline.budget.used >= MIB, { what: "all room to be held" });
    const answer = await request(service.app).post("/v1/events").send(record("no-room"));
    expect([answer.status, answer.headers["retry-after"]]).toEqual([429, "5"]);
    silent.socket.destroy();
    await waitFor(() => service.pipeline.budget.used === 0, { what: "the room of a client that left" });
  }, 20_000);
});

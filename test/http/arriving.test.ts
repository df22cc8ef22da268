import { createHash, randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import request from "supertest";
import type { JsonValue } from "../../src/lib/json.js";
import { startFilesService, type FilesService } from "../harness/files-service.js";
import { bulkBody, record } from "../harness/records.js";
import { waitFor } from "../harness/wait-for.js";

const MIB = 1024 * 1024;
let service: FilesService;

afterEach(async () => {
  await service.close();
});

interface Client {
  readonly socket: Socket;
  readonly answer: () => string;
}

function open(): Client {
  let answer = "";
  const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  socket.on("error", () => undefined);
  return { socket, answer: () => answer };
}

const head = (path: string, ...headers: string[]): string =>
  [`POST ${path} HTTP/1.1`, "host: x", "content-type: application/x-ndjson", ...headers, "", ""].join("\r\n");

const ids = (): string[] => service.events().map(({ event }) => event.id);

async function metric(line: RegExp): Promise<number> {
  const { text } = await request(service.app).get("/metrics");
  return Number(line.exec(text)?.[1] ?? 0);
}

const hits = (limit: string): Promise<number> =>
  metric(new RegExp(`^trailtag_limit_hits_total\\{limit="${limit}"\\} (\\d+)`, "m"));

/** Does not compress, so that the ratio of inflation stays low. */
const padded = (id: string, kib: number): object =>
  record(id, { requestParameters: { pad: randomBytes(kib * 768).toString("base64") } });

describe("bodies that arrive piece by piece", () => {
  it("stores a large one in slices while it arrives, and gives its share back", async () => {
    service = await startFilesService({ limits: { in_flight_bytes: 16 * MIB } });
    const records = Array.from({ length: 60 }, (_, i) => padded(`large-${i}`, 256));
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, service.pipeline.budget.used)), 1);
    const answer = await request(service.app)
      .post("/_bulk")
      .set({ "content-type": "application/x-ndjson", "content-encoding": "gzip" })
      .serialize((raw: unknown) => raw as string)
      .send(gzipSync(bulkBody(records)) as unknown as string);
    clearInterval(watch);
    expect([answer.status, answer.body.errors, answer.body.items.length]).toEqual([200, false, 60]);
    expect(new Set(ids()).size).toBe(60);
    // And a little for the reply.
    expect(most).toBeLessThanOrEqual(8 * MIB + 1024);
    expect(service.pipeline.budget.used).toBe(0);
  }, 30_000);

  it("keeps what was stored of a body that turns out to be malformed, and meets it again as duplicates", async () => {
    service = await startFilesService();
    const records = Array.from({ length: 16 }, (_, i) => padded(`half-${i}`, 512));
    const body = gzipSync(bulkBody(records));
    const damaged = Buffer.from(body);
    damaged.fill(0xff, body.length - 64 * 1024);
    const post = (bytes: Buffer) =>
      request(service.app)
        .post("/_bulk")
        .set({ "content-type": "application/x-ndjson", "content-encoding": "gzip" })
        .serialize((raw: unknown) => raw as string)
        .send(bytes as unknown as string);
    const refused = await post(damaged);
    expect([refused.status, refused.body.error.type]).toEqual([400, "parse_exception"]);
    const before = ids().length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(16);
    const answer = await post(body);
    expect(answer.body.errors).toBe(false);
    expect(ids().sort()).toEqual(records.map((_, i) => `half-${i}`).sort());
    expect(await metric(/^trailtag_events_duplicate_total (\d+)/m)).toBe(before);
    const received = await metric(/^trailtag_events_received_total\{route="\/_bulk"\} (\d+)/m);
    const refusedEvents = await metric(/^trailtag_events_refused_total (\d+)/m);
    expect(received).toBe(16 + before + refusedEvents);
  }, 30_000);

  it("stops the work on clients that vanish mid-body at any point, and gives their shares back", async () => {
    service = await startFilesService();
    const body = Buffer.from(bulkBody(Array.from({ length: 40 }, (_, i) => padded(`gone-${i}`, 64))));
    const clients = Array.from({ length: 20 }, (_, i) => {
      const client = open();
      const cut = Math.floor((body.length * (i + 0.5)) / 20);
      client.socket.write(head("/_bulk", `content-length: ${body.length}`));
      client.socket.write(body.subarray(0, cut), () => client.socket.destroy());
      return client;
    });
    const good = await request(service.app)
      .post("/_bulk")
      .set("content-type", "application/x-ndjson")
      .send(bulkBody([record("beside")]));
    expect(good.body.errors).toBe(false);
    await waitFor(() => clients.every(({ socket }) => socket.destroyed), { what: "the clients to be gone" });
    await waitFor(
      async () => (await metric(/^trailtag_requests_total\{route="\/_bulk",status="499"\} (\d+)/m)) === 20,
      { what: "the requests to end" },
    );
    await waitFor(() => service.pipeline.budget.used === 0, { what: "their shares to be given back" });
    expect(ids()).toContain("beside");
  }, 30_000);

  it("finishes many large bodies that are all half sent at once", async () => {
    service = await startFilesService({ limits: { in_flight_bytes: 12 * MIB } });
    const clients = Array.from({ length: 12 }, (_, i) => {
      const body = Buffer.from(bulkBody(Array.from({ length: 12 }, (__, n) => padded(`c${i}-${n}`, 256))));
      const client = open();
      client.socket.write(head("/_bulk", `content-length: ${body.length}`));
      client.socket.write(body.subarray(0, body.length / 2));
      return { ...client, rest: body.subarray(body.length / 2) };
    });
    await waitFor(() => service.pipeline.budget.waiting > 0, { what: "some of them to wait for room" });
    for (const { socket, rest } of [...clients].reverse()) socket.write(rest);
    await waitFor(() => clients.every(({ answer }) => answer().includes('"items"')), {
      what: "all of them to be answered",
      timeout_ms: 40_000,
    });
    expect(clients.every(({ answer }) => answer().includes('"errors":false'))).toBe(true);
    expect(ids()).toHaveLength(144);
    for (const { socket } of clients) socket.destroy();
    expect(service.pipeline.budget.used).toBe(0);
  }, 60_000);

  it("reads a body in chunks of one byte, after the client was told to go on", async () => {
    service = await startFilesService();
    const { socket, answer } = open();
    socket.write(head("/_bulk", "transfer-encoding: chunked", "expect: 100-continue"));
    await waitFor(() => answer().startsWith("HTTP/1.1 100 "), { what: "to be told to go on" });
    const chunks = bulkBody([record("bytes")])
      .split("")
      .map((byte) => `1\r\n${byte}\r\n`);
    socket.write(`${chunks.join("")}0\r\n\r\n`);
    await waitFor(() => answer().includes('"items"'), { what: "the answer" });
    expect(answer().match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 100", "HTTP/1.1 200"]);
    expect(ids()).toEqual(["bytes"]);
    socket.destroy();
  });

  it("does not let a client go on whose request it refuses", async () => {
    service = await startFilesService();
    service.beginStopping();
    const { socket, answer } = open();
    socket.write(head("/_bulk", "content-length: 1000", "expect: 100-continue"));
    await waitFor(() => answer().includes("shutting_down"), { what: "the refusal" });
    expect(answer().match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 503"]);
    socket.destroy();
  });

  it("answers the next request on a connection whose last one was refused", async () => {
    service = await startFilesService();
    const { socket, answer } = open();
    const good = bulkBody([record("next")]);
    socket.write(`${head("/_bulk", "content-length: 5")}text\n`);
    socket.write(`${head("/_bulk", `content-length: ${good.length}`)}${good}`);
    await waitFor(() => answer().includes('"items"'), { what: "the second answer" });
    expect(answer().match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 400", "HTTP/1.1 200"]);
    socket.destroy();
  });

  it("answers 200 clients at once", async () => {
    service = await startFilesService({ limits: { in_flight_bytes: 4 * MIB } });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        fetch(`${service.url}/_bulk`, {
          method: "POST",
          headers: { "content-type": "application/x-ndjson" },
          body: bulkBody(Array.from({ length: 20 }, (__, n) => record(`at-once-${i}-${n}`))),
        }).then((answer) => answer.json() as Promise<{ errors: boolean }>),
      ),
    );
    expect(answers.every(({ errors }) => !errors)).toBe(true);
    expect(new Set(ids()).size).toBe(4000);
    expect(service.pipeline.budget.used).toBe(0);
  }, 60_000);

  it("reads unlabelled gzip, and keeps what of it does not inflate", async () => {
    service = await startFilesService();
    const whole = gzipSync(
      JSON.stringify({ Records: Array.from({ length: 12 }, (_, i) => padded(`z${i}`, 256)) }),
    );
    const post = (bytes: Buffer) =>
      request(service.app)
        .post("/v1/events")
        .set("content-type", "application/json")
        .serialize((raw: unknown) => raw as string)
        .send(bytes as unknown as string);
    expect((await post(whole)).body).toMatchObject({ received: 12, stored: 12 });
    const cut = whole.subarray(0, whole.length - 9);
    expect((await post(cut)).body).toMatchObject({ duplicates: 11, dead_lettered: 2 });
    const letters = service.deadLetters().filter(({ reason }) => reason.code === "bad_wrapper");
    const kept = letters.map(({ raw }) => Buffer.from(raw, "base64"));
    expect(createHash("sha256").update(Buffer.concat(kept)).digest("hex")).toBe(
      createHash("sha256").update(cut).digest("hex"),
    );
  }, 30_000);
});

describe("limits of requests", () => {
  it("refuses more actions or events than limits.max_records", async () => {
    service = await startFilesService({ limits: { max_records: 3 } });
    const records = Array.from({ length: 4 }, (_, i) => record(`many-${i}`));
    const bulk = await request(service.app)
      .post("/_bulk")
      .set("content-type", "application/x-ndjson")
      .send(bulkBody(records));
    expect([bulk.status, bulk.body.error.reason]).toEqual([
      413,
      expect.stringContaining("limits.max_records"),
    ]);
    const events = await request(service.app).post("/v1/events").send(records);
    expect(events.status).toBe(413);
    expect((await request(service.app).post("/v1/events").send(records.slice(1))).status).toBe(200);
    expect(await hits("max_records")).toBe(2);
  });

  it("refuses a bomb by its ratio, past 1 MiB", async () => {
    service = await startFilesService();
    const post = (bytes: number) =>
      request(service.app)
        .post("/v1/events")
        .set({ "content-type": "application/json", "content-encoding": "gzip" })
        .serialize((raw: unknown) => raw as string)
        .send(gzipSync(Buffer.alloc(bytes, 0x20)) as unknown as string);
    const answer = await post(20 * MIB);
    expect([answer.status, answer.body.error.reason]).toEqual([
      413,
      expect.stringContaining("limits.max_inflation_ratio"),
    ]);
    expect((await post(MIB)).status).toBe(200);
    expect(await hits("max_inflation_ratio")).toBe(1);
  });

  it("counts documents that meet a limit", async () => {
    service = await startFilesService({ limits: { max_keys: 100, max_depth: 10, max_document_bytes: 5000 } });
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]));
    const deep = JSON.parse(`${"[".repeat(12)}${"]".repeat(12)}`) as JsonValue;
    const answer = await request(service.app)
      .post("/v1/events")
      .send([
        record("ok"),
        record("keys", { many }),
        record("deep", { deep }),
        record("big", { b: "x".repeat(9000) }),
      ]);
    expect(answer.body).toMatchObject({ stored: 1, dead_lettered: 3 });
    for (const limit of ["max_keys", "max_depth", "max_document_bytes"]) expect(await hits(limit)).toBe(1);
  });

  it("answers 408 to a client that dribbles its body", async () => {
    service = await startFilesService({ limits: { body_idle_ms: 400, min_body_bytes_per_s: 1000 } });
    const { socket, answer } = open();
    socket.write(head("/_bulk", "content-length: 100000"));
    const dribble = setInterval(() => socket.write("x"), 20);
    await waitFor(() => answer() !== "", { what: "the answer" });
    clearInterval(dribble);
    expect(answer()).toMatch(/^HTTP\/1\.1 408 /);
    expect(await hits("min_body_bytes_per_s")).toBe(1);
    expect(service.pipeline.budget.used).toBe(0);
    socket.destroy();
  });

  it("answers 408 to headers that do not come, 431 to long ones, 400 to what is no HTTP, and counts them", async () => {
    service = await startFilesService({ http: { headers_timeout_ms: 200 } });
    const slow = open();
    slow.socket.write("POST /_bulk HTTP/1.1\r\nhost: x\r\n");
    const long = open();
    long.socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(40_000)}\r\n\r\n`);
    const other = open();
    other.socket.write("\x16\x03\x01 no HTTP\r\n\r\n");
    await waitFor(() => [slow, long, other].every(({ answer }) => answer().includes("}")), {
      what: "the answers",
    });
    expect([slow, long, other].map(({ answer }) => answer().slice(9, 12))).toEqual(["408", "431", "400"]);
    expect(await hits("headers_timeout_ms")).toBe(1);
    expect(await hits("max_header_bytes")).toBe(1);
    for (const status of [408, 431, 400]) {
      expect(
        await metric(new RegExp(`^trailtag_requests_total\\{route="none",status="${status}"\\} (\\d+)`, "m")),
      ).toBe(1);
    }
  });

  it("closes connections above http.max_connections as they come, and counts them", async () => {
    service = await startFilesService({ http: { max_connections: 2 } });
    const held = [open(), open()];
    for (const { socket } of held) socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    await waitFor(() => held.every(({ answer }) => answer().includes("ok")), { what: "two to be served" });
    const third = open();
    await waitFor(() => third.socket.closed, { what: "the third to be closed" });
    for (const { socket } of held) socket.destroy();
    await waitFor(
      async () => (await fetch(`${service.url}/healthz`).catch(() => undefined))?.status === 200,
      { what: "room for others" },
    );
    const { text } = await (async () => ({ text: await (await fetch(`${service.url}/metrics`)).text() }))();
    expect(Number(/limit="max_connections"\} (\d+)/.exec(text)?.[1])).toBeGreaterThanOrEqual(1);
  });

  it("counts requests that find no room, and shows those that wait", async () => {
    service = await startFilesService({ limits: { in_flight_bytes: MIB, hold_ms: 500 } });
    const { socket } = open();
    socket.write(`${head("/_bulk", `content-length: ${MIB}`)}{`);
    await waitFor(() => service.pipeline.budget.used >= MIB, { what: "all room to be held" });
    const refused = fetch(`${service.url}/v1/events`, { method: "POST", body: "{}" });
    await waitFor(async () => (await metric(/^trailtag_requests_waiting (\d+)/m)) === 1, {
      what: "one to wait",
    });
    expect((await refused).status).toBe(429);
    expect(await hits("in_flight_bytes")).toBe(1);
    expect(await metric(/^trailtag_requests_waiting (\d+)/m)).toBe(0);
    socket.destroy();
  });
});

import { gzipSync } from "node:zlib";
import request from "supertest";
import type { DeadReasonCode } from "../../src/lib/dead-reason.js";
import { startFilesService, type FilesService } from "../harness/files-service.js";
import { deniedRecord, record } from "../harness/records.js";

let service: FilesService;

beforeAll(async () => {
  service = await startFilesService();
});
afterAll(async () => {
  await service.close();
});

function post(path: string, body: Buffer | string, headers: Record<string, string> = {}) {
  return request(service.app)
    .post(path)
    .set({ "content-type": "application/x-ndjson", ...headers })
    .serialize((raw: unknown) => raw as string)
    .send(body as unknown as string);
}

const has = (id: string): boolean => service.events().some((event) => event.event.id === id);
/** Bytes that are kept under a reason, put together from their chunks. */
function kept(code: DeadReasonCode): Buffer[] {
  const letters = service.deadLetters().filter((letter) => letter.reason.code === code);
  const whole = letters
    .filter((letter) => letter.chunk === undefined)
    .map(({ raw }) => Buffer.from(raw, "base64"));
  const chunks = letters.filter((letter) => letter.chunk !== undefined);
  chunks.sort((a, b) => (a.chunk?.n ?? 0) - (b.chunk?.n ?? 0));
  const joined =
    chunks.length > 0 ? [Buffer.concat(chunks.map(({ raw }) => Buffer.from(raw, "base64")))] : [];
  return [...whole, ...joined];
}

/** A bulk body of raw lines between two good records. */
function between(name: string, ...lines: (string | Buffer)[]): Buffer {
  const good = (id: string): string => `{"create":{}}\n${JSON.stringify(record(id))}\n`;
  const bad = lines.flatMap((line) => [Buffer.from('{"create":{}}\n'), Buffer.from(line), Buffer.from("\n")]);
  return Buffer.concat([Buffer.from(good(`${name}-before`)), ...bad, Buffer.from(good(`${name}-after`))]);
}

describe("bad encodings", () => {
  it.each([
    ["gzip", Buffer.from("this is not gzip")],
    ["gzip", gzipSync("x".repeat(1000)).subarray(0, 20)],
    ["zstd", gzipSync("mislabelled")],
    ["zstd", Buffer.from("plain text")],
    ["snappy", Buffer.from("plain text")],
    ["deflate", Buffer.from("plain text")],
  ])("answers 400 to what says %s and is not", async (encoding, body) => {
    const answer = await post("/_bulk", body, { "content-encoding": encoding });
    expect([answer.status, answer.body.error.type]).toEqual([400, "parse_exception"]);
    expect(answer.body.error.reason).toContain(encoding);
  });

  it("answers 415 to an encoding that it does not know", async () => {
    const answer = await post("/_bulk", "x", { "content-encoding": "br" });
    expect(answer.status).toBe(415);
    expect(answer.body.error.reason).toMatch(/gzip/);
  });
});

describe("bad bodies", () => {
  it.each(["/_bulk", "/v1/events", "/v1/firehose"])("answers 400 to an empty body on %s", async (path) => {
    const answer = await post(path, "");
    expect(answer.status).toBe(400);
  });

  it("answers 413 past the limit on inflated bytes, and only there", async () => {
    const small = await startFilesService({ limits: { max_body_bytes: 20_000 } });
    const body = gzipSync(`{"create":{}}\n${JSON.stringify({ ...record("x"), pad: " ".repeat(30_000) })}\n`);
    const answer = await request(small.app)
      .post("/_bulk")
      .set({ "content-type": "application/x-ndjson", "content-encoding": "gzip" })
      .serialize((raw: unknown) => raw as string)
      .send(body as unknown as string);
    expect([answer.status, answer.body.error.type]).toEqual([413, "content_too_long_exception"]);
    await small.close();
  });

  it("takes a bulk body without its last newline", async () => {
    const answer = await post("/_bulk", `{"create":{}}\n${JSON.stringify(record("no-newline"))}`);
    expect([answer.status, answer.body.errors, has("no-newline")]).toEqual([200, false, true]);
  });

  it("refuses an action without a document, and stores the one before", async () => {
    const answer = await post(
      "/_bulk",
      `{"create":{}}\n${JSON.stringify(record("last-one"))}\n{"create":{}}\n`,
    );
    expect(answer.body.items.map((item: any) => item.create.status)).toEqual([201, 400]);
    expect(has("last-one")).toBe(true);
  });

  it("reads the whole records of a cut-off S3 file", async () => {
    const text = JSON.stringify({ Records: [record("cut-1"), record("cut-2"), record("cut-3")] });
    const answer = await post("/v1/events", text.slice(0, -20), { "content-type": "application/json" });
    expect(answer.body).toMatchObject({ stored: 2, dead_lettered: 1 });
    expect(kept("invalid_json").some((raw) => raw.includes("cut-3"))).toBe(true);
  });
});

const deep = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
const ahead = new Date(Date.now() + 2 * 86_400_000).toISOString();

const DEAD: readonly (readonly [string, DeadReasonCode, string | Buffer])[] = [
  ["truncated JSON", "invalid_json", JSON.stringify(record("trunc")).slice(0, -5)],
  [
    "invalid UTF-8",
    "invalid_utf8",
    Buffer.concat([Buffer.from('{"eventID":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
  ],
  ["NUL bytes", "invalid_json", Buffer.from([0x7b, 0, 0, 0x7d])],
  [
    "a depth of 10,000",
    "too_deep",
    JSON.stringify(record("deep")).replace('"requestParameters":null', `"requestParameters":${deep}`),
  ],
  [
    "a record without a time",
    "no_event_time",
    JSON.stringify(record("timeless")).replace(/"eventTime":"[^"]*",/, ""),
  ],
  ["a time that is none", "bad_event_time", JSON.stringify(record("bad-time", { eventTime: "yesterday" }))],
  ["a date of 1970", "event_too_old", JSON.stringify(record("1970", { eventTime: "1970-01-01T00:00:00Z" }))],
  [
    "a date of 2100",
    "event_in_future",
    JSON.stringify(record("2100", { eventTime: "2100-01-01T00:00:00Z" })),
  ],
  ["a date ahead of the clock", "event_in_future", JSON.stringify(record("ahead", { eventTime: ahead }))],
  ["no CloudTrail at all", "not_cloudtrail", '{"level":"info","msg":"hello"}'],
  ["a number", "not_an_object", "42"],
];

describe("bad documents", () => {
  it.each(DEAD)("keeps %s as a dead letter, byte for byte", async (name, code, document) => {
    const answer = await post("/_bulk", between(name, document));
    expect(answer.status).toBe(200);
    expect(answer.body.items.map((item: any) => item.create.status)).toEqual([201, 201, 201]);
    expect([has(`${name}-before`), has(`${name}-after`)]).toEqual([true, true]);
    expect(kept(code).some((raw) => raw.equals(Buffer.from(document)))).toBe(true);
  });

  it("keeps a single document of 60 MB, in parts, and the good ones beside it", async () => {
    const document = JSON.stringify(record("huge", { requestParameters: { blob: "x".repeat(60_000_000) } }));
    const answer = await post("/_bulk", between("huge", document));
    expect(answer.body.items).toHaveLength(3);
    expect([has("huge-before"), has("huge-after"), has("huge")]).toEqual([true, true, false]);
    // All but the first and the last of the parts have the same bytes: told apart, they join to what came.
    const letters = service.deadLetters().filter(({ chunk }) => chunk?.id !== undefined);
    expect(letters).toHaveLength(Math.ceil(document.length / (4 * 1024 * 1024)));
    let next = letters.find(({ chunk }) => chunk?.of === letters.length);
    const pieces: Buffer[] = [];
    for (; next !== undefined; next = letters.find(({ chunk }) => chunk?.id === next?.chunk?.previous)) {
      pieces.unshift(Buffer.from(next.raw, "base64"));
    }
    expect(Buffer.concat(pieces).equals(Buffer.from(document))).toBe(true);

    await post("/_bulk", between("huge", document));
    expect(service.deadLetters().filter(({ chunk }) => chunk?.id !== undefined)).toHaveLength(letters.length);
  }, 60_000);

  it("keeps another record under the same eventID as a dead letter", async () => {
    await post("/_bulk", `{"create":{}}\n${JSON.stringify(record("twin"))}\n`);
    const other = JSON.stringify(record("twin", { eventName: "DeleteAlias" }));
    const answer = await post("/_bulk", `{"create":{}}\n${other}\n`);
    expect(answer.body.items).toEqual([{ create: { status: 201 } }]);
    expect(kept("id_collision").some((raw) => raw.equals(Buffer.from(other)))).toBe(true);
    expect(
      service
        .events()
        .filter((event) => event.event.id === "twin")
        .map((event) => event["eventName"]),
    ).toEqual(["ListKeys"]);
  });
});

describe("odd documents that are events all the same", () => {
  it("reads __proto__ and constructor keys as plain keys", async () => {
    const text = JSON.stringify(deniedRecord("proto")).replace(
      '"requestParameters":null',
      '"requestParameters":{"__proto__":{"errorCode":"x"},"constructor":{"prototype":1}},"__proto__":{"polluted":true}',
    );
    const answer = await post("/_bulk", between("proto", text));
    expect(answer.body.errors).toBe(false);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    const event = service.events().find(({ event: { id } }) => id === "proto");
    expect(event?.rule?.id).toEqual(["AWS.CloudTrail.VPCE.AccessDenied"]);
    expect(JSON.stringify(event)).toContain('"__proto__":{"errorCode":"x"}');
  });

  it("moves keys that carry our names under shipper: nobody tags an event from outside", async () => {
    const forged = record("forged", {
      rule: { id: ["Nothing.To.See"] },
      detection: { severity: "info", count: 0 },
      event: { id: "other", severity: 1 },
      threat: "none",
    });
    await post("/_bulk", between("forged", JSON.stringify(forged)));
    const event = service.events().find(({ event: { id } }) => id === "forged");
    expect(event?.detection.count).toBe(0);
    expect(event).not.toHaveProperty("rule");
    expect(event).not.toHaveProperty("threat");
    expect(event?.shipper).toBeDefined();
  });

  it("stores and tags a value over 32,766 bytes", async () => {
    const policy = "x".repeat(40_000);
    await post(
      "/_bulk",
      between("long", JSON.stringify(deniedRecord("long", { requestParameters: { policy } }))),
    );
    const event = service.events().find(({ event: { id } }) => id === "long");
    expect(event?.detection.count).toBe(1);
    expect(event?.event.reshaped).toEqual([expect.stringContaining("requestParameters")]);
    expect(JSON.stringify(event?.original)).toContain(policy);
  });

  it.each(["requestParameters", "responseElements", "additionalEventData"])(
    "stores and tags %s as a scalar or an array",
    async (part) => {
      for (const value of ["text", 7, ["a", 1], [{ ok: 1 }, "mixed"], true]) {
        const id = `${part}-${JSON.stringify(value)}`;
        await post("/_bulk", `{"create":{}}\n${JSON.stringify(deniedRecord(id, { [part]: value }))}\n`);
        const event = service.events().find(({ event: { id: stored } }) => stored === id);
        expect([id, event?.detection.count, event?.event.reshaped]).toEqual([
          id,
          1,
          [expect.stringContaining(part)],
        ]);
      }
    },
  );
});

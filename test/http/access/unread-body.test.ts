import { once } from "node:events";
import { connect } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey } from "../../../src/auth/api-key.js";
import { startSecureService, type SecureService } from "../../harness/secure-service.js";

const dir = mkdtempSync(join(tmpdir(), "trailtag-unread-"));
const key = createApiKey("reader");
let service: SecureService;

beforeAll(async () => {
  const credentials_file = join(dir, "credentials.yaml");
  writeFileSync(
    credentials_file,
    JSON.stringify({ keys: [{ id: "reader", hash: key.hash, scopes: ["read"] }] }),
  );
  service = await startSecureService({ auth: { mode: "api_key", credentials_file } });
});
afterAll(async () => {
  await service.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Sends the head of a request with a body of 50 MB, and as much of that as is given. */
async function begin(path: string, head: string, body = ""): Promise<string> {
  const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
  socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n${head}content-length: 50000000\r\n\r\n${body}`);
  let answer = "";
  socket.setEncoding("utf8").on("data", (part: string) => (answer += part));
  socket.on("error", () => undefined);
  await once(socket, "close");
  return answer;
}

describe("a body that nobody may send", () => {
  it.each([
    ["without credentials", "", 401],
    ["with the wrong scope", `authorization: Bearer ${key.token}\r\n`, 403],
  ])("%s is not read, and the connection is closed", async (_name, head, status) => {
    const answer = await begin("/_bulk", head, '{"create":{}}\n{"a":');
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.toLowerCase()).toContain("\r\nconnection: close\r\n");
    expect(service.pipeline.budget.used).toBe(0);
  });

  it("is not asked for, either", async () => {
    const answer = await begin("/v1/events", "expect: 100-continue\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  it("is refused on Firehose's route in the shape that Firehose reads", async () => {
    const answer = await begin("/v1/firehose", "x-amz-firehose-request-id: r-1\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(JSON.parse(answer.split("\r\n\r\n")[1]!)).toEqual({
      requestId: "r-1",
      timestamp: expect.any(Number),
      errorMessage: expect.stringContaining("credentials"),
    });
  });
});

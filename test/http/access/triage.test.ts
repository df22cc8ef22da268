import { readFileSync, writeFileSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey } from "../../../src/auth/api-key.js";
import { SCOPES } from "../../../src/auth/scope.js";
import { bulkBody, deniedRecord } from "../../harness/records.js";
import { startSecureService, type SecureService } from "../../harness/secure-service.js";

const dir = mkdtempSync(join(tmpdir(), "trailtag-triage-"));
const keys = new Map(SCOPES.map((id) => [id as string, createApiKey(id)]));
const credentials = join(dir, "credentials.yaml");
const auditFile = join(dir, "audit.ndjson");
const NOTE = "Nobody else may read this in a log.";
let service: SecureService;

beforeAll(async () => {
  const entries = SCOPES.map((id) => ({ id, hash: keys.get(id)!.hash, scopes: [id] }));
  writeFileSync(credentials, JSON.stringify({ keys: entries }));
  service = await startSecureService({
    auth: { mode: "api_key", credentials_file: credentials },
    log: { audit_file: auditFile },
    rules: { bundled: true },
  });
});
afterAll(async () => {
  await service.close();
  rmSync(dir, { recursive: true, force: true });
});

const by = (id: string) => ({ authorization: `Bearer ${keys.get(id)!.token}` });

async function raise(...ids: string[]): Promise<string> {
  const headers = { ...by("ingest"), "content-type": "application/x-ndjson" };
  const body = bulkBody(ids.map((id) => deniedRecord(id)));
  const { body: reply } = await service.ask("/_bulk", { method: "POST", headers, body });
  expect(reply.errors).toBe(false);
  const lines = readFileSync(join(service.dir, "store/alerts.ndjson"), "utf8").trim().split("\n");
  return JSON.parse(lines.at(-1)!).alert.id;
}

const triage = (id: string, body: unknown, who = "triage") =>
  service.ask(`/v1/alerts/${id}/triage`, { method: "POST", headers: by(who), body: JSON.stringify(body) });
const read = async (id: string) => (await service.ask(`/v1/alerts/${id}`, { headers: by("read") })).body;
const audit = (): any[] =>
  readFileSync(auditFile, "utf8")
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

describe("triage over HTTP, in a files store", () => {
  it("sets status, assignee and note, and who and when", async () => {
    const id = await raise("t-1");
    expect((await read(id)).alert).toMatchObject({ id, status: "open", count: 1 });
    const { status, body } = await triage(id, { status: "acknowledged", assignee: "maya", note: NOTE });
    expect([status, body]).toEqual([
      200,
      {
        ...{
          id,
          status: "acknowledged",
          assignee: "maya",
          note: NOTE,
          triaged_by: "triage",
          triage_version: 1,
        },
        triaged_at: expect.any(String),
      },
    ]);
    expect((await read(id)).alert).toMatchObject({ status: "acknowledged", note: NOTE, count: 1 });
    // Late events and redelivered ones change what is theirs alone.
    await raise("t-1", "t-2", "t-3");
    expect((await read(id)).alert).toMatchObject({ status: "acknowledged", assignee: "maya", count: 3 });
  });

  it("refuses what was decided on another version", async () => {
    const id = await raise("t-4");
    const { triage_version } = (await triage(id, { status: "open" })).body;
    expect((await triage(id, { status: "closed", if_version: triage_version - 1 })).body).toMatchObject({
      status: 409,
      error: {
        type: "version_conflict_engine_exception",
        reason: expect.stringContaining(`version ${triage_version}`),
      },
    });
    expect((await triage(id, { status: "closed", if_version: triage_version })).status).toBe(200);
  });

  it.each([
    ["no JSON", undefined, /is not JSON/],
    ["no object", [], /is not an object/],
    ["no status", {}, /status is one of open, acknowledged, closed/],
    ["another status", { status: "done" }, /status is one of/],
    ["an unknown key", { status: "open", asignee: "maya" }, /did you mean assignee\?/],
    ["an inherited key", { status: "open", ["__proto__x"]: 1 }, /no such key/],
    ["an empty note", { status: "open", note: "" }, /note is a text/],
    ["a note that is long", { status: "open", note: "x".repeat(20_000) }, /note is a text of 1 to 16384/],
    ["an assignee that is a number", { status: "open", assignee: 7 }, /assignee is a text/],
    ["a version that is none", { status: "open", if_version: -1 }, /if_version is/],
  ])("answers 400 to %s", async (_name, body, reason) => {
    const answer = await triage("any", body);
    expect([answer.status, answer.body.error.type]).toEqual([400, "parse_exception"]);
    expect(answer.body.error.reason).toMatch(reason);
  });

  it("answers 413 to more than a triage holds, and 404 where there is no such alert", async () => {
    expect((await triage("any", { status: "open", note: "x".repeat(70_000) })).status).toBe(413);
    expect((await triage("nobody", { status: "open" })).body.error.type).toBe("resource_not_found_exception");
    expect((await service.ask("/v1/alerts/nobody", { headers: by("read") })).status).toBe(404);
    expect((await service.ask("/v1/alerts/%2e%2e%2f_search", { headers: by("read") })).status).toBe(404);
  });
});

describe("the audit log", () => {
  it("has a line for each triage and reload, and for each attempt of those that was refused", async () => {
    const id = await raise("a-1");
    const before = audit().length;
    await triage(id, { status: "closed", note: NOTE });
    await triage("nobody", { status: "closed" });
    await triage(id, { status: "closed" }, "read");
    await service.ask("/-/reload", { method: "POST", headers: by("admin") });
    await service.ask("/-/reload", { method: "POST" });
    await service.ask("/-/reload", { method: "POST", headers: { authorization: "Bearer admin.wrong" } });
    const route = "POST /v1/alerts/:id/triage";
    const actor = (name: string) => ({ mode: "api_key", id: name });
    const common = { audit: true, timestamp: expect.any(String), address: "127.0.0.1" };
    expect(audit().slice(before)).toEqual([
      { ...common, action: "triage", outcome: "done", actor: actor("triage"), route, target: id },
      {
        ...common,
        action: "triage",
        outcome: "failed",
        actor: actor("triage"),
        route,
        target: "nobody",
        reason: "alert_unknown",
      },
      {
        ...common,
        action: "triage",
        outcome: "refused",
        actor: actor("read"),
        route,
        target: id,
        reason: "scope",
      },
      { ...common, action: "reload", outcome: "done", actor: actor("admin"), route: "POST /-/reload" },
      { ...common, action: "reload", outcome: "refused", route: "POST /-/reload", reason: "missing" },
      {
        ...common,
        action: "reload",
        outcome: "refused",
        actor: actor("admin"),
        route: "POST /-/reload",
        reason: "wrong",
      },
    ]);
    expect(readFileSync(auditFile, "utf8")).not.toContain(NOTE);
  });

  it("has the first failure of an address, and counts the others", async () => {
    const before = audit().length;
    for (let i = 0; i < 5; i++) await service.ask("/v1/rules");
    service.security.audit.flush();
    const lines = audit().slice(before);
    expect(lines.at(-1)).toMatchObject({ action: "authenticate", outcome: "refused", address: "127.0.0.1" });
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(lines.at(-1)!.count).toBeGreaterThanOrEqual(4);
  });

  it("tells a reload that met bad credentials, which changes nothing", async () => {
    const good = readFileSync(credentials, "utf8");
    writeFileSync(credentials, "keys: nonsense");
    const answer = await service.ask("/-/reload", { method: "POST", headers: by("admin") });
    expect([answer.status, answer.body.error.type]).toEqual([400, "rules_refused_exception"]);
    expect(answer.body.error.reason).toMatch(/^The credentials in force stay: .*credentials.yaml:1:7 error/);
    expect(audit().at(-1)).toMatchObject({ action: "reload", outcome: "failed" });
    expect((await service.ask("/v1/rules", { headers: by("read") })).status).toBe(200);
    expect(await service.metrics()).toContain(
      'trailtag_security_last_reload_successful{what="credentials"} 0',
    );

    writeFileSync(credentials, good.replace('"id":"read"', '"id":"other"'));
    expect((await service.ask("/-/reload", { method: "POST", headers: by("admin") })).status).toBe(200);
    expect((await service.ask("/v1/rules", { headers: by("read") })).status).toBe(401);
    writeFileSync(credentials, good);
    await service.ask("/-/reload", { method: "POST", headers: by("admin") });
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { startSecuredOpenSearch, type SecuredOpenSearch } from "../../dev/security/secured-opensearch.js";
import { deadletterCommand } from "../../src/cli/deadletter.js";
import { doctorCommand } from "../../src/cli/doctor.js";
import { packageRoot } from "../../src/lib/package-root.js";
import type { JsonObject } from "../../src/lib/json.js";
import { bulkBody, deniedRecord, record } from "../harness/records.js";
import { describeWith } from "../harness/requirements.js";
import { runCommand } from "../harness/run-command.js";
import { startService, type TestService } from "../harness/service.js";
import { waitFor } from "../harness/wait-for.js";

const ROLES = join(packageRoot, "deploy/opensearch/roles.yml");
const PASSWORD = "correct-Horse-7-battery";

jest.setTimeout(60_000);

describeWith("security-plugin", "TrailTag and OpenSearch's security plugin", () => {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-security-"));
  let openSearch: SecuredOpenSearch;
  let running: TestService[] = [];

  beforeAll(async () => {
    openSearch = await startSecuredOpenSearch({
      dataDir: join(dir, "data"),
      firstPort: 9280,
      roles: ROLES,
      rolesMapping: join(packageRoot, "deploy/opensearch/roles_mapping.yml"),
      clients: ["trailtag"],
    });
    for (const name of ["trailtag", "trailtag-write", "analyst", "curtailed"])
      await setPassword(name, PASSWORD);
    writeFileSync(join(dir, "password"), PASSWORD, { mode: 0o600 });
    writeFileSync(join(dir, "wrong"), "incorrect-Horse-7-battery", { mode: 0o600 });
  }, 300_000);

  afterEach(async () => {
    for (const service of running) await service.close();
    running = [];
  });

  afterAll(async () => {
    await openSearch.stop();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  async function setPassword(name: string, password: string): Promise<void> {
    const path = `/_plugins/_security/api/internalusers/${name}`;
    const { status, body } = await openSearch.admin("PUT", path, { password });
    if (status >= 300) throw new Error(JSON.stringify(body));
  }

  function basic(username: string, password_file = join(dir, "password")): JsonObject {
    return { username, password_file };
  }

  async function serve(
    opensearch: JsonObject,
    waitUntilReady = true,
    hold_ms = 20_000,
  ): Promise<TestService> {
    const service = await startService({
      config: {
        opensearch: { node: openSearch.url, ca_file: join(openSearch.certificates, "ca.pem"), ...opensearch },
        spool: { mode: "off" },
        limits: { hold_ms },
      },
      waitUntilReady,
    });
    running.push(service);
    return service;
  }

  async function send(service: TestService, documents: readonly unknown[]): Promise<any> {
    const answer = await fetch(`${service.url}/_bulk`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: bulkBody(documents),
    });
    return { status: answer.status, ...((await answer.json()) as object) };
  }

  /** Everything that TrailTag does with OpenSearch while it serves. */
  async function everyDay(service: TestService, run: string): Promise<void> {
    const sent = [record(`${run}-1`), deniedRecord(`${run}-2`), { neither: `${run}-3` }];
    const first = await send(service, sent);
    expect(first).toMatchObject({ errors: false });
    const again = await send(service, sent);
    expect(again).toMatchObject({ status: 200, errors: false });
    await service.pipeline.settle();
    const count = async (pattern: string, query: object) => {
      await openSearch.admin("POST", `/${pattern}/_refresh`);
      return ((await openSearch.admin("POST", `/${pattern}/_count`, { query })).body as any).count;
    };
    expect(await count("cloudtrail-events-*", { prefix: { "event.id": `${run}-` } })).toBe(2);
    expect(await count("cloudtrail-deadletter", { match_all: {} })).toBeGreaterThan(0);
    const alerts = await openSearch.admin("POST", "/cloudtrail-alerts-*/_search", {
      query: { term: { "alert.event_ids": `${run}-2` } },
    });
    const [alert] = (alerts.body as any).hits.hits;
    expect(alert._source.alert.pending).toBe(false);
  }

  it("sets up and serves with the role for it and a password", async () => {
    await everyDay(await serve(basic("trailtag")), "basic");
    const { body } = await openSearch.admin("GET", "/_index_template/cloudtrail-*");
    expect((body as any).index_templates).toHaveLength(3);
  });

  it("also with a certificate instead of a password", async () => {
    const cert = {
      client_cert_file: join(openSearch.certificates, "trailtag.pem"),
      client_key_file: join(openSearch.certificates, "trailtag.key"),
    };
    await everyDay(await serve(cert), "certificate");
  });

  it("writes with the narrower role where the templates are somebody else's", async () => {
    await everyDay(await serve({ ...basic("trailtag-write"), manage_templates: false }), "narrow");
  });

  it.each([
    ["trailtag", {}],
    ["trailtag-write", { manage_templates: false }],
  ])("lets people triage, replay and ask the doctor with the role of %s", async (user, more) => {
    const opensearch = {
      node: openSearch.url,
      ca_file: join(openSearch.certificates, "ca.pem"),
      ...basic(user),
      ...more,
    };
    const run = `tools-${user}`;
    const service = await serve({ ...basic(user), ...more });
    expect(await send(service, [deniedRecord(`${run}-1`), { no: run }])).toMatchObject({ errors: false });
    await service.pipeline.settle();
    const found = await openSearch.admin("POST", "/cloudtrail-alerts-*/_search", {
      query: { term: { "alert.event_ids": `${run}-1` } },
    });
    const id = (found.body as any).hits.hits[0]._id;
    const triage = await fetch(`${service.url}/v1/alerts/${id}/triage`, {
      method: "POST",
      body: JSON.stringify({ status: "acknowledged", note: user }),
    });
    expect([triage.status, await triage.json()]).toEqual([200, expect.objectContaining({ note: user })]);
    expect((await fetch(`${service.url}/v1/alerts/${id}`)).status).toBe(200);

    const file = join(dir, `${user}.json`);
    writeFileSync(file, JSON.stringify({ opensearch, spool: { mode: "off" } }));
    const config = ["--config", file];
    const listed = await runCommand(deadletterCommand, ["list", "--json", ...config]);
    const letters = listed.out.toString().trim().split("\n");
    expect([listed.code, listed.err]).toEqual([0, expect.not.stringContaining("permission")]);
    expect(letters.filter((line) => line.includes("not_cloudtrail")).length).toBeGreaterThan(0);
    const replayed = await runCommand(deadletterCommand, ["replay", "--all", ...config]);
    expect([replayed.code, replayed.err]).toEqual([1, expect.stringMatching(/still dead/)]);

    const doctor = await runCommand(doctorCommand, ["--url", service.url, "--json", ...config]);
    const { checks } = JSON.parse(doctor.out.toString());
    const wrong = checks.filter(({ status, check }: any) => status === "fail" && check !== "disk");
    expect(wrong).toEqual([]);
    expect(checks.find(({ check }: any) => check === "canary")).toMatchObject({ status: "ok" });
  });

  it("says which permission is missing", async () => {
    const role = parse(readFileSync(ROLES, "utf8")).trailtag_write;
    const [indices] = role.index_permissions;
    const allowed_actions = indices.allowed_actions.filter((action: string) => !/bulk/.test(action));
    const curtailed = { ...role, index_permissions: [{ ...indices, allowed_actions }] };
    await openSearch.admin("PUT", "/_plugins/_security/api/roles/curtailed", curtailed);
    await openSearch.admin("PUT", "/_plugins/_security/api/rolesmapping/curtailed", { users: ["curtailed"] });
    const service = await serve({ ...basic("curtailed"), manage_templates: false }, true, 2_000);
    const answer = await send(service, [record("curtailed-1")]);
    expect(answer.status).toBe(429);
    expect(service.pipeline.status()).toMatchObject({
      ready: false,
      message: expect.stringContaining("no permissions for [indices:data/write/bulk[s]]"),
    });
  });

  it("waits while the password is wrong, and goes on once it is right", async () => {
    const service = await serve(basic("trailtag", join(dir, "wrong")), false, 2_000);
    expect(service.pipeline.status()).toMatchObject({
      ready: false,
      message: expect.stringContaining("refuses the credentials (HTTP 401)"),
    });
    expect(await send(service, [record("wrong-1")])).toMatchObject({ status: 429 });
    await setPassword("trailtag", "incorrect-Horse-7-battery");
    await waitFor(() => service.pipeline.status().ready, { what: "TrailTag to be let in" });
    await everyDay(service, "right");
    // From one request to the next: what runs is refused, held, and goes on.
    await setPassword("trailtag", PASSWORD);
    await waitFor(() => !service.pipeline.status().ready, { what: "TrailTag to be refused" });
    expect(await send(service, [record("wrong-2")])).toMatchObject({ status: 429 });
    await setPassword("trailtag", "incorrect-Horse-7-battery");
    await waitFor(() => service.pipeline.status().ready, { what: "TrailTag to be let in again" });
    expect(await send(service, [record("wrong-2")])).toMatchObject({ status: 200, errors: false });
    await setPassword("trailtag", PASSWORD);
  });

  it("lets people read, and nothing else", async () => {
    const as = (method: string, path: string, body?: object): Promise<{ status: number; body: any }> =>
      new Promise((resolve, reject) => {
        const ca = readFileSync(join(openSearch.certificates, "ca.pem"));
        const headers = { "content-type": "application/json" };
        const auth = `analyst:${PASSWORD}`;
        const asked = request(`${openSearch.url}${path}`, { method, ca, auth, headers }, (answer) => {
          let text = "";
          answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) }));
        });
        asked.on("error", reject);
        asked.end(body === undefined ? undefined : JSON.stringify(body));
      });
    const events = await as("POST", "/cloudtrail-events-*/_search", { query: { match_all: {} } });
    expect(events).toMatchObject({ status: 200, body: { hits: { total: { relation: "eq" } } } });
    expect(events.body.hits.hits.length).toBeGreaterThan(0);
    const [{ _index, _id }] = events.body.hits.hits;
    // What Dashboards asks for an index pattern.
    expect(await as("GET", "/cloudtrail-*/_field_caps?fields=*")).toMatchObject({ status: 403 });
    expect(await as("GET", "/cloudtrail-events-*/_field_caps?fields=*")).toMatchObject({ status: 200 });
    expect(await as("GET", "/_resolve/index/cloudtrail-events-*")).toMatchObject({ status: 200 });
    expect(await as("GET", `/${_index}/_doc/${_id}`)).toMatchObject({ status: 200 });
    for (const [method, path, body] of [
      ["POST", `/${_index}/_update/${_id}`, { doc: { x: 1 } }],
      ["PUT", `/${_index}/_doc/mine`, { x: 1 }],
      ["DELETE", `/${_index}/_doc/${_id}`, undefined],
      ["DELETE", `/${_index}`, undefined],
      ["PUT", `/${_index}/_mapping`, { properties: { x: { type: "keyword" } } }],
      ["PUT", "/cloudtrail-events-mine", {}],
      ["GET", "/cloudtrail-deadletter/_search", undefined],
    ] as const) {
      expect([path, await as(method, path, body)]).toEqual([path, expect.objectContaining({ status: 403 })]);
    }
  });
});

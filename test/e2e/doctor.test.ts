import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey } from "../../src/auth/api-key.js";
import { doctorCommand } from "../../src/cli/doctor.js";
import { loadConfig } from "../../src/config/load.js";
import type { JsonObject } from "../../src/lib/json.js";
import { CHECKS, type CheckName } from "../../src/pipeline/doctor/checks.js";
import type { DoctorOptions } from "../../src/pipeline/doctor/context.js";
import { runDoctor, type NamedFinding } from "../../src/pipeline/doctor/run.js";
import { createAuthority, type Authority } from "../harness/certificates.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { deniedRecord, record } from "../harness/records.js";
import { describeWith } from "../harness/requirements.js";
import { createRuleFiles, ruleFor } from "../harness/rule-files.js";
import { runCommand } from "../harness/run-command.js";
import { startSecureService, type SecureService } from "../harness/secure-service.js";
import { startService, type TestService } from "../harness/service.js";

jest.setTimeout(60_000);

type Findings = Readonly<Record<CheckName, NamedFinding>>;

async function examine(options: DoctorOptions): Promise<Findings> {
  const findings: Record<string, NamedFinding> = {};
  for await (const finding of runDoctor({ patienceMs: 300, ...options })) findings[finding.check] = finding;
  return findings as Findings;
}

const notOk = (findings: Findings): string[] =>
  Object.values(findings)
    .filter(({ status }) => status === "warn" || status === "fail")
    .map(({ check, message }) => `${check}: ${message}`);

describeWithOpenSearch("trailtag doctor on OpenSearch", () => {
  const prefix = testPrefix();
  const { url: node } = testOpenSearch();
  const settings: JsonObject = { opensearch: { node, index_prefix: prefix }, spool: { mode: "off" } };
  const rules = createRuleFiles();
  let service: TestService;

  const config = (more: JsonObject = {}): DoctorOptions["config"] =>
    loadConfig({ files: [], env: {}, flags: { ...settings, ...more } });
  const doctor = (more: Partial<DoctorOptions> = {}): Promise<Findings> =>
    examine({ config: config(), url: service.url, peers: [], canary: false, ...more });
  const check = async (only: CheckName, more: Partial<DoctorOptions> = {}): Promise<NamedFinding> =>
    (await doctor({ only: [only], ...more }))[only];

  async function ask(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await fetch(`${node}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text);
  }

  beforeAll(async () => {
    rules.write("rules/a.yml", ruleFor("Test.Stopped", "StopLogging"));
    service = await startService({ config: { ...settings, ...rules.config } });
    const events = [record("one"), deniedRecord("two", { eventName: "StopLogging" })];
    await fetch(`${service.url}/v1/events`, { method: "POST", body: JSON.stringify(events) });
    await service.pipeline.settle();
  });
  afterAll(async () => {
    await service.close();
    await deletePrefix(prefix);
    rules.clear();
  });

  it("finds nothing wrong, sends a canary through and reads it back", async () => {
    const findings = await doctor({ canary: true });
    expect(notOk(findings).filter((line) => !line.startsWith("disk:"))).toEqual([]);
    expect(Object.keys(findings)).toEqual(Object.keys(CHECKS));
    expect(findings.canary.message).toMatch(
      /^The canary [0-9a-f-]{36} was taken, tagged, stored and read back\.$/,
    );
    expect(findings.opensearch.message).toMatch(/^OpenSearch 3\./);
    expect(findings.counters.message).toBe("2 events received, each accounted for: 2 stored.");
    expect(findings.retention.status).toBe("skipped");
    expect(findings.spool.status).toBe("skipped");
  });

  it("names a template that was removed, and where one was changed", async () => {
    const path = `/_index_template/${prefix}-events`;
    const { index_template: before } = (await ask("GET", path)).index_templates[0];
    await ask("DELETE", path);
    expect(await check("templates")).toMatchObject({
      status: "fail",
      message: `Index template ${prefix}-events is not there: new indices lack its settings.`,
    });
    const changed = structuredClone(before);
    changed.template.settings.index.refresh_interval = "99s";
    await ask("PUT", path, changed);
    expect(await check("templates")).toMatchObject({
      status: "fail",
      message: `Index template ${prefix}-events differs from the shipped one at template.settings.index.refresh_interval: "99s" for "5s".`,
    });
    const config2 = config({ opensearch: { node, index_prefix: prefix, manage_templates: false } });
    expect((await check("templates", { config: config2 })).status).toBe("skipped");
    await ask("PUT", path, before);
    expect((await check("templates")).status).toBe("ok");
  });

  it("names another template that takes the indices", async () => {
    const name = `${prefix}-foreign`;
    await ask("PUT", `/_index_template/${name}`, { index_patterns: [`${prefix}-*2*`], priority: 2_000 });
    expect(await check("foreign-templates")).toMatchObject({
      status: "fail",
      message: expect.stringContaining(
        `Index template ${name} has priority 2000 and takes ${prefix}-events-2`,
      ),
    });
    await ask("DELETE", `/_index_template/${name}`);
    expect((await check("foreign-templates")).status).toBe("ok");
  });

  it("names an index whose mapping lacks a field, a closed one and a blocked one", async () => {
    const index = `${prefix}-events-2001.w01`;
    await ask("PUT", `/${index}`, {
      mappings: { dynamic: false, properties: { eventName: { type: "long" } } },
    });
    expect(await check("mappings")).toMatchObject({
      status: "fail",
      message: expect.stringContaining(`indices cannot be searched by every field: ${index} lacks eventName`),
    });
    await ask("PUT", `/${index}/_settings`, { "index.blocks.write": true });
    expect(await check("index-blocks")).toMatchObject({
      status: "fail",
      message: expect.stringContaining(`${index} blocked for writing`),
    });
    await ask("PUT", `/${index}/_settings`, {
      "index.blocks.write": null,
      "index.blocks.read_only_allow_delete": true,
    });
    expect(await check("index-blocks")).toMatchObject({
      status: "fail",
      message: expect.stringContaining(`OpenSearch made ${index} read-only`),
    });
    await ask("PUT", `/${index}/_settings`, { "index.blocks.read_only_allow_delete": null });
    await ask("POST", `/${index}/_close`);
    expect(await check("indices")).toMatchObject({
      status: "fail",
      message: expect.stringContaining(`${index} closed`),
    });
    await ask("DELETE", `/${index}`);
    const after = await doctor({ only: ["mappings", "index-blocks", "indices"] });
    expect([after.mappings.status, after["index-blocks"].status, after.indices.status]).toEqual([
      "ok",
      "ok",
      "ok",
    ]);
  });

  it("says that nothing deletes old indices, where retention is set and the plugin is not there", async () => {
    const days = config({ opensearch: { node, index_prefix: prefix, retention_days: 30 } });
    const retention = await check("retention", { config: days });
    expect(["warn", "fail"]).toContain(retention.status);
    expect(retention.message).toMatch(
      /Nothing deletes indices after 30 days|is not the one that deletes after 30 days/,
    );
  });

  it("counts dead letters by reason, until they are replayed", async () => {
    await fetch(`${service.url}/v1/events`, { method: "POST", body: '[{"message":"hello"},[1]]' });
    expect(await check("dead-letters")).toMatchObject({
      status: "warn",
      message: "2 dead letters not replayed: not_an_object 1, not_cloudtrail 1.",
    });
  });

  it("names alerts that stay pending", async () => {
    const path = `/${prefix}-alerts-1999.01`;
    await ask("PUT", `${path}/_doc/left?refresh=true`, { alert: { id: "left", pending: true } });
    // The service itself takes it up half a minute later; a moment is enough to see that it is left.
    expect(await check("pending-alerts")).toMatchObject({
      status: "warn",
      message: "1 alert waits to be brought up to date: counts may be too low.",
    });
    await ask("DELETE", path);
    expect((await check("pending-alerts")).status).toBe("ok");
  });

  it("tells refused rules, a refused reload, and a rule that hits the canary", async () => {
    rules.write("rules/b.yml", "AnalysisType: rule\nRuleID: Bad\n");
    await fetch(`${service.url}/-/reload`, { method: "POST" });
    expect(await check("rules")).toMatchObject({
      status: "fail",
      message: expect.stringContaining("was refused"),
    });
    const other = await startService({ config: { ...settings, ...rules.config } });
    try {
      expect(await check("rules", { url: other.url })).toMatchObject({
        status: "warn",
        message: expect.stringMatching(/^\d+ errors? in rules, lists or exceptions at /),
      });
    } finally {
      await other.close();
    }
    rules.write("rules/b.yml", ruleFor("Test.Canary", "DoctorCanary"));
    await fetch(`${service.url}/-/reload`, { method: "POST" });
    const findings = await doctor({ canary: true });
    expect([findings.rules.status, findings.canary.status]).toEqual(["ok", "warn"]);
    expect(findings.canary.message).toContain('The canary was hit by ["Test.Canary"]');
  });

  it("hits the canary with no rule of the bundled pack", async () => {
    const other = await startService({ config: settings });
    try {
      expect((await check("canary", { url: other.url, canary: true })).status).toBe("ok");
    } finally {
      await other.close();
    }
  });

  it("adds counters up over replicas, and names the one whose do not", async () => {
    const peer = await startService({ config: settings });
    // A fake, since no real TrailTag miscounts on request.
    const fake = await listenAs((path) => {
      if (path.startsWith("/readyz")) return '{"ready":true,"message":"I am a fake.","ruleset":"x"}';
      return 'trailtag_rules_loaded 1\ntrailtag_events_received_total{route="/_bulk"} 7\ntrailtag_events_stored_total 5\n';
    });
    try {
      await fetch(`${peer.url}/v1/events`, { method: "POST", body: JSON.stringify(record("one")) });
      expect(await check("counters", { peers: [peer.url] })).toMatchObject({
        status: "ok",
        message: expect.stringContaining("by 2 replicas"),
      });
      expect(await check("counters", { peers: [fake.url] })).toMatchObject({
        status: "fail",
        message: `${fake.url} received 2 events more than it accounts for.`,
      });
    } finally {
      await peer.close();
      fake.server.close();
    }
  });

  it("says that the service is down and judges OpenSearch all the same; with both down it ends with 69", async () => {
    process.env["TRAILTAG_OPENSEARCH__INDEX_PREFIX"] = prefix;
    try {
      const nobody = ["--url", "http://127.0.0.1:9", "--no-canary"];
      const one = await runCommand(doctorCommand, [...nobody, "--opensearch", node, "--json"]);
      const { ok, checks } = JSON.parse(one.out.toString());
      expect([one.code, ok]).toEqual([1, false]);
      const by = Object.fromEntries(checks.map((check: any) => [check.check, check]));
      expect(by.replicas).toMatchObject({
        status: "fail",
        message: expect.stringContaining("does not answer"),
      });
      expect([by.templates.status, by.counters.status]).toEqual(["ok", "skipped"]);
      const none = await runCommand(doctorCommand, [...nobody, "--opensearch", "http://127.0.0.1:9"]);
      expect(none.code).toBe(69);
      expect(none.out.toString()).toMatch(/^fail +opensearch +OpenSearch does not answer as it should\./m);
    } finally {
      delete process.env["TRAILTAG_OPENSEARCH__INDEX_PREFIX"];
    }
  });
});

describeWith("openssl", "trailtag doctor on a service that wants a key and speaks TLS", () => {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-doctor-key-"));
  const keys = { all: createApiKey("doctor"), ingest: createApiKey("shipper") };
  let authority: Authority;
  let service: SecureService;

  beforeAll(async () => {
    authority = createAuthority("ours");
    const { certFile, keyFile } = authority.issue("localhost");
    const credentials_file = join(dir, "credentials.yaml");
    const entries = [
      { id: "doctor", hash: keys.all.hash, scopes: ["read", "ingest"] },
      { id: "shipper", hash: keys.ingest.hash, scopes: ["ingest"] },
    ];
    writeFileSync(credentials_file, JSON.stringify({ keys: entries }));
    writeFileSync(join(dir, "key"), `${keys.all.token}\n`);
    service = await startSecureService({
      rules: { bundled: true },
      http: { tls: { cert_file: certFile, key_file: keyFile } },
      auth: { mode: "api_key", credentials_file },
    });
  });
  afterAll(async () => {
    await service.close();
    authority.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  const options = (more: Partial<DoctorOptions> = {}): DoctorOptions => ({
    config: loadConfig({
      files: [],
      env: {},
      flags: { store: { kind: "files", dir: join(service.dir, "store") } },
    }),
    url: service.url,
    peers: [],
    canary: true,
    ca: authority.ca.toString(),
    key: keys.all.token,
    ...more,
  });

  it("finds nothing wrong with the key and the authority, and sees the certificate expire", async () => {
    const findings = await examine(options());
    expect(findings.canary.message).toMatch(/taken, tagged, stored and read back/);
    expect([findings.counters.status, findings.readiness.status]).toEqual(["ok", "ok"]);
    // The test's certificate is for two days.
    expect(notOk(findings)).toEqual([expect.stringMatching(/^certificates: .* expires in 1 days\.$/)]);
    const flags = ["--url", service.url, "--store", "files", "--data", join(service.dir, "store")];
    const given = ["--key-file", join(dir, "key"), "--ca", authority.caFile];
    expect((await runCommand(doctorCommand, [...flags, ...given])).code).toBe(0);
  });

  it("says what a key lacks, that there is none, and that the authority is unknown", async () => {
    const { token } = keys.ingest;
    const shipper = await examine(options({ key: token }));
    expect(shipper.replicas).toMatchObject({ status: "warn", todo: expect.stringContaining("--key-file") });
    expect([shipper.canary.status, shipper.counters.status]).toEqual(["ok", "skipped"]);
    const { config, url } = options();
    const bare = { config, url, peers: [], canary: true };
    const none = await examine({ ...bare, ca: authority.ca.toString() });
    expect([none.canary.status, none.canary.message]).toEqual(["fail", expect.stringContaining("HTTP 401")]);
    const unknown = await examine({ ...bare, key: token });
    expect(unknown.replicas).toMatchObject({
      status: "fail",
      message: expect.stringMatching(/does not answer: .*certificate/),
    });
  });
});

describe("trailtag doctor while the store is away", () => {
  it("says that the canary waits in the spool", async () => {
    const dir = mkdtempSync(join(tmpdir(), "trailtag-doctor-spool-"));
    const settings: JsonObject = {
      // Nothing listens there.
      opensearch: { node: "http://127.0.0.1:9" },
      spool: { mode: "on", dir: join(dir, "spool"), after_ms: 100 },
    };
    const service = await startService({ config: settings, waitUntilReady: false });
    try {
      const config = loadConfig({ files: [], env: {}, flags: settings });
      const findings = await examine({ config, url: service.url, peers: [], canary: true });
      expect(findings.canary).toMatchObject({
        status: "warn",
        message: expect.stringMatching(/^The canary [0-9a-f-]{36} was taken and waits in the spool/),
      });
      expect(findings.readiness).toMatchObject({
        status: "warn",
        message: expect.stringContaining("into its spool alone"),
      });
      expect(findings.opensearch.status).toBe("fail");
    } finally {
      await service.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe("trailtag doctor on files", () => {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-doctor-"));
  const files: JsonObject = { store: { kind: "files", dir } };
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ config: files });
  });
  afterAll(async () => {
    await service.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const options = (more: Partial<DoctorOptions> = {}): DoctorOptions => ({
    config: loadConfig({ files: [], env: {}, flags: files }),
    url: service.url,
    peers: [],
    canary: true,
    ...more,
  });

  it("reads the canary back from the file, and passes over what concerns OpenSearch", async () => {
    const findings = await examine(options());
    expect(notOk(findings)).toEqual([]);
    expect(findings.canary.status).toBe("ok");
    expect(findings.templates).toMatchObject({ status: "skipped", message: "The store is files." });
    expect((await examine(options({ canary: false }))).canary.status).toBe("skipped");
  });

  it("ends with 0, a line for each check on stdout", async () => {
    const run = await runCommand(doctorCommand, ["--url", service.url, "--store", "files", "--data", dir]);
    expect(run.code).toBe(0);
    const lines = run.out.toString().trimEnd().split("\n");
    expect(lines.map((line) => line.split(/ +/)[1])).toEqual(Object.keys(CHECKS));
  });

  it("says what is wrong with the configuration, and still looks at the service", async () => {
    const run = await runCommand(doctorCommand, ["--url", service.url, "--no-canary"]);
    expect(run.code).toBe(1);
    expect(run.out.toString()).toMatch(/^fail +configuration +.*Say where to write/m);
    expect(run.out.toString()).toMatch(/^ok +replicas +TrailTag answers/m);
  });

  it("tells a service that listens beyond this machine without credentials", async () => {
    const open = loadConfig({
      files: [],
      env: {},
      flags: { ...files, http: { listen: "0.0.0.0:9280" }, auth: { mode: "none" } },
    });
    expect((await examine(options({ config: open }))).listening.status).toBe("warn");
  });

  it("tells something else than TrailTag, a store that takes nothing, and refused credentials", async () => {
    const other = await listenAs(() => "hello");
    const busy = await listenAs(() => '{"error":{"reason":"Not now."},"status":429}', 429);
    const closed = await listenAs(() => '{"error":{"reason":"Who are you?"}}', 401);
    try {
      expect((await examine(options({ url: other.url }))).replicas).toMatchObject({
        status: "fail",
        message: expect.stringContaining("is no TrailTag"),
      });
      expect((await examine(options({ url: busy.url }))).canary).toMatchObject({
        status: "fail",
        message: "TrailTag did not take the canary, HTTP 429: Not now.",
      });
      const findings = await examine(options({ url: closed.url }));
      expect(findings.canary.todo).toContain("--key-file");
      expect(findings.counters).toMatchObject({
        status: "skipped",
        message: expect.stringContaining("HTTP 401"),
      });
    } finally {
      for (const { server } of [other, busy, closed]) server.close();
    }
  });

  it.each([
    ["trailtag_spool_accepting 0", "fail", "takes nothing more"],
    ["trailtag_spool_accepting 1\ntrailtag_spool_set_aside_bytes_total 12", "fail", "set 12 bytes"],
    [
      "trailtag_spool_events 3\ntrailtag_spool_oldest_timestamp_seconds 1000",
      "warn",
      "3 events in the spool",
    ],
    ["trailtag_spool_bytes 90", "warn", "90 % full"],
    ["trailtag_spool_accepting 1", "ok", "The spool is empty"],
  ])("judges the spool by its metrics: %s", async (text, status, message) => {
    // A fake: a full disk and a damaged spool have their own tests.
    const fake = await listenAs(() => `trailtag_spool_max_bytes 100\n${text}\n`);
    try {
      expect((await examine(options({ url: fake.url, canary: false }))).spool).toMatchObject({
        status,
        message: expect.stringContaining(message),
      });
    } finally {
      fake.server.close();
    }
  });
});

/** Plays a service that answers one text to each path. */
async function listenAs(
  answer: (path: string) => string,
  status = 200,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((req, res) => {
    res.writeHead(status).end(answer(req.url ?? ""));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

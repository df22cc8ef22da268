import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spoolCommand } from "../../src/cli/spool.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { deniedRecord, record } from "../harness/records.js";
import { runCommand, type CommandRun } from "../harness/run-command.js";
import { startService, type TestService } from "../harness/service.js";

jest.setTimeout(60_000);

/** Nothing listens there. */
const AWAY = "http://127.0.0.1:9";
let dir: string;
let service: TestService | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "trailtag-cli-spool-"));
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  rmSync(dir, { recursive: true, force: true });
});

async function spool(...args: string[]): Promise<Omit<CommandRun, "out"> & { out: string }> {
  const { out, ...run } = await runCommand(spoolCommand, args);
  return { ...run, out: out.toString() };
}

/** A service whose OpenSearch is away takes these into the spool. */
async function fill(...documents: unknown[]): Promise<TestService> {
  service = await startService({
    config: { opensearch: { node: AWAY }, spool: { mode: "on", dir, after_ms: 100 } },
    waitUntilReady: false,
  });
  if (documents.length === 0) return service;
  const body = documents.map((each) => (typeof each === "string" ? each : JSON.stringify(each))).join("\n");
  const answer = await fetch(`${service.url}/v1/events`, { method: "POST", body });
  expect(((await answer.json()) as any).spooled).toBe(documents.length);
  return service;
}

function configFile(node: string, prefix = "cloudtrail"): string {
  const path = join(dir, "trailtag.yml");
  writeFileSync(
    path,
    `opensearch: {node: "${node}", index_prefix: ${prefix}}\nspool: {dir: "${dir}", after_ms: 500}\n`,
  );
  return path;
}

const lines = (text: string): any[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

describe("trailtag spool", () => {
  it("tells beside a running service what waits", async () => {
    await fill(record("one"), deniedRecord("two"));
    const told = await spool("status", "--config", configFile(AWAY));
    expect([told.code, told.out]).toEqual([
      1,
      expect.stringMatching(/^2 events in 1 record in .*of 2\.0 GiB on disk/),
    ]);
    const { code, out } = await spool("status", "--json", "--dir", dir);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      dir,
      records: 1,
      documents: 2,
      bytes: expect.any(Number),
      max_bytes: null,
      oldest_at: expect.stringMatching(/^20.*Z$/),
      damaged: { files: 0, bytes: 0 },
    });
  });

  it("says that nothing waits", async () => {
    mkdirSync(join(dir, "empty"));
    expect(await spool("status", "--dir", join(dir, "empty"))).toMatchObject({
      code: 0,
      out: `The spool in ${join(dir, "empty")} is empty.\n`,
    });
    await fill();
    const { code, out } = await spool("status", "--dir", dir);
    expect([code, out]).toEqual([0, `The spool in ${dir} is empty.\n`]);
  });

  it("takes a folder that is not there for no empty spool", async () => {
    const { code, out, err } = await spool("status", "--dir", join(dir, "unmounted"));
    expect([code, out]).toEqual([69, ""]);
    expect(err).toMatch(/There is no folder .*unmounted/);
  });

  it("exports records as they came, or documents, and leaves them where they are", async () => {
    const first = record("one", { requestParameters: { note: 'a "quoted"\nline' } });
    await fill(JSON.stringify(first, null, 2), deniedRecord("two"), { no: "record" });
    const records = await spool("export", "--dir", dir);
    expect(records.code).toBe(0);
    const [one, two, dead] = lines(records.out);
    expect([one, two.eventID]).toEqual([first, "two"]);
    expect(dead.dead_letter).toMatchObject({
      reason: { code: "not_cloudtrail" },
      source: { route: "/v1/events" },
    });
    expect(JSON.parse(Buffer.from(dead.dead_letter.raw as string, "base64").toString())).toEqual({
      no: "record",
    });
    expect(records.err).toMatch(/^2 events and 1 dead letter from .* still in the spool/);
    const documents = lines((await spool("export", "--documents", "--dir", dir)).out);
    expect(documents[1].rule.id).toEqual(["AWS.CloudTrail.VPCE.AccessDenied"]);
    expect((await spool("status", "--dir", dir)).out).toMatch(/^3 events/);
  });

  it("does not drain what a service has open, nor into a cluster that is away", async () => {
    const running = await fill(record("one"));
    const locked = await spool("drain", "--config", configFile(AWAY));
    expect([locked.code, locked.err]).toEqual([
      69,
      expect.stringMatching(/in use by process \d+.*spool\.dir/s),
    ]);
    await running.close();
    service = undefined;
    const away = await spool("drain", "--timeout", "1", "--config", configFile(AWAY));
    expect([away.code, away.err]).toEqual([69, expect.stringMatching(/1 event still wait/)]);
    expect(readdirSync(dir).length).toBeGreaterThan(1);
  });

  it.each([[[]], [["drian"]], [["drain", "--timeout", "soon"]], [["status", "stray"]]])(
    "refuses %j",
    async (args) => {
      await expect(spool(...args)).rejects.toThrow(/Say what to do|Did you mean "drain"|--timeout|stray/);
    },
  );
});

describeWithOpenSearch("trailtag spool drain", () => {
  const prefix = testPrefix();
  afterAll(() => deletePrefix(prefix));

  it("carries everything to OpenSearch", async () => {
    const running = await fill(record("one"), deniedRecord("two"));
    await running.close();
    service = undefined;
    const config = configFile(testOpenSearch().url, prefix);
    const drained = await spool("drain", "--timeout", "40", "--config", config);
    expect([drained.code, drained.err]).toEqual([0, expect.stringMatching(/2 events of 2 left the spool/)]);
    expect((await spool("status", "--config", config)).code).toBe(0);
    const count = await fetch(`${testOpenSearch().url}/${prefix}-events-*,${prefix}-alerts-*/_count`);
    expect(((await count.json()) as any).count).toBe(3);
  });
});

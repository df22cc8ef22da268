import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../src/lib/json.js";
import type { DoctorContext } from "../../src/pipeline/doctor/context.js";
import { spoolCheck } from "../../src/pipeline/doctor/checks/spool.js";
import { createServiceClient } from "../../src/pipeline/doctor/service-client.js";
import { startRandomProxy, type RandomProxy } from "../faults/harness/proxy.js";
import { createRandom } from "../faults/harness/random.js";
import { startFilesService, type FilesService } from "../harness/files-service.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { deniedRecord, record } from "../harness/records.js";
import { startService, type TestService } from "../harness/service.js";
import { waitFor } from "../harness/wait-for.js";

jest.setTimeout(120_000);

/** Hits and none, over three weeks and many alerts. */
function records(count: number, from = 0): JsonObject[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const eventTime = new Date(Date.UTC(2026, 10, 2 + (n % 3) * 7, 10, n % 50))
      .toISOString()
      .replace(".000Z", "Z");
    const userIdentity = { type: "IAMUser", accountId: "111122223333", userName: `user-${n % 5}` };
    const fields = { eventTime, sourceIPAddress: `198.51.100.${n % 9}`, userIdentity };
    return n % 4 === 0 ? record(`plain-${n}`, fields) : deniedRecord(`denied-${n}`, fields);
  });
}

describeWithOpenSearch("the spool", () => {
  let prefix: string;
  let dir: string;
  let proxy: RandomProxy;
  let service: TestService;
  let faultless: FilesService;

  beforeAll(async () => {
    faultless = await startFilesService();
  });
  afterAll(() => faultless.close());

  beforeEach(async () => {
    prefix = testPrefix();
    dir = mkdtempSync(join(tmpdir(), "trailtag-e2e-spool-"));
    proxy = await startRandomProxy(testOpenSearch().url, createRandom(1));
  });
  afterEach(async () => {
    await service.close();
    await proxy.close();
    rmSync(dir, { recursive: true, force: true });
    await deletePrefix(prefix);
  });

  async function start(
    spool: JsonObject = {},
    limits: JsonObject = {},
    waitUntilReady = true,
    request_timeout_ms = 1_000,
  ): Promise<void> {
    service = await startService({
      config: {
        opensearch: { node: proxy.url, index_prefix: prefix, request_timeout_ms },
        spool: { mode: "on", dir, after_ms: 500, ...spool },
        limits,
      },
      waitUntilReady,
    });
  }

  async function send(list: readonly JsonObject[]): Promise<{ status: number; body: any }> {
    const answer = await fetch(`${service.url}/v1/events`, {
      method: "POST",
      body: JSON.stringify({ Records: list }),
    });
    return { status: answer.status, body: await answer.json() };
  }

  /** In requests of 20, each acknowledged. @returns how many went to the spool */
  async function sendAll(list: readonly JsonObject[]): Promise<number> {
    let spooled = 0;
    for (let at = 0; at < list.length; at += 20) {
      const { status, body } = await send(list.slice(at, at + 20));
      expect([status, body.received, body.dead_lettered]).toEqual([200, Math.min(20, list.length - at), 0]);
      spooled += body.spooled as number;
    }
    return spooled;
  }

  /** Making indices may take longer than a write is given here. */
  async function warmUp(list: readonly JsonObject[]): Promise<void> {
    await sendAll(list);
    await drained();
  }

  async function metrics(): Promise<(name: string) => number> {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return (name) =>
      [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (-?\\d+)$`, "gm"))].reduce(
        (n, m) => n + Number(m[1]),
        0,
      );
  }

  function ready(): Promise<any> {
    return fetch(`${service.url}/readyz`).then(async (answer) => ({
      status: answer.status,
      ...((await answer.json()) as object),
    }));
  }

  async function drained(timeout_ms = 60_000): Promise<void> {
    const empty = async (): Promise<boolean> => (await metrics())("trailtag_spool_events") === 0;
    await waitFor(empty, { what: "the spool to be empty", timeout_ms });
  }

  /** Events and alerts in OpenSearch are those of a run without faults. */
  async function expectWhole(list: readonly JsonObject[]): Promise<void> {
    await service.pipeline.settle();
    const events = await search(`${prefix}-events-*`);
    expect(events.map((hit) => hit._id).sort()).toEqual(list.map((each) => each["eventID"] as string).sort());
    const answer = await fetch(`${faultless.url}/v1/simulate`, {
      method: "POST",
      body: JSON.stringify({ Records: list }),
    });
    const { alerts } = (await answer.json()) as { alerts: any[] };
    const stored = await search(`${prefix}-alerts-*`);
    expect(comparable(stored.map((hit) => hit._source))).toEqual(comparable(alerts));
    expect(alerts.length).toBeGreaterThan(3);
  }

  async function search(index: string): Promise<any[]> {
    await fetch(`${testOpenSearch().url}/${index}/_refresh`, { method: "POST" });
    const answer = await fetch(`${testOpenSearch().url}/${index}/_search?size=5000`);
    return ((await answer.json()) as any).hits.hits as any[];
  }

  it("keeps what comes in an outage over a restart, and ends as a run without faults", async () => {
    const all = records(240);
    await start();
    await warmUp(all.slice(0, 80));
    await proxy.goAway();
    // The outage begins under the first of these; everything before it is sent again as well.
    expect(await sendAll(all.slice(0, 160))).toBe(160);
    expect(await ready()).toMatchObject({
      status: 200,
      ready: true,
      store: { ready: false },
      spool: { mode: "on", documents: 160, accepting: true, oldest_at: expect.stringMatching(/^20/) },
    });
    const health = await fetch(`${service.url}/_cluster/health`);
    expect(((await health.json()) as any).status).toBe("yellow");
    const hitsBefore = (await metrics())("trailtag_rule_hits_total");
    await service.close();

    await start({}, {}, false);
    expect((await metrics())("trailtag_events_received_total")).toBe(160);
    expect(await sendAll(all.slice(120))).toBe(120);
    await proxy.comeBack();
    await drained();
    await waitFor(async () => (await ready()).store.ready, { what: "the store to be ready" });
    const now = await metrics();
    expect([now("trailtag_events_stored_total"), now("trailtag_events_duplicate_total")]).toEqual([160, 120]);
    expect(hitsBefore + now("trailtag_rule_hits_total")).toBe(
      all.filter((each) => "vpcEndpointId" in each).length,
    );
    expect(now("trailtag_events_received_total")).toBe(280);
    await expectWhole(all);
  });

  it.each(["hang", "hang_after", "unavailable", "reset_reply"] as const)(
    "takes everything while OpenSearch meets requests with %s",
    async (fault) => {
      const all = records(120);
      await start();
      await warmUp(all.slice(0, 20));
      proxy.plan({ rates: { [fault]: 1 }, hangMs: 1_500 });
      expect(await sendAll(all.slice(20, 80))).toBe(60);
      proxy.plan();
      await sendAll(all.slice(80));
      await drained();
      await expectWhole(all);
      const now = await metrics();
      expect(now("trailtag_events_received_total")).toBe(120);
      expect([now("trailtag_events_stored_total"), now("trailtag_events_duplicate_total")]).toEqual([120, 0]);
      expect(now("trailtag_rule_hits_total")).toBe(all.filter((each) => "vpcEndpointId" in each).length);
    },
  );

  // In the long runs as it stands in the title; else ten times as fast.
  it("is emptied into an OpenSearch that takes 2 to 8 s for each answer, where a write is tried for 5 s", async () => {
    const scale = process.env["TRAILTAG_FAULTS"] === "long" ? 10 : 1;
    const all = records(160);
    await start({ after_ms: 500 * scale }, {}, true, 3_000 * scale);
    await warmUp(all.slice(0, 20));
    await proxy.goAway();
    expect(await sendAll(all.slice(20, 120))).toBe(100);
    await proxy.comeBack();
    const random = createRandom(7);
    const slow = (): void => proxy.plan({ rates: { slow: 1 }, slowMs: random.between(200, 800) * scale });
    slow();
    const changing = setInterval(slow, 50);
    try {
      // Some of these are stored in time, others are not.
      await sendAll(all.slice(120));
      await drained(60_000 * scale);
    } finally {
      clearInterval(changing);
      proxy.plan();
    }
    await expectWhole(all);
    const now = await metrics();
    expect(now("trailtag_events_received_total")).toBe(160);
    expect([now("trailtag_events_stored_total"), now("trailtag_events_duplicate_total")]).toEqual([160, 0]);
    expect(now("trailtag_rule_hits_total")).toBe(all.filter((each) => "vpcEndpointId" in each).length);
  }, 1_200_000);

  it("stores what goes to other indices while one is blocked", async () => {
    const all = records(120);
    await start();
    await warmUp(all.slice(0, 30));
    const [blocked] = (await search(`${prefix}-events-*`)).map((hit) => hit._index as string).sort();
    await settings(blocked!, { "index.blocks.write": true });
    expect(await sendAll(all.slice(30))).toBeGreaterThan(0);
    const others = all.filter((_, n) => n % 3 !== 0).length + 10;
    const stored = async (): Promise<boolean> => (await search(`${prefix}-events-*`)).length === others;
    await waitFor(stored, { what: "the other indices' events", timeout_ms: 60_000, every_ms: 200 });
    await waitFor(async () => (await metrics())("trailtag_spool_events") === all.length - others, {
      what: "the rest to wait",
    });
    await settings(blocked!, { "index.blocks.write": null });
    await drained();
    await expectWhole(all);
  });

  it("is not forgotten when it is switched off with events in it", async () => {
    const all = records(20);
    await start();
    await proxy.goAway();
    expect(await sendAll(all)).toBe(20);
    await service.close();
    await proxy.comeBack();
    await start({ mode: "off" });
    expect((await metrics())("trailtag_spool_left_behind_events")).toBe(20);
    const replica = createServiceClient({
      url: service.url,
      key: undefined,
      ca: undefined,
      timeoutMs: 5_000,
    });
    const finding = await spoolCheck({ replicas: [replica] } as unknown as DoctorContext);
    expect([finding.status, finding.message]).toEqual(["fail", expect.stringContaining("20 events wait")]);
    await service.close();
    await start();
    await drained();
    expect((await metrics())("trailtag_spool_left_behind_events")).toBe(0);
  });

  it("refuses whole what neither takes, and loses nothing that it took", async () => {
    await start({ max_bytes: 1_048_576, after_ms: 200 }, { hold_ms: 500 });
    await send(records(3));
    await proxy.goAway();
    const taken = records(3);
    let refused: Awaited<ReturnType<typeof send>> | undefined;
    for (let n = 0; refused === undefined; n++) {
      const more = records(40, 100 + n * 40).map((each) => ({
        ...each,
        requestParameters: { noise: noise(2_000) },
      }));
      const answer = await send(more);
      if (answer.status === 200) taken.push(...more);
      else refused = answer;
    }
    expect([refused.status, refused.body.error.type]).toEqual([429, "rejected_execution_exception"]);
    expect(refused.body.error.reason).toMatch(/cannot be written to.*full.*Nothing was acknowledged/s);
    expect(taken.length).toBeGreaterThan(100);
    await proxy.comeBack();
    await drained();
    await expectWhole(taken);
    expect((await metrics())("trailtag_events_refused_total")).toBe(40);
  });

  async function settings(index: string, change: JsonObject): Promise<void> {
    const answer = await fetch(`${testOpenSearch().url}/${index}/_settings`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(change),
    });
    expect(answer.status).toBe(200);
  }
});

function comparable(alerts: readonly any[]): Record<string, unknown> {
  return Object.fromEntries(
    alerts.map((document) => [
      document.alert.id as string,
      { ...document, alert: { ...document.alert, updated_at: "", pending: false } },
    ]),
  );
}

/** Does not compress. */
function noise(length: number): string {
  let text = "";
  while (text.length < length) text += Math.random().toString(36).slice(2);
  return text.slice(0, length);
}

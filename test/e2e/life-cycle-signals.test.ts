import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createControlledService, type ControlledService } from "../../dev/controlled-service.js";
import { findFreePort } from "../../dev/free-port.js";
import { createRandom } from "../faults/harness/random.js";
import { startRandomProxy, type RandomProxy } from "../faults/harness/proxy.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { bulkBody, record } from "../harness/records.js";
import { startShipper, type Shipper } from "../harness/shipper.js";
import { waitFor } from "../harness/wait-for.js";

jest.setTimeout(120_000);

const SPOOLS = ["off", "on"] as const;

describeWithOpenSearch("a service that is told to stop", () => {
  let dir: string;
  let prefix: string;
  let proxy: RandomProxy;
  let service: ControlledService;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "trailtag-signals-"));
    prefix = testPrefix();
    proxy = await startRandomProxy(testOpenSearch().url, createRandom(1));
  });

  afterEach(async () => {
    await service.kill();
    await proxy.close();
    await deletePrefix(prefix);
    rmSync(dir, { recursive: true, force: true });
  });

  async function start(spool: (typeof SPOOLS)[number]): Promise<void> {
    // Below the ports that outgoing connections take.
    const first = 15_000 + Math.floor(Math.random() * 12_000);
    service = createControlledService({
      dir,
      port: (await findFreePort(first, first + 500))!,
      config: {
        opensearch: { node: proxy.url, index_prefix: prefix, request_timeout_ms: 5_000 },
        spool: { mode: spool, dir: join(dir, "spool"), after_ms: 200 },
      },
    });
    await service.start();
    await waitFor(async () => (await fetch(`${service.url}/readyz`)).ok, { what: "the service to be ready" });
  }

  async function acknowledgesMore(shipper: Shipper): Promise<void> {
    const target = shipper.acknowledged.size + 300;
    await waitFor(() => shipper.acknowledged.size >= target, { what: "more events to be acknowledged" });
  }

  /** A request whose body is half sent: the service has begun on it. */
  async function begin(id: string): Promise<{ readonly finish: () => Promise<number> }> {
    const body = bulkBody([record(id)]);
    const half = Math.floor(body.length / 2);
    const sent = request(`${service.url}/_bulk`, {
      method: "POST",
      agent: false,
      headers: {
        "content-length": body.length,
        "content-type": "application/x-ndjson",
        expect: "100-continue",
      },
    });
    sent.on("error", () => undefined);
    const answered = new Promise<number>((resolve, reject) => {
      sent.once("response", (answer: IncomingMessage) => resolve(answer.resume().statusCode!));
      sent.once("close", () => reject(new Error("The connection was closed without an answer.")));
    });
    answered.catch(() => undefined);
    sent.flushHeaders();
    await once(sent, "continue");
    sent.write(body.slice(0, half));
    return {
      finish: () => {
        sent.end(body.slice(half));
        return answered;
      },
    };
  }

  async function untilNobodyListens(): Promise<void> {
    const refused = (): Promise<boolean> =>
      fetch(`${service.url}/healthz`).then(
        () => false,
        (error: unknown) => ((error as Error).cause as NodeJS.ErrnoException).code === "ECONNREFUSED",
      );
    await waitFor(refused, { what: "the service to stop listening" });
  }

  async function stored(): Promise<Map<string, number>> {
    const { url } = testOpenSearch();
    await fetch(`${url}/${prefix}-events-*/_refresh`, { method: "POST" });
    const answer = await fetch(`${url}/${prefix}-events-*/_search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ size: 0, aggs: { ids: { terms: { field: "eventID", size: 65_000 } } } }),
    });
    const { aggregations } = (await answer.json()) as any;
    // Nothing at all before the first index is made.
    const buckets: any[] = aggregations?.ids.buckets ?? [];
    return new Map(buckets.map((bucket) => [bucket.key, bucket.doc_count]));
  }

  async function expectOnceEach(ids: Iterable<string>): Promise<void> {
    const found = await stored();
    expect([...ids].filter((id) => found.get(id) !== 1)).toEqual([]);
  }

  /** What a stopped service left in its spool is stored. */
  async function drain(): Promise<void> {
    await service.start();
    await waitFor(
      async () => /^trailtag_spool_events 0$/m.test(await (await fetch(`${service.url}/metrics`)).text()),
      { what: "the spool to be drained", timeout_ms: 60_000 },
    );
  }

  it.each(SPOOLS)(
    "answers every request under way, and loses nothing that it answered; spool %s",
    async (spool) => {
      await start(spool);
      const shipper = startShipper({ url: service.url, name: "load", clients: 8 });
      await acknowledgesMore(shipper);
      const begun = await Promise.all(["begun-1", "begun-2", "begun-3"].map(begin));
      const stopped = service.stop();
      await untilNobodyListens();
      for (const { finish } of begun) expect(await finish()).toBe(200);
      expect(await stopped).toBe(0);
      await shipper.stop();
      const answers = [...shipper.answers.keys()];
      expect(answers.filter((answer) => ![200, 429, 503, "none"].includes(answer))).toEqual([]);
      if (spool === "on") await drain();
      await expectOnceEach([...shipper.acknowledged, "begun-1", "begun-2", "begun-3"]);
    },
  );

  it("ends at once when it is told twice, and loses nothing that it answered", async () => {
    await start("on");
    const shipper = startShipper({ url: service.url, name: "twice" });
    await acknowledgesMore(shipper);
    // It would be waited for otherwise.
    const { finish } = await begin("half");
    const stopped = service.stop();
    await untilNobodyListens();
    process.kill(service.pid(), "SIGTERM");
    expect(await stopped).toBe(1);
    await expect(finish()).rejects.toThrow();
    await shipper.stop();
    await drain();
    await expectOnceEach(shipper.acknowledged);
  });

  it("ends when it is told to while it waits for an OpenSearch that hangs, before it listens", async () => {
    // Longer than a stop may take: one that waits for OpenSearch is killed.
    proxy.plan({ rates: { hang: 1 }, hangMs: 120_000 });
    service = createControlledService({
      dir,
      port: 0,
      config: {
        opensearch: { node: proxy.url, index_prefix: prefix, request_timeout_ms: 120_000 },
        spool: { mode: "off" },
      },
    });
    const started = service.start().catch(() => "ended");
    await waitFor(() => proxy.met().hang > 0, { what: "the service to ask OpenSearch" });
    expect(await service.stop()).toBe(0);
    expect(await started).toBe("ended");
  });

  it("refuses what it holds, with OpenSearch away and no spool", async () => {
    await start("off");
    await proxy.goAway();
    const held = fetch(`${service.url}/_bulk`, { method: "POST", body: bulkBody([record("held")]) });
    await waitFor(async () => !(await fetch(`${service.url}/readyz`)).ok, { what: "the service to notice" });
    expect(await service.stop()).toBe(0);
    expect((await held).status).toBe(503);
  });

  it("leaves what it acknowledged in the spool, with OpenSearch away, and stores it after the next start", async () => {
    await start("on");
    const shipper = startShipper({ url: service.url, name: "spooled" });
    await acknowledgesMore(shipper);
    await proxy.goAway();
    await acknowledgesMore(shipper);
    expect(await service.stop()).toBe(0);
    await shipper.stop();
    await proxy.comeBack();
    expect((await stored()).size).toBeLessThan(shipper.acknowledged.size);
    await drain();
    await expectOnceEach(shipper.acknowledged);
  });
});

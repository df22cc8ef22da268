import { rmSync } from "node:fs";
import { join } from "node:path";
import { findFreePort } from "../../dev/free-port.js";
import { startLocalOpenSearch, type LocalOpenSearch } from "../../dev/local-opensearch.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { bulkBody, record } from "../harness/records.js";
import { describeWith } from "../harness/requirements.js";
import { startService, type TestService } from "../harness/service.js";
import { startShipper, type Shipper } from "../harness/shipper.js";
import { waitFor } from "../harness/wait-for.js";

const FIRST_PORT = 9285;
const LAST_PORT = 9299;
const EVENTS = "cloudtrail-events-*";

// One TrailTag lives through all that befalls its OpenSearch, without a spool: requests are held meanwhile.
describeWith("local-opensearch", "TrailTag and the life of its OpenSearch", () => {
  const dataDir = join(packageRoot, "data/test-life-cycle-opensearch");
  const otherDataDir = `${dataDir}-other`;
  let port: number;
  let openSearch: LocalOpenSearch;
  let service: TestService;
  let shipped: unknown;

  beforeAll(async () => {
    for (const dir of [dataDir, otherDataDir]) rmSync(dir, { recursive: true, force: true });
    port = (await findFreePort(FIRST_PORT, LAST_PORT))!;
  });

  afterAll(async () => {
    await service.close();
    await openSearch.stop();
    for (const dir of [dataDir, otherDataDir]) rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  async function ask(method: string, path: string, body?: object): Promise<any> {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const json: any = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`);
    return json;
  }

  /** How often each id is stored. */
  async function stored(): Promise<Map<string, number>> {
    await ask("POST", `/${EVENTS}/_refresh`);
    const { aggregations } = await ask("POST", `/${EVENTS}/_search`, {
      size: 0,
      aggs: { ids: { terms: { field: "eventID", size: 65_000 } } },
    });
    return new Map(aggregations.ids.buckets.map((bucket: any) => [bucket.key, bucket.doc_count]));
  }

  async function expectOnceEach(ids: readonly string[]): Promise<void> {
    const found = await stored();
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.filter((id) => found.get(id) !== 1)).toEqual([]);
  }

  /** Of the one events index there is. */
  async function mapping(): Promise<unknown> {
    const indices: { mappings: unknown }[] = Object.values(await ask("GET", `/${EVENTS}/_mapping`));
    expect(indices).toHaveLength(1);
    return indices[0]!.mappings;
  }

  function send(ids: readonly string[]): Promise<number> {
    const headers = { "content-type": "application/x-ndjson" };
    const body = bulkBody(ids.map((id) => record(id)));
    return fetch(`${service.url}/_bulk`, { method: "POST", headers, body }).then(({ status }) => status);
  }

  /** A few hundred more than there are now. */
  async function acknowledgesMore(shipper: Shipper): Promise<void> {
    const target = shipper.acknowledged.size + 300;
    await waitFor(() => shipper.acknowledged.size >= target, {
      what: "more events to be acknowledged",
      timeout_ms: 60_000,
    });
  }

  async function expectWholeAnswers(shipper: Shipper): Promise<void> {
    await shipper.stop();
    expect([...shipper.answers.keys()].filter((status) => ![200, 429, 503].includes(Number(status)))).toEqual(
      [],
    );
  }

  async function templatesAreBack(): Promise<void> {
    const names = async () => (await ask("GET", "/_index_template/cloudtrail-*")).index_templates;
    await waitFor(async () => (await names()).length === 3, { what: "the templates to be installed again" });
  }

  it("starts before OpenSearch does, and holds what comes meanwhile", async () => {
    service = await startService({
      config: { opensearch: { node: `http://127.0.0.1:${port}` }, spool: { mode: "off" } },
      waitUntilReady: false,
    });
    const ready = await fetch(`${service.url}/readyz`);
    expect(ready.status).toBe(503);
    const held = send(["before-1", "before-2"]);
    openSearch = await startLocalOpenSearch({ dataDir, port });
    expect(await held).toBe(200);
    await expectOnceEach(["before-1", "before-2"]);
    shipped = await mapping();
    expect(shipped).toMatchObject({ dynamic: "false" });
  }, 120_000);

  it("maps events as before when templates and index are deleted under it", async () => {
    const shipper = startShipper({ url: service.url, name: "deleted" });
    await acknowledgesMore(shipper);
    await ask("DELETE", "/_index_template/cloudtrail-*");
    await acknowledgesMore(shipper);
    for (const index of Object.keys(await ask("GET", `/${EVENTS}/_alias`))) await ask("DELETE", `/${index}`);
    const mark = shipper.mark();
    await acknowledgesMore(shipper);
    await acknowledgesMore(shipper);
    await expectWholeAnswers(shipper);
    await expectOnceEach(shipper.since(mark));
    expect(await mapping()).toEqual(shipped);
    await templatesAreBack();
  }, 60_000);

  it.each(["write", "read_only", "read_only_allow_delete"])(
    "holds what an index with the block %s does not take",
    async (block) => {
      await ask("PUT", `/${EVENTS}/_settings`, { [`index.blocks.${block}`]: true });
      const ids = [`${block}-1`, `${block}-2`];
      const held = send(ids);
      await waitFor(() => !service.pipeline.status().ready, { what: "TrailTag to notice the block" });
      await ask("PUT", `/${EVENTS}/_settings`, { [`index.blocks.${block}`]: null });
      expect(await held).toBe(200);
      await expectOnceEach(ids);
    },
    60_000,
  );

  it("loses and doubles nothing when OpenSearch restarts under load", async () => {
    const shipper = startShipper({ url: service.url, name: "restart" });
    await acknowledgesMore(shipper);
    await openSearch.stop();
    await waitFor(() => !service.pipeline.status().ready, { what: "TrailTag to notice" });
    openSearch = await startLocalOpenSearch({ dataDir, port });
    await acknowledgesMore(shipper);
    await expectWholeAnswers(shipper);
    await expectOnceEach([...shipper.acknowledged]);
  }, 120_000);

  it("sets up anew an OpenSearch that comes back empty", async () => {
    const shipper = startShipper({ url: service.url, name: "empty" });
    await acknowledgesMore(shipper);
    await openSearch.stop();
    await waitFor(() => !service.pipeline.status().ready, { what: "TrailTag to notice" });
    const mark = shipper.mark();
    openSearch = await startLocalOpenSearch({ dataDir: otherDataDir, port });
    // As many requests are held as there are clients; new ones come after them.
    await waitFor(() => shipper.since(mark).length > 300, { what: "new events", timeout_ms: 60_000 });
    await expectWholeAnswers(shipper);
    await expectOnceEach(shipper.since(mark));
    expect(await mapping()).toEqual(shipped);
    await templatesAreBack();
  }, 120_000);

  it("lives through the flood stage of a disk", async () => {
    const watermarks = (value: string | null) => ({
      "cluster.routing.allocation.disk.watermark.low": value,
      "cluster.routing.allocation.disk.watermark.high": value,
      "cluster.routing.allocation.disk.watermark.flood_stage": value,
    });
    const settings = (persistent: object) => ask("PUT", "/_cluster/settings", { persistent });
    // Less free space than OpenSearch is told to leave: it blocks every index, as on a disk that is full.
    await settings({
      ...watermarks("1000000gb"),
      "cluster.info.update.interval": "10s",
      "cluster.routing.allocation.disk.threshold_enabled": true,
    });
    const blocked = async () =>
      JSON.stringify(await ask("GET", `/${EVENTS}/_settings`)).includes("allow_delete");
    await waitFor(blocked, { what: "OpenSearch to block its indices", timeout_ms: 60_000 });
    const held = send(["flood-1", "flood-2"]);
    await waitFor(() => !service.pipeline.status().ready, { what: "TrailTag to notice the block" });
    await settings(watermarks("1b"));
    expect(await held).toBe(200);
    await expectOnceEach(["flood-1", "flood-2"]);
  }, 120_000);
});

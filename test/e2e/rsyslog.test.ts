import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalOpenSearch, type LocalOpenSearch } from "../../dev/local-opensearch.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { shortOrLong } from "../faults/harness/mode.js";
import { startRandomProxy, type RandomProxy } from "../faults/harness/proxy.js";
import { chooseSeed, createRandom } from "../faults/harness/random.js";
import { deniedRecord, record } from "../harness/records.js";
import { commandPath, describeWith, PARTS } from "../harness/requirements.js";
import { startService, type TestService } from "../harness/service.js";
import { waitFor } from "../harness/wait-for.js";

const RECORDS = 600;
const OUTAGE_MS = 10_000;
const UNAVAILABLE_MS = shortOrLong(3_000, 10_000);

// Its own OpenSearch, since it is stopped on the way.
const missing = PARTS.rsyslog.missing() === undefined ? "local-opensearch" : "rsyslog";
describeWith(missing, "rsyslog's omelasticsearch through TrailTag into OpenSearch", () => {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-e2e-rsyslog-"));
  const dataDir = join(packageRoot, "data/test-rsyslog-opensearch");
  const log = join(dir, "cloudtrail.ndjson");
  let openSearch: LocalOpenSearch;
  let proxy: RandomProxy;
  let service: TestService;
  let daemon: ChildProcess;

  beforeAll(async () => {
    rmSync(dataDir, { recursive: true, force: true });
    openSearch = await startLocalOpenSearch({ dataDir, firstPort: 9260 });
    proxy = await startRandomProxy(openSearch.url, createRandom(chooseSeed()));
    service = await startService({
      config: { opensearch: { node: proxy.url }, spool: { dir: join(dir, "spool") } },
    });
    writeFileSync(log, "");
    const conf = join(dir, "rsyslog.conf");
    // The plainest configuration that people copy: no retry settings, a batch for each flush of the queue.
    writeFileSync(
      conf,
      `global(workDirectory="${dir}" maxMessageSize="1m")
module(load="imfile" pollingInterval="1")
module(load="omelasticsearch")
template(name="record" type="string" string="%msg%")
input(type="imfile" file="${log}" tag="cloudtrail" ruleset="ship")
ruleset(name="ship") {
  action(type="omelasticsearch" server="127.0.0.1" serverport="${new URL(service.url).port}" template="record"
         searchIndex="cloudtrail" searchType="" bulkmode="on" maxbytes="4m" errorFile="${dir}/errors.json"
         queue.type="LinkedList" queue.dequeueBatchSize="100")
}
`,
    );
    daemon = spawn(commandPath("rsyslogd") ?? "rsyslogd", ["-n", "-f", conf, "-i", join(dir, "pid")], {
      stdio: "ignore",
    });
  }, 180_000);

  afterAll(async () => {
    if (daemon.exitCode === null) {
      daemon.kill("SIGTERM");
      await once(daemon, "exit");
    }
    await service.close();
    await proxy.close();
    await openSearch.stop();
    rmSync(dir, { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  /** Every tenth record hits a rule. */
  function append(from: number): void {
    const lines = Array.from({ length: RECORDS }, (_, i) => {
      const n = from + i;
      const make = n % 10 === 0 ? deniedRecord : record;
      return JSON.stringify(make(`rsyslog-${n}`, { requestParameters: { n } }));
    });
    appendFileSync(log, `${lines.join("\n")}\n`);
  }

  async function count(query: object): Promise<number> {
    await fetch(`${openSearch.url}/cloudtrail-*/_refresh`, { method: "POST" });
    const answer = await fetch(`${openSearch.url}/cloudtrail-events-*/_count`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    return ((await answer.json()) as { count?: number }).count ?? -1;
  }

  /** Distinct ids by the records' own numbers: a doubled or lost one shows. */
  async function expectAllOnce(total: number): Promise<void> {
    await waitFor(async () => (await count({ match_all: {} })) >= total, {
      what: `${total} records in OpenSearch`,
      timeout_ms: 90_000,
    });
    expect(await count({ match_all: {} })).toBe(total);
    expect(await count({ term: { "rule.id": "AWS.CloudTrail.VPCE.AccessDenied" } })).toBe(total / 10);
    const answer = await fetch(`${openSearch.url}/cloudtrail-events-*/_search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ size: 0, aggs: { ids: { terms: { field: "eventID", size: 10_000 } } } }),
    });
    const { aggregations } = (await answer.json()) as any;
    const seen = aggregations.ids.buckets.map((bucket: any) => [bucket.key, bucket.doc_count]);
    expect(seen).toHaveLength(total);
    expect(seen.filter(([, times]: [string, number]) => times !== 1)).toEqual([]);
  }

  it("stores every record of the file once, tagged", async () => {
    append(0);
    await expectAllOnce(RECORDS);
  }, 120_000);

  it("also while OpenSearch answers 429 for random items", async () => {
    proxy.plan({ rates: { busy_items: 0.7 }, itemRate: 0.3 });
    append(RECORDS);
    await waitFor(() => proxy.met().busy_items >= 3, { what: "some faults", timeout_ms: 60_000 });
    proxy.plan();
    await expectAllOnce(2 * RECORDS);
  }, 120_000);

  it("also while OpenSearch answers whole requests with 503", async () => {
    proxy.plan({ rates: { unavailable: 1 } });
    append(2 * RECORDS);
    const began = Date.now();
    await waitFor(() => Date.now() - began >= UNAVAILABLE_MS, { what: "the fault to last" });
    proxy.plan();
    await expectAllOnce(3 * RECORDS);
  }, 120_000);

  it("also when OpenSearch is away for ten seconds in between", async () => {
    const { port } = openSearch;
    await openSearch.stop();
    const away = Date.now();
    append(3 * RECORDS);
    // The outage itself is what is tested: longer than the patience of any shipper that gives up.
    await waitFor(() => Date.now() - away >= OUTAGE_MS, { what: "the outage to last", timeout_ms: 30_000 });
    openSearch = await startLocalOpenSearch({ dataDir, port });
    await expectAllOnce(4 * RECORDS);
  }, 240_000);

  it("and the alerts count what the events hold", async () => {
    await service.pipeline.settle();
    await fetch(`${openSearch.url}/cloudtrail-*/_refresh`, { method: "POST" });
    const answer = await fetch(`${openSearch.url}/cloudtrail-alerts-*/_search?size=100`);
    const { hits } = (await answer.json()) as any;
    const alerts = hits.hits.map((hit: any) => hit._source.alert);
    expect(alerts.every((alert: any) => !alert.pending)).toBe(true);
    expect(alerts.reduce((sum: number, alert: any) => sum + Number(alert.count), 0)).toBe((4 * RECORDS) / 10);
  }, 60_000);
});

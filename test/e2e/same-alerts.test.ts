import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { isJsonObject, type JsonObject } from "../../src/lib/json.js";
import { packageRoot } from "../../src/lib/package-root.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { deniedRecord } from "../harness/records.js";
import { startService, type TestService } from "../harness/service.js";
import { newFolder, readAlerts, removeFolder } from "../output/files/folder.js";

const SAMPLES = join(packageRoot, "examples/samples");
/** Of them UTF-16 and UTF-8 have different orders. */
const NAMES = ["\u00E9", "\u{1F600}", "\uFFFD", "Z", "a"];
const ADDRESSES = [
  "2001:DB8:0::1",
  "10.0.0.9",
  "9.0.0.10",
  "::ffff:192.0.2.1",
  "AWS Internal",
  "fe80::1%1",
  "fe80::2%eth0",
];

/** The bundled sample, and records whose addresses and names are written in several ways. */
function records(): JsonObject[] {
  const sample = readdirSync(SAMPLES)
    .filter((name) => name.endsWith(".json.gz"))
    .map((name) => JSON.parse(gunzipSync(readFileSync(join(SAMPLES, name))).toString()) as JsonObject)
    .flatMap((file) => (Array.isArray(file["Records"]) ? (file["Records"] as JsonObject[]) : []))
    .filter(isJsonObject);
  const written = Array.from({ length: 60 }, (_, n) =>
    deniedRecord(`same-${n}`, {
      eventTime: `2026-11-10T10:${String(n % 17).padStart(2, "0")}:00Z`,
      sourceIPAddress: ADDRESSES[n % ADDRESSES.length]!,
      requestParameters: { userName: `${NAMES[n % NAMES.length]!}${n}` },
    }),
  );
  return [...sample, ...written];
}

describeWithOpenSearch("the same events", () => {
  const prefix = testPrefix();
  const dir = newFolder();
  const services: TestService[] = [];

  afterAll(async () => {
    for (const service of services) await service.close();
    removeFolder(dir);
    await deletePrefix(prefix);
  }, 60_000);

  async function start(config: JsonObject): Promise<TestService> {
    const service = await startService({ config });
    services.push(service);
    return service;
  }

  it("make the same alerts in OpenSearch, in files and in a simulation, whatever their order and batches", async () => {
    const all = records();
    const files = await start({ store: { kind: "files", dir } });
    const cluster = await start({ opensearch: { node: testOpenSearch().url, index_prefix: prefix } });

    const simulated = await post(files, "/v1/simulate", all);
    for (let at = 0; at < all.length; at += 70) await post(files, "/v1/events", all.slice(at, at + 70));
    const backwards = [...all].reverse();
    for (let at = 0; at < all.length; at += 45) {
      await post(cluster, "/v1/events", backwards.slice(at, at + 45));
      // Some alerts are derived in between, and again.
      if (at % 225 === 0) await cluster.pipeline.settle();
    }
    await cluster.pipeline.settle();

    const search = await fetch(`${testOpenSearch().url}/${prefix}-alerts-*/_search?size=1000`);
    const hits = ((await search.json()) as any).hits.hits as { _source: any }[];
    const inFiles = comparable([...readAlerts(dir).values()]);
    expect(Object.keys(inFiles).length).toBeGreaterThan(10);
    expect(comparable(hits.map((hit) => hit._source))).toEqual(inFiles);
    expect(comparable(simulated.alerts)).toEqual(inFiles);
  }, 120_000);
});

async function post(service: TestService, path: string, list: readonly JsonObject[]): Promise<any> {
  const answer = await fetch(`${service.url}${path}`, {
    method: "POST",
    body: JSON.stringify({ Records: list }),
  });
  expect(answer.status).toBe(200);
  return answer.json();
}

function comparable(alerts: readonly any[]): Record<string, unknown> {
  return Object.fromEntries(
    alerts.map((document) => [
      document.alert.id as string,
      { ...document, alert: { ...document.alert, updated_at: "", pending: false } },
    ]),
  );
}

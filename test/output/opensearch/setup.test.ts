import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createOpenSearchClient, type OpenSearchClient } from "../../../src/output/opensearch/client.js";
import { loadIndexMappings } from "../../../src/output/opensearch/load-mappings.js";
import { setUpOpenSearch } from "../../../src/output/opensearch/setup.js";
import { IncompatibleStoreError } from "../../../src/output/opensearch/version.js";
import {
  deletePrefix,
  describeWithOpenSearch,
  testOpenSearch,
  testPrefix,
} from "../../harness/opensearch.js";
import { ask, testStore } from "./fixture.js";

const mappings = loadIndexMappings();

describeWithOpenSearch("setUpOpenSearch", () => {
  const { url } = testOpenSearch();
  const prefix = testPrefix();
  let client: OpenSearchClient;

  beforeAll(() => {
    client = createOpenSearchClient({ node: url });
  });
  afterAll(async () => {
    await client.close();
    await deletePrefix(prefix);
  });

  it("installs the templates, and doing it again changes nothing", async () => {
    const first = await setUpOpenSearch({ client, prefix, mappings });
    expect(first.problems).toEqual([]);
    expect(first.done).toEqual([
      ...["events", "alerts", "deadletter"].map((kind) => `Index template ${prefix}-${kind} is installed.`),
      expect.stringContaining(`ISM policy ${prefix}-retention is `),
    ]);
    const before = await ask(url, "GET", `/_index_template/${prefix}-*`);
    expect(await setUpOpenSearch({ client, prefix, mappings })).toEqual(first);
    expect(await ask(url, "GET", `/_index_template/${prefix}-*`)).toEqual(before);
    const events = before.index_templates.find((t: any) => t.name === `${prefix}-events`).index_template;
    expect(events.index_patterns).toEqual([`${prefix}-events-*`]);
    expect(events.priority).toBeGreaterThanOrEqual(500);
  });

  it("brings existing indices up to date, and names the one that it cannot", async () => {
    const old = `${prefix}-events-2020.w01`;
    const odd = `${prefix}-events-2020.w02`;
    await ask(url, "DELETE", `/_index_template/${prefix}-events`);
    await ask(url, "PUT", `/${old}`, { mappings: { dynamic: false } });
    await ask(url, "PUT", `/${odd}`, { mappings: { properties: { eventName: { type: "long" } } } });
    const { done, problems } = await setUpOpenSearch({ client, prefix, mappings });
    expect(done).toContain(`The mapping of ${old} is up to date.`);
    expect(problems).toEqual([expect.stringContaining(`The mapping of ${odd} stays as it was`)]);
    const mapping = await ask(url, "GET", `/${old}/_mapping`);
    expect(mapping[old].mappings.properties.detection).toBeDefined();
    await ask(url, "DELETE", `/${odd}`);
    const mended = await setUpOpenSearch({ client, prefix, mappings });
    expect(mended.problems).toEqual([]);
    expect(mended.done).toContain(`The mappings of 1 indices ${prefix}-events-* are up to date.`);
  });

  it.each([undefined, "365d"])(
    "installs the policy or says that there is no plugin for it: %s",
    async (age) => {
      const plugin = await fetch(`${url}/_plugins/_ism/policies`);
      const hasPlugin = !/no handler found/.test(await plugin.text());
      const retention = age === undefined ? {} : { retention: age };
      const { done, problems } = await setUpOpenSearch({ client, prefix, mappings, ...retention });
      expect(problems).toEqual([]);
      const says = hasPlugin
        ? `is (installed|changed): it ${age === undefined ? "keeps everything" : "deletes after 365d"}.`
        : "is skipped: this OpenSearch has no Index State Management plugin.";
      expect(done.join("\n")).toMatch(new RegExp(`ISM policy ${prefix}-retention ${says}`));
      if (hasPlugin) await ask(url, "DELETE", `/_plugins/_ism/policies/${prefix}-retention`);
    },
  );
});

/** Plays a cluster that TrailTag must refuse: none such can be run here. */
describe("A store that is no OpenSearch of 2.19 or later", () => {
  let server: Server;
  let version: unknown;

  beforeAll(async () => {
    server = createServer((_, res) => {
      res.setHeader("content-type", "application/json");
      res.end(JSON.stringify({ version }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    [{ number: "8.15.0" }, /is not OpenSearch/],
    [{ number: "2.18.0", distribution: "opensearch" }, /2\.18\.0. TrailTag needs OpenSearch 2\.19 or later/],
    [{ number: "1.3.20", distribution: "opensearch" }, /1\.3\.20/],
    [undefined, /no version/],
  ])("is refused at start: %j", async (answer, message) => {
    version = answer;
    const { store } = testStore({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      prefix: "none",
    });
    const start = store.start();
    await expect(start).rejects.toThrow(message);
    await expect(start).rejects.toBeInstanceOf(IncompatibleStoreError);
    expect(store.status().ready).toBe(false);
    await store.close();
  });
});

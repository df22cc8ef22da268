import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "../../../src/lib/json.js";
import { createOpenSearchClient, type OpenSearchClient } from "../../../src/output/opensearch/client.js";
import { loadIndexMappings } from "../../../src/output/opensearch/load-mappings.js";
import { installRetentionPolicy } from "../../../src/output/opensearch/retention-policy.js";

/**
 * A fake of the ISM plugin's API, after its documentation: the OpenSearch of the tests has no plugins. It keeps one
 * policy, refuses a PUT whose guard is not of that policy, and adds what ISM adds to what it stores.
 */
class FakeIsm {
  readonly calls: string[] = [];
  policy: any;
  seqNo = 6;
  indices: string[] = [];
  failing: string[] = [];
  /** Runs before the next PUT, as another replica would come in between. */
  beforePut: (() => void) | undefined;

  answer(method: string, url: URL, body: any): [number, unknown] {
    const path = url.pathname;
    if (path.startsWith("/_cat/indices/")) return [200, this.indices.map((index) => ({ index }))];
    this.calls.push(`${method} ${path}${url.search}`);
    if (/\/_ism\/(add|change_policy)\//.test(path)) {
      const failed = this.failing.map((index_name) => ({ index_name, reason: "not managed" }));
      const updated_indices = this.indices.length - failed.length;
      return [200, { updated_indices, failures: failed.length > 0, failed_indices: failed }];
    }
    if (method === "GET")
      return this.policy === undefined ? [404, fault("not found")] : [200, this.#stored()];
    this.beforePut?.();
    this.beforePut = undefined;
    const expected = this.policy === undefined ? "" : `?if_seq_no=${this.seqNo}&if_primary_term=1`;
    if (url.search !== expected) return [409, fault("version conflict")];
    this.store(body.policy);
    return [expected === "" ? 201 : 200, this.#stored()];
  }

  store(policy: any): void {
    this.policy = policy;
    this.seqNo++;
  }

  #stored(): unknown {
    const added = { policy_id: "t-retention", last_updated_time: this.seqNo, error_notification: null };
    const ism_template = this.policy.ism_template.map((each: any) => ({ ...each, last_updated_time: 1 }));
    const policy = { ...added, ...this.policy, ism_template };
    return { _id: "t-retention", _version: 1, _seq_no: this.seqNo, _primary_term: 1, policy };
  }
}

const fault = (reason: string) => ({ error: { type: "status_exception", reason } });
const path = "/_plugins/_ism/policies/t-retention";
const template = loadIndexMappings().policy as JsonObject;
let ism: FakeIsm;
let server: Server;
let client: OpenSearchClient;

beforeEach(async () => {
  ism = new FakeIsm();
  server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const url = new URL(req.url ?? "", "http://fake");
      const [status, answer] = ism.answer(req.method ?? "", url, text === "" ? undefined : JSON.parse(text));
      res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = createOpenSearchClient({ node: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
afterEach(async () => {
  await client.close();
  await new Promise((resolve) => server.close(resolve));
});

async function install(retention?: string): Promise<{ done: string[]; problems: string[] }> {
  const report = { done: [], problems: [] };
  await installRetentionPolicy({ client, prefix: "t", template, retention }, report);
  return report;
}

test("without an age the policy has one state, keeps everything and is for new events indices", async () => {
  expect(await install()).toEqual({
    done: ["ISM policy t-retention is installed: it keeps everything."],
    problems: [],
  });
  expect(ism.policy.default_state).toBe("hot");
  expect(ism.policy.states).toEqual([{ name: "hot", actions: [], transitions: [] }]);
  expect(ism.policy.ism_template).toEqual([{ index_patterns: ["t-events-*"], priority: 1000 }]);
  expect(JSON.stringify(ism.policy)).not.toMatch(/delete|\{\{/);
});

test("with an age it deletes, and installing it again sends nothing", async () => {
  await install("30d");
  const [hot, gone] = ism.policy.states;
  expect(hot.transitions).toEqual([{ state_name: "delete", conditions: { min_index_age: "30d" } }]);
  expect(gone.actions[0].delete).toEqual({});
  ism.calls.length = 0;
  expect((await install("30d")).done).toEqual(["ISM policy t-retention is installed: it deletes after 30d."]);
  expect(ism.calls).toEqual([`GET ${path}`]);
});

test("a new policy is added to the indices that are there", async () => {
  ism.indices = ["t-events-2026.w01", "t-events-2026.w02"];
  const { done } = await install();
  expect(ism.calls).toEqual([`GET ${path}`, `PUT ${path}`, "POST /_plugins/_ism/add/t-events-*"]);
  expect(done[1]).toBe("ISM policy t-retention was given to 2 of 2 indices t-events-*.");
});

test("a changed age updates the policy, guarded by its version, and existing indices", async () => {
  await install();
  ism.indices = ["t-events-2026.w01"];
  ism.calls.length = 0;
  const { done } = await install("90d");
  expect(ism.calls).toEqual([
    `GET ${path}`,
    `PUT ${path}?if_seq_no=7&if_primary_term=1`,
    "POST /_plugins/_ism/change_policy/t-events-*",
  ]);
  expect(done).toEqual([
    "ISM policy t-retention is changed: it deletes after 90d.",
    "ISM policy t-retention was given to 1 of 1 indices t-events-*.",
  ]);
  expect((await install()).done[0]).toBe("ISM policy t-retention is changed: it keeps everything.");
  expect(ism.policy.states).toHaveLength(1);
});

test("an index that does not take the change is named, with what to do", async () => {
  await install();
  ism.indices = ["t-events-2026.w01", "t-events-2026.w02"];
  ism.failing = ["t-events-2026.w02"];
  const { done, problems } = await install("90d");
  expect(done[1]).toBe("ISM policy t-retention was given to 1 of 2 indices t-events-*.");
  expect(problems).toEqual([
    'ISM policy t-retention does not apply to existing t-events-2026.w02 as it is now: send POST /_plugins/_ism/change_policy/t-events-* with {"policy_id":"t-retention"}, or attach it in Dashboards.',
  ]);
});

test("of two replicas that install it at once the slower one finds it there", async () => {
  await install("90d");
  const theirs = ism.policy;
  ism.policy = undefined;
  ism.beforePut = () => ism.store(theirs);
  expect(await install("90d")).toEqual({
    done: ["ISM policy t-retention is installed: it deletes after 90d."],
    problems: [],
  });
});

test("a policy that is refused is said to be", async () => {
  await install();
  // Somebody changes it before each try.
  const change = (): void => {
    ism.seqNo++;
    queueMicrotask(() => (ism.beforePut = change));
  };
  ism.beforePut = change;
  expect((await install("90d")).problems).toEqual([
    "ISM policy t-retention was refused: status_exception: version conflict",
  ]);
});

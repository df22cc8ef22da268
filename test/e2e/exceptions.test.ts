import { startFilesService, type FilesService } from "../harness/files-service.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { bulkBody, record } from "../harness/records.js";
import { createRuleFiles, ruleFor, type RuleFiles } from "../harness/rule-files.js";
import { startService, type TestService } from "../harness/service.js";
import { waitFor } from "../harness/wait-for.js";

const LIST = "name: rotation-users\nvalues: [rotation-*, '012345678901']\n";
const exception = (id: string, more = "") => `
id: ${id}
scope: {rules: [Key.Made]}
condition:
  - {KeyPath: userIdentity.userName, Condition: StartsWith, Value: rotation-}
owner: iam-team
reason: The rotation job makes keys.
${more}`;

const made = (id: string, userName: string) =>
  record(id, { eventName: "CreateAccessKey", userIdentity: { type: "IAMUser", userName } });

async function post(service: TestService, ...events: readonly unknown[]) {
  const answer = await fetch(`${service.url}/v1/events`, { method: "POST", body: JSON.stringify(events) });
  return (await answer.json()) as any;
}
const metric = async (service: TestService, name: string): Promise<string[]> =>
  (await (await fetch(`${service.url}/metrics`)).text()).split("\n").filter((line) => line.startsWith(name));

let files: RuleFiles;
let service: FilesService | undefined;
beforeEach(() => {
  files = createRuleFiles();
  files.write(
    "rules/key.yml",
    ruleFor(
      "Key.Made",
      "CreateAccessKey",
      "AlertContext:\n  - {KeyName: who, KeyValue: {KeyPath: userIdentity.userName}}\n",
    ),
  );
  files.write("rules/any.yml", ruleFor("Any.Key", "CreateAccessKey").replace("High", "Low"));
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  files.clear();
});

test("a suppressed hit stays on the event, is counted once, and raises no alert, however often it is delivered", async () => {
  files.write("exceptions/rotation.yml", exception("Rotation"));
  service = await startFilesService(files.config);
  for (let delivery = 0; delivery < 3; delivery++)
    await post(service, made("e-1", "rotation-7"), made("e-2", "maria"));
  await service.pipeline.settle();

  const [expected, other] = service.events();
  expect(expected?.detection).toMatchObject({
    count: 1,
    severity: "low",
    suppressed_by: [
      { rule_id: "Key.Made", rule_name: "Key.Made", severity: "high", exception_id: "Rotation" },
    ],
  });
  expect(expected?.rule?.id).toEqual(["Any.Key"]);
  expect(other?.detection).toMatchObject({ count: 2, suppressed_by: [] });
  expect(service.events()).toHaveLength(2);
  const alerts = service.alerts().map(({ rule, alert }) => [rule.id, alert.count]);
  expect(alerts.sort()).toEqual([
    ["Any.Key", 1],
    ["Any.Key", 1],
    ["Key.Made", 1],
  ]);
  expect(await metric(service, "trailtag_suppressed_hits_total")).toEqual([
    'trailtag_suppressed_hits_total{rule_id="Key.Made",exception_id="Rotation"} 1',
  ]);
  expect((await metric(service, "trailtag_rule_hits_total")).sort()).toEqual([
    'trailtag_rule_hits_total{rule_id="Any.Key"} 2',
    'trailtag_rule_hits_total{rule_id="Key.Made"} 1',
  ]);
});

test("an event is judged by the time it comes in; what was taken away stays away when it comes again", async () => {
  const soon = new Date(Date.now() + 1_500).toISOString();
  files.write("exceptions/soon.yml", exception("Soon", `expires: ${soon}\n`));
  service = await startFilesService(files.config);
  const { url } = service;
  const count = async (id: string) => {
    await post(service as FilesService, made(id, "rotation-7"));
    const event = (service as FilesService).events().find((each) => each.event.id === id);
    return event?.detection.count;
  };
  expect(await count("first")).toBe(1);
  expect(await metric(service, "trailtag_exceptions")).toEqual([
    'trailtag_exceptions{state="active"} 1',
    'trailtag_exceptions{state="expired"} 0',
  ]);
  let n = 0;
  await waitFor(async () => (await count(`later-${n++}`)) === 2, { what: "the exception to expire" });
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(soon));
  expect(await metric(service, "trailtag_exceptions")).toEqual([
    'trailtag_exceptions{state="active"} 0',
    'trailtag_exceptions{state="expired"} 1',
  ]);
  const listing = (await (await fetch(`${url}/v1/rules`)).json()) as any;
  expect(listing.exceptions).toMatchObject([{ id: "Soon", owner: "iam-team", expires: soon, expired: true }]);

  const alerts = service.alerts().length;
  expect(await count("first")).toBe(1);
  await service.pipeline.settle();
  expect(service.alerts()).toHaveLength(alerts);
  expect(
    service.alerts().flatMap(({ rule, alert }) => (rule.id === "Key.Made" ? alert.event_ids : [])),
  ).not.toContain("first");
});

test("a list holds for an exception, and a changed list is another ruleset", async () => {
  files.write("lists/rotation.yml", LIST);
  const byList = exception("ByList").replace(
    "StartsWith, Value: rotation-",
    "IsInList, List: rotation-users",
  );
  files.write("exceptions/list.yml", byList);
  service = await startFilesService(files.config);
  await post(service, made("e-1", "rotation-7"), made("e-2", "012345678901"), made("e-3", "maria"));
  files.write("lists/rotation.yml", LIST.replace("rotation-*", "maria"));
  expect(await service.pipeline.reload()).toMatchObject({ ok: true });
  await post(service, made("e-4", "rotation-7"), made("e-5", "maria"));
  const events = service.events();
  expect(events.map(({ detection }) => detection.suppressed_by.length)).toEqual([1, 1, 0, 0, 1]);
  expect(new Set(events.map(({ detection }) => detection.ruleset)).size).toBe(2);
});

test("an exception that cannot be read suppresses nothing, and costs no other", async () => {
  files.write("exceptions/bad.yml", exception("Bad").replace("StartsWith", "BeginsWith"));
  files.write("exceptions/good.yml", exception("Good").replace("rotation-", "backup-"));
  service = await startFilesService(files.config);
  await post(service, made("e-1", "rotation-7"), made("e-2", "backup-1"));
  expect(service.events().map(({ detection }) => detection.count)).toEqual([2, 1]);
  const ready = (await (await fetch(`${service.url}/readyz`)).json()) as any;
  expect(ready).toMatchObject({ ready: true, rules: 2, lists: 0, exceptions: { active: 1, expired: 0 } });
});

test("a title that fails on an event is counted, and costs neither the event nor a hit", async () => {
  const title = 'AlertTitle: "Made by {userIdentity}"\n';
  files.write("rules/titled.yml", ruleFor("Titled", "CreateAccessKey", title));
  service = await startFilesService(files.config);
  // Fault injection: no title fails by itself, so the text of one event's identity does.
  const stringify = JSON.stringify;
  const failing = jest.spyOn(JSON, "stringify").mockImplementation(((value: any, ...more: []) => {
    if (value?.userName === "failing") throw new RangeError("injected");
    return stringify(value, ...more);
  }) as typeof JSON.stringify);
  const body = [made("one", "failing"), made("two", "maria")].map((event) => stringify(event)).join("\n");
  try {
    const answer = await fetch(`${service.url}/v1/events`, { method: "POST", body });
    expect(answer.status).toBe(200);
  } finally {
    failing.mockRestore();
  }
  const titles = service
    .events()
    .map(({ detection }) => detection.hits.find((hit: any) => hit.rule_id === "Titled")?.title);
  expect(titles).toEqual(["Titled", 'Made by {"type":"IAMUser","userName":"maria"}']);
  expect(await metric(service, "trailtag_rule_errors_total")).toEqual([
    'trailtag_rule_errors_total{rule_id="Titled"} 1',
  ]);
});

describeWithOpenSearch("in OpenSearch", () => {
  const prefix = testPrefix();
  afterAll(() => deletePrefix(prefix));

  test("suppressed hits are searched by exception, and an alert has its rule's context", async () => {
    files.write("exceptions/rotation.yml", exception("Rotation"));
    const opensearch = { node: testOpenSearch().url, index_prefix: prefix };
    const running = await startService({ config: { ...files.config, opensearch } });
    try {
      const body = bulkBody([made("e-1", "rotation-7"), made("e-2", "maria")]);
      for (let delivery = 0; delivery < 2; delivery++) {
        // Without the exception the events would be tagged in another way: what is stored stands.
        if (delivery === 1) files.remove("exceptions/rotation.yml");
        expect(await running.pipeline.reload()).toMatchObject({ ok: true });
        const answer = await fetch(`${running.url}/_bulk`, {
          method: "POST",
          body,
          headers: { "content-type": "application/x-ndjson" },
        });
        expect(((await answer.json()) as any).errors).toBe(false);
      }
      await running.pipeline.settle();
      const search = async (index: string, term: JsonTerm) => {
        await fetch(`${testOpenSearch().url}/${prefix}-${index}-*/_refresh`, { method: "POST" });
        const answer = await fetch(`${testOpenSearch().url}/${prefix}-${index}-*/_search`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ query: { term } }),
        });
        return ((await answer.json()) as any).hits.hits.map((hit: any) => hit._source);
      };
      const suppressed = await search("events", { "detection.suppressed_by.exception_id": "Rotation" });
      expect(suppressed.map((event: any) => [event.event.id, event.rule.id])).toEqual([["e-1", ["Any.Key"]]]);
      const alerts = await search("alerts", { "alert.context.who": "maria" });
      expect(alerts.map(({ rule, alert }: any) => [rule.id, alert.count, alert.context])).toEqual([
        ["Key.Made", 1, { who: "maria" }],
      ]);
      expect(await search("alerts", { "rule.id": "Key.Made" })).toHaveLength(1);
    } finally {
      await running.close();
    }
  }, 60_000);
});

type JsonTerm = Readonly<Record<string, string>>;

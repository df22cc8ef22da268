import type { JsonObject } from "../../src/lib/json.js";
import { startFilesService, type FilesService } from "../harness/files-service.js";
import { record } from "../harness/records.js";
import { createRuleFiles, ruleFor, type RuleFiles } from "../harness/rule-files.js";

let files: RuleFiles;
let service: FilesService;
beforeEach(() => {
  files = createRuleFiles();
  files.write("rules/one.yml", ruleFor("One", "ListKeys"));
});
afterEach(async () => {
  await service.close();
  files.clear();
});

async function reload() {
  const answer = await fetch(`${service.url}/-/reload`, { method: "POST" });
  return { status: answer.status, body: (await answer.json()) as any };
}
async function metrics(name: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith(name));
  return new Map(lines.map((line) => [line.split(" ")[0] ?? "", Number(line.split(" ")[1])]));
}
const ruleIds = async (): Promise<string[]> =>
  ((await (await fetch(`${service.url}/v1/rules`)).json()) as any).rules.map((rule: any) => rule.id);

test("errors that were there before do not stand in the way; a new one does, and shows", async () => {
  files.write("rules/old.yml", "AnalysisType: rule\nRuleID: [\n");
  service = await startFilesService(files.config);
  const started = (await metrics("trailtag_last_reload")).get(
    "trailtag_last_reload_success_timestamp_seconds",
  );
  expect(started).toBeGreaterThan(Date.now() / 1000 - 60);

  files.write("rules/two.yml", ruleFor("Two", "ListKeys"));
  files.write("rules/old.yml", "# the same fault, a line further down\nAnalysisType: rule\nRuleID: [\n");
  const good = await reload();
  expect([good.status, good.body]).toEqual([
    200,
    expect.objectContaining({
      acknowledged: true,
      rules: 2,
      lists: 0,
      exceptions: { active: 0, expired: 0 },
    }),
  ]);
  expect(await ruleIds()).toEqual(["One", "Two"]);

  const bad = files.write("rules/three.yml", ruleFor("Three", "ListKeys").replace("Equals", "Equal"));
  files.remove("rules/one.yml");
  const refused = await reload();
  expect([refused.status, refused.body.error.type]).toEqual([400, "rules_refused_exception"]);
  expect(refused.body.error.reason).toContain(`${bad}:8:`);
  expect(refused.body.error.reason).not.toContain("old.yml");
  expect(await ruleIds()).toEqual(["One", "Two"]);
  const after = await metrics("trailtag_");
  expect(after.get("trailtag_last_reload_successful")).toBe(0);
  expect(after.get('trailtag_reloads_total{result="ok"}')).toBe(1);
  expect(after.get('trailtag_reloads_total{result="refused"}')).toBe(1);
  expect(after.get("trailtag_rules_loaded")).toBe(2);

  files.write("rules/three.yml", ruleFor("Three", "ListKeys"));
  expect((await reload()).status).toBe(200);
  expect(await ruleIds()).toEqual(["Three", "Two"]);
  expect((await metrics("trailtag_last_reload")).get("trailtag_last_reload_successful")).toBe(1);
});

test.each(["lists/bad.yml", "exceptions/bad.yml"])("a fault in %s keeps what is in force", async (file) => {
  service = await startFilesService(files.config);
  files.write(file, "name: [");
  files.write("rules/one.yml", ruleFor("Other", "ListKeys"));
  const { status, body } = await reload();
  expect([status, body.error.reason]).toEqual([400, expect.stringContaining(`${file}:1:`)]);
  expect(await ruleIds()).toEqual(["One"]);
});

test("reloads that come together end with what the files hold", async () => {
  service = await startFilesService(files.config);
  const answers: Promise<{ status: number }>[] = [];
  for (let n = 0; n < 20; n++) {
    files.write("rules/one.yml", ruleFor(`Rule${n}`, "ListKeys"));
    answers.push(reload());
  }
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(await ruleIds()).toEqual(["Rule19"]);
});

test("a reload under load loses nothing, and no request meets two sets of rules", async () => {
  service = await startFilesService(files.config);
  const senders = 4;
  const perRequest = 250;
  let sending = true;
  const accepted: string[] = [];
  const send = async (sender: number): Promise<void> => {
    for (let request = 0; sending; request++) {
      const ids = Array.from({ length: perRequest }, (_, i) => `${sender}-${request}-${i}`);
      const body = ids.map((id) => JSON.stringify(record(id))).join("\n");
      const answer = await fetch(`${service.url}/v1/events`, { method: "POST", body });
      expect([answer.status, (await answer.json()) as JsonObject]).toEqual([
        200,
        expect.objectContaining({ stored: perRequest }),
      ]);
      accepted.push(...ids);
    }
  };
  const sent = Promise.all(Array.from({ length: senders }, (_, sender) => send(sender)));
  let refused = 0;
  for (let n = 0; n < 15; n++) {
    const broken = n % 3 === 2;
    files.write("rules/one.yml", broken ? "RuleID: [" : ruleFor(`Rule${n}`, "ListKeys"));
    const { status } = await reload();
    expect(status).toBe(broken ? 400 : 200);
    if (broken) refused++;
  }
  sending = false;
  await sent;

  const events = service.events();
  expect(events.map(({ event }) => event.id).sort()).toEqual([...accepted].sort());
  const requests = new Map<string, Set<string>>();
  for (const { event, detection, rule } of events) {
    const request = event.id.split("-").slice(0, 2).join("-");
    const seen = requests.get(request) ?? new Set();
    requests.set(request, seen.add(`${detection.ruleset} ${rule?.id.join() ?? "none"}`));
  }
  expect([...requests.values()].filter(({ size }) => size !== 1)).toEqual([]);
  const sets = new Set([...requests.values()].flatMap((seen) => [...seen]));
  expect(sets.size).toBeGreaterThan(1);
  expect([...sets].filter((set) => set.endsWith(" none"))).toEqual([]);
  const counted = [...(await metrics("trailtag_rule_hits_total")).values()].reduce((sum, n) => sum + n, 0);
  expect(counted).toBe(accepted.length);
  expect((await metrics("trailtag_reloads_total")).get('trailtag_reloads_total{result="refused"}')).toBe(
    refused,
  );
}, 60_000);

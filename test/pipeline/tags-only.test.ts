import { startFilesService, type FilesService } from "../harness/files-service.js";
import { record } from "../harness/records.js";
import { createRuleFiles, ruleFor, type RuleFiles } from "../harness/rule-files.js";

let files: RuleFiles;
let service: FilesService;
beforeEach(() => {
  files = createRuleFiles();
});
afterEach(async () => {
  await service.close();
  files.clear();
});

test("rules that need several events, or want no alert, tag each event and raise nothing, ten times delivered", async () => {
  files.write("rules/counted.yml", ruleFor("Counted", "ListKeys", "Threshold: 3\nDedupPeriodMinutes: 15\n"));
  files.write("rules/quiet.yml", ruleFor("Quiet", "ListKeys", "CreateAlert: false\n"));
  files.write("rules/loud.yml", ruleFor("Loud", "ListKeys"));
  service = await startFilesService(files.config);
  const events = Array.from({ length: 5 }, (_, i) => record(`e-${i}`));
  for (let delivery = 0; delivery < 10; delivery++) {
    await fetch(`${service.url}/v1/events`, { method: "POST", body: JSON.stringify(events) });
  }
  await service.pipeline.settle();
  expect(service.events()).toHaveLength(5);
  for (const { rule, detection, event } of service.events()) {
    expect(rule?.id).toEqual(["Counted", "Loud", "Quiet"]);
    expect(detection).toMatchObject({ count: 3, severity: "high" });
    expect(event.severity).toBe(4);
    expect(detection.alert_ids).toHaveLength(1);
    const withAlert = detection.hits.filter(
      (hit) => hit.alert_id !== undefined || hit.dedup_key !== undefined,
    );
    expect(withAlert.map((hit) => hit.rule_id)).toEqual(["Loud"]);
  }
  expect(service.alerts().map(({ rule, alert }) => [rule.id, alert.count])).toEqual([["Loud", 5]]);
  const { rules } = (await (await fetch(`${service.url}/v1/rules`)).json()) as any;
  expect(rules.map((rule: any) => [rule.id, rule.raises_alerts])).toEqual([
    ["Counted", false],
    ["Loud", true],
    ["Quiet", false],
  ]);
});

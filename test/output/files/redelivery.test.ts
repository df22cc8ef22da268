import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { EXAMPLES } from "../../examples/read-examples.js";
import { startTrailTag, type RunningTrailTag } from "../../examples/start-trailtag.js";
import { newFolder, readAlerts, readDocuments, removeFolder } from "./folder.js";

const samples = join(EXAMPLES, "samples");
const files = readdirSync(samples).filter((name) => name.endsWith(".json.gz"));
/** What has no usable eventID gets an id from its content; what is no CloudTrail is dead-lettered. */
const odd = [
  '{"eventVersion":"1.08","eventTime":"2026-11-02T09:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","userIdentity":{"type":"AWSService"}}',
  '{"hello":"world"}',
  "not JSON at all",
].join("\n");

async function sendAll(trailtag: RunningTrailTag): Promise<void> {
  for (const name of files) {
    const answer = await fetch(`${trailtag.url}/v1/events`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: readFileSync(join(samples, name)),
    });
    expect([name, answer.status]).toEqual([name, 200]);
    await answer.text();
  }
  const answer = await fetch(`${trailtag.url}/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: odd,
  });
  expect(answer.status).toBe(200);
  await answer.text();
}

test("the whole sample sent again, and again to a service that was started anew, changes no file", async () => {
  const dir = newFolder();
  const sizes = (): number[] =>
    ["events", "alerts", "deadletter"].map((name) => statSync(join(dir, `${name}.ndjson`)).size);
  try {
    const first = await startTrailTag(dir);
    await sendAll(first);
    const before = sizes();
    const events = readDocuments(dir, "events");
    const alerts = readAlerts(dir);
    expect(events.length).toBeGreaterThan(300);
    expect(new Set(events.map((event) => event.event.id)).size).toBe(events.length);
    expect(readDocuments(dir, "deadletter").map((dead) => dead.reason.code)).toEqual([
      "not_cloudtrail",
      "invalid_json",
    ]);
    // Each alert is what its events say, in number and in name.
    expect(alerts.size).toBeGreaterThan(0);
    for (const [id, { alert }] of alerts) {
      const members = events.filter((event) => event.detection.alert_ids.includes(id));
      expect([id, alert.count, alert.pending]).toEqual([id, members.length, false]);
      expect([...alert.event_ids].sort()).toEqual(members.map((event) => event.event.id as string).sort());
    }
    await sendAll(first);
    expect(sizes()).toEqual(before);
    await first.stop();
    const second = await startTrailTag(dir);
    expect(sizes()).toEqual(before);
    await sendAll(second);
    expect(sizes()).toEqual(before);
    await second.stop();
  } finally {
    removeFolder(dir);
  }
}, 30_000);

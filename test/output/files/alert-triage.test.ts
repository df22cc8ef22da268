import { deniedRecord } from "../../harness/records.js";
import { startTrailTag, type RunningTrailTag } from "../../examples/start-trailtag.js";
import { newFolder, readAlerts, removeFolder } from "./folder.js";

async function post({ url }: RunningTrailTag, path: string, body: unknown): Promise<any> {
  const answer = await fetch(url + path, { method: "POST", body: JSON.stringify(body) });
  return answer.json();
}

test("what people set on an alert outlives a restart, and events before and after it", async () => {
  const dir = newFolder();
  try {
    const first = await startTrailTag(dir);
    await post(first, "/v1/events", deniedRecord("r-1"));
    const [id] = readAlerts(dir).keys();
    const set = { status: "closed", assignee: "maya", note: "A drill." };
    expect(await post(first, `/v1/alerts/${id}/triage`, set)).toMatchObject({ ...set, triage_version: 1 });
    await first.stop();

    const second = await startTrailTag(dir);
    expect(readAlerts(dir).get(id!).alert).toMatchObject({ ...set, count: 1 });
    await post(second, "/v1/events", [deniedRecord("r-1"), deniedRecord("r-2")]);
    expect(readAlerts(dir).get(id!).alert).toMatchObject({ ...set, triage_version: 1, count: 2 });
    expect(await post(second, `/v1/alerts/${id}/triage`, { status: "open" })).toMatchObject({
      ...{ ...set, status: "open" },
      triage_version: 2,
    });
    await second.stop();
    expect(readAlerts(dir).get(id!).alert).toMatchObject({ status: "open", note: "A drill.", count: 2 });
  } finally {
    removeFolder(dir);
  }
});

test("events and people that come at once lose nothing of each other", async () => {
  const dir = newFolder();
  try {
    const trailtag = await startTrailTag(dir);
    await post(trailtag, "/v1/events", deniedRecord("c-0"));
    const [id] = readAlerts(dir).keys();
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        i % 2 === 0
          ? post(trailtag, "/v1/events", deniedRecord(`c-${i + 1}`))
          : post(trailtag, `/v1/alerts/${id}/triage`, { status: "closed", assignee: `p${i}`, if_version: 0 }),
      ),
    );
    const won = results.filter(({ triage_version }) => triage_version === 1);
    expect([won.length, results.filter(({ status }) => status === 409).length]).toEqual([1, 14]);
    await trailtag.stop();
    expect(readAlerts(dir).get(id!).alert).toMatchObject({
      status: "closed",
      assignee: won[0].assignee,
      count: 16,
    });
  } finally {
    removeFolder(dir);
  }
});

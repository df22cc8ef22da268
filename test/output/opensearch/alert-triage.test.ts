import type { AlertStore } from "../../../src/output/alert-triage.js";
import {
  deletePrefix,
  describeWithOpenSearch,
  testOpenSearch,
  testPrefix,
} from "../../harness/opensearch.js";
import { alertId, eventWrite, seconds, stored, testStore } from "./fixture.js";

// Each test waits for the cluster several times, which others may keep busy.
jest.setTimeout(60_000);

const HOUR = 3_600_000;
const BY_MAYA = { status: "acknowledged", assignee: "maya", note: "Asked.", by: "key-1" } as const;

describeWithOpenSearch("triage of alerts in OpenSearch", () => {
  const { url } = testOpenSearch();
  const prefix = testPrefix();
  let store: AlertStore;

  beforeAll(async () => {
    ({ store } = testStore({ url, prefix, sweepMs: 500 }));
    await store.start();
  });
  afterAll(async () => {
    await store.close();
    await deletePrefix(prefix);
  });

  async function raise(key: string, ...ids: string[]): Promise<string> {
    await store.write(
      ids.map((id) => eventWrite({ id, alerts: [key] })),
      seconds(30),
    );
    return alertId(key);
  }

  async function alertOf(id: string): Promise<any> {
    const hits = await stored(url, `${prefix}-alerts-*`);
    return hits.find((hit) => hit._id === id)?._source;
  }

  it("finds an alert that was written just now, and no other", async () => {
    const id = await raise("fresh", "fresh-1");
    expect((await store.alerts.read(id, seconds(30)))?.alert).toMatchObject({ id, status: "open" });
    expect(await store.alerts.read("nobody", seconds(30))).toBeUndefined();
    expect(await store.alerts.triage("nobody", BY_MAYA, seconds(30))).toEqual({ kind: "unknown" });
  });

  it("keeps what was set when events come late or again", async () => {
    const id = await raise("late", "late-1");
    await store.settle();
    const result = await store.alerts.triage(id, BY_MAYA, seconds(30));
    expect(result).toMatchObject({ kind: "done", alert: { alert: { triage_version: 1, count: 1 } } });
    await raise("late", "late-1", "late-2", "late-3");
    await store.settle();
    expect((await alertOf(id)).alert).toMatchObject({
      status: "acknowledged",
      assignee: "maya",
      note: "Asked.",
      triaged_by: "key-1",
      triage_version: 1,
      count: 3,
      pending: false,
    });
  });

  it("sets what is given, leaves what is not, and takes away what is null", async () => {
    const id = await raise("parts", "parts-1");
    await store.alerts.triage(id, BY_MAYA, seconds(30));
    await store.alerts.triage(id, { status: "closed", by: "key-2" }, seconds(30));
    expect((await alertOf(id)).alert).toMatchObject({ status: "closed", assignee: "maya", note: "Asked." });
    await store.alerts.triage(id, { status: "open", assignee: null, note: null, by: "key-2" }, seconds(30));
    const { alert } = await alertOf(id);
    expect([alert.status, alert.triage_version, "assignee" in alert, "note" in alert]).toEqual([
      "open",
      3,
      false,
      false,
    ]);
  });

  it("refuses a change made for another version, and says how the alert stands", async () => {
    const id = await raise("moved", "moved-1");
    await store.alerts.triage(id, { ...BY_MAYA, ifVersion: 0 }, seconds(30));
    const second = await store.alerts.triage(id, { status: "closed", by: "noa", ifVersion: 0 }, seconds(30));
    expect(second).toMatchObject({ kind: "conflict", alert: { alert: { status: "acknowledged" } } });
    expect((await alertOf(id)).alert.status).toBe("acknowledged");
    const third = await store.alerts.triage(id, { status: "closed", by: "noa", ifVersion: 1 }, seconds(30));
    expect(third.kind).toBe("done");
  });

  it("loses neither side of a race with the alert's own events, and lets one of many people through", async () => {
    const events = 40;
    const id = await raise("race", "race-0");
    const writes = Array.from({ length: events }, (_, i) => raise("race", `race-${i + 1}`));
    const people = Array.from({ length: 8 }, (_, i) =>
      store.alerts.triage(
        id,
        { status: "closed", assignee: `p${i}`, by: `p${i}`, ifVersion: 0 },
        seconds(30),
      ),
    );
    const results = await Promise.all(people);
    await Promise.all(writes);
    await store.settle();
    expect(results.filter(({ kind }) => kind === "done")).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === "conflict")).toHaveLength(7);
    const winner = results.findIndex(({ kind }) => kind === "done");
    expect((await alertOf(id)).alert).toMatchObject({
      status: "closed",
      assignee: `p${winner}`,
      triage_version: 1,
      count: events + 1,
      pending: false,
    });
  }, 60_000);

  it("finds alerts in whatever month their window begins", async () => {
    const time = Date.UTC(2026, 1, 3, 4);
    await store.write([eventWrite({ id: "old-1", alerts: ["old"], time })], seconds(30));
    const id = alertId("old", time);
    expect((await store.alerts.triage(id, BY_MAYA, seconds(30))).kind).toBe("done");
    await store.write([eventWrite({ id: "old-2", alerts: ["old"], time: time + HOUR / 2 })], seconds(30));
    await store.settle();
    expect((await alertOf(id)).alert).toMatchObject({ status: "acknowledged", count: 2 });
  });
});

import { StoreUnavailableError } from "../../../src/output/store.js";
import {
  deletePrefix,
  describeWithOpenSearch,
  testOpenSearch,
  testPrefix,
} from "../../harness/opensearch.js";
import { waitFor } from "../../harness/wait-for.js";
import { alertId, ask, eventWrite, NOON, seconds, stored, testStore } from "./fixture.js";

jest.setTimeout(60_000);

describeWithOpenSearch("The OpenSearch store", () => {
  const { url } = testOpenSearch();
  const prefix = testPrefix();
  const dead: string[] = [];
  const metrics = {
    bulk: () => undefined,
    retried: () => undefined,
    reshaped: () => undefined,
    deadLettered: (reason: string) => void dead.push(reason),
  };
  const { store } = testStore({ url, prefix, metrics });
  const events = `${prefix}-events-*`;
  const alerts = `${prefix}-alerts-*`;

  beforeAll(() => store.start());
  afterAll(async () => {
    await store.close();
    await deletePrefix(prefix);
  });

  it("stores a batch once, however often it is written", async () => {
    const batch = Array.from({ length: 120 }, (_, i) =>
      eventWrite({ id: `once-${i}`, alerts: i % 3 === 0 ? ["once"] : [], user: `user-${i % 4}` }),
    );
    expect(await store.write(batch, seconds(20))).toEqual(batch.map(() => "stored"));
    await store.settle();
    const [before] = (await stored(url, alerts)).filter((hit) => hit._id === alertId("once"));
    expect(before._source.alert).toMatchObject({ count: 40, pending: false, status: "open" });

    expect(await store.write(batch, seconds(20))).toEqual(batch.map(() => "duplicate"));
    await store.settle();
    const [after] = (await stored(url, alerts)).filter((hit) => hit._id === alertId("once"));
    expect(after._source).toEqual(before._source);
    expect((await stored(url, events)).filter((hit) => hit._id.startsWith("once-"))).toHaveLength(120);
  });

  it("stores the same id twice in one batch once", async () => {
    const write = eventWrite({ id: "twin", alerts: ["twin"] });
    const outcomes = await store.write([write, write], seconds(20));
    expect(outcomes.sort()).toEqual(["duplicate", "stored"]);
  });

  it("dead-letters another record under a taken id, once", async () => {
    dead.length = 0;
    await store.write([eventWrite({ id: "taken", record: { eventName: "One" } })], seconds(20));
    const other = eventWrite({ id: "taken", record: { eventName: "Two" }, alerts: ["never"] });
    expect(await store.write([other], seconds(20))).toEqual(["dead_lettered"]);
    expect(await store.write([other], seconds(20))).toEqual(["dead_lettered"]);
    // Counted as outcomes are: each time.
    expect(dead).toEqual(["id_collision", "id_collision"]);
    const letters = (await stored(url, `${prefix}-deadletter`)).filter(
      (hit) => hit._source.reason.code === "id_collision",
    );
    expect(letters).toHaveLength(1);
    expect(Buffer.from(letters[0]._source.raw, "base64")).toEqual(Buffer.from(other.raw));
    expect((await stored(url, alerts)).map((hit) => hit._id)).not.toContain(alertId("never"));
  });

  it("tells somebody else's document under the id from the same record, and stores what is beside it", async () => {
    const put = async (id: string, document: unknown) => {
      const { result } = await ask(url, "PUT", `/${prefix}-events-2026.w47/_doc/${id}`, document);
      expect(result).toBe("created");
    };
    const time = new Date(NOON).toISOString();
    await put("raw-same", { "@timestamp": time, eventID: "raw-same", eventName: "GetThing" });
    await put("raw-other", { "@timestamp": time, eventID: "raw-other", eventName: "Other" });
    await put("raw-odd", {
      "@timestamp": time,
      eventID: "raw-odd",
      eventName: "GetThing",
      detection: { hits: [{ alert_id: "somebody-elses" }] },
    });
    const batch = ["raw-same", "raw-other", "raw-odd", "raw-beside"].map((id) =>
      eventWrite({ id, alerts: ["raw"] }),
    );
    const outcomes = ["duplicate", "dead_lettered", "duplicate", "stored"];
    expect(await store.write(batch, seconds(20))).toEqual(outcomes);
    const letters = await stored(url, `${prefix}-deadletter`);
    expect(letters.map((hit) => hit._source.reason.message)).toContain(
      `Another record is stored under the id raw-other in ${prefix}-events-2026.w47.`,
    );
    await store.settle();
    const found = await stored(url, alerts);
    expect(found.map((hit) => hit._id)).not.toContain("somebody-elses");
    const [alert] = found.filter((hit) => hit._id === alertId("raw"));
    expect(alert._source.alert).toMatchObject({ count: 1, event_ids: ["raw-beside"], pending: false });
  });

  it("derives the alerts beside one whose first event is somebody else's", async () => {
    // Found as a member by its alert id, first by its time, and without a hit that says what the alert is.
    await ask(url, "PUT", `/${prefix}-events-2026.w47/_doc/stranger`, {
      "@timestamp": new Date(NOON).toISOString(),
      detection: { alert_ids: [alertId("strange")] },
    });
    const batch = [1, 2].flatMap((n) =>
      ["strange", "plain"].map((key) =>
        eventWrite({ id: `${key}-${n}`, time: NOON + n * 1_000, alerts: [key] }),
      ),
    );
    await store.write(batch, seconds(20));
    await store.settle();
    const found = new Map((await stored(url, alerts)).map((hit) => [hit._id, hit._source.alert]));
    expect(found.get(alertId("plain"))).toMatchObject({ count: 2, pending: false });
    expect(found.get(alertId("strange"))).toMatchObject({ pending: false, title: "Seen strange" });
  });

  it("stores a document that OpenSearch refuses in its safe form", async () => {
    const refused = eventWrite({
      id: "refused",
      alerts: ["refused"],
      record: { requestParameters: "a string" },
    });
    expect(await store.write([refused, eventWrite({ id: "beside" })], seconds(20))).toEqual([
      "stored",
      "stored",
    ]);
    const [hit] = (await stored(url, events)).filter((h) => h._id === "refused");
    expect(hit._source.event.reshaped).toEqual(["*"]);
    expect(hit._source.original.requestParameters).toBe("a string");
    expect(await store.write([refused], seconds(20))).toEqual(["duplicate"]);
    await store.settle();
    const [alert] = (await stored(url, alerts)).filter((h) => h._id === alertId("refused"));
    expect(alert._source.alert).toMatchObject({ count: 1, event_ids: ["refused"] });
  });

  it("dead-letters a document whose safe form is refused as well", async () => {
    const write = { ...eventWrite({ id: "hopeless" }), document: '{"@timestamp":"no date"}' };
    dead.length = 0;
    const outcome = await store.write([{ ...write, toSafeDocument: () => write.document }], seconds(20));
    expect([outcome, dead]).toEqual([["dead_lettered"], ["store_refused"]]);
    const letters = await stored(url, `${prefix}-deadletter`);
    const [letter] = letters.filter((hit) => hit._source.reason.code === "store_refused");
    expect(letter._source.reason.message).toContain("mapper_parsing_exception");
  });

  it("dead-letters a record with a name longer than OpenSearch reads", async () => {
    const record = { requestParameters: { ["k".repeat(50_001)]: 1 } };
    const batch = [eventWrite({ id: "long-name", record }), eventWrite({ id: "beside-long-name" })];
    expect(await store.write(batch, seconds(20))).toEqual(["dead_lettered", "stored"]);
    const letters = await stored(url, `${prefix}-deadletter`);
    const raw = Buffer.from(batch[0]!.raw).toString("base64");
    const [letter] = letters.filter((hit) => hit._source.raw === raw);
    expect(letter._source.reason.code).toBe("store_refused");
  });

  it("raises the alerts of a duplicate from its stored hits", async () => {
    await store.write([eventWrite({ id: "crashed", alerts: ["crashed"] })], seconds(20));
    await store.settle();
    // As a crash between event and alert leaves it.
    await ask(url, "DELETE", `/${prefix}-alerts-2026.11/_doc/${alertId("crashed")}`);
    const newer = eventWrite({ id: "crashed", alerts: ["newer rule"] });
    expect(await store.write([newer], seconds(20))).toEqual(["duplicate"]);
    const found = (await stored(url, alerts)).map((hit) => hit._id);
    expect(found).toContain(alertId("crashed"));
    expect(found).not.toContain(alertId("newer rule"));
  });

  it("makes one index for each week, with the mappings, though the template is gone", async () => {
    await ask(url, "DELETE", `/_index_template/${prefix}-events`);
    const weeks = [1, 2, 3].map((n) => eventWrite({ id: `week-${n}`, time: NOON - n * 7 * 86_400_000 }));
    expect(await store.write(weeks, seconds(30))).toEqual(["stored", "stored", "stored"]);
    const mapping = await ask(url, "GET", `/${prefix}-events-2026.w44/_mapping`);
    expect(mapping[`${prefix}-events-2026.w44`].mappings.dynamic).toBe("false");
  });

  it("holds a write while its index is blocked, and no other", async () => {
    const index = `${prefix}-events-2026.w47`;
    await ask(url, "PUT", `/${index}/_settings`, { "index.blocks.write": true });
    const held = store.write([eventWrite({ id: "held", alerts: ["held"] })], seconds(30));
    const other = eventWrite({ id: "free", time: NOON - 7 * 86_400_000 });
    expect(await store.write([other], seconds(20))).toEqual(["stored"]);
    await ask(url, "PUT", `/${index}/_settings`, { "index.blocks.write": null });
    expect(await held).toEqual(["stored"]);
  });

  it.each(["events-2026.w47", "alerts-2026.11"])("is not ready while %s takes no writes", async (name) => {
    await ask(url, "PUT", `/${prefix}-${name}/_settings`, { "index.blocks.write": true });
    const held = store.write([eventWrite({ id: `block-${name}`, alerts: [`block-${name}`] })], seconds(30));
    await waitFor(() => !store.status().ready);
    expect(store.status().message).toMatch(/cannot be written to: cluster_block_exception/);
    await ask(url, "PUT", `/${prefix}-${name}/_settings`, { "index.blocks.write": null });
    expect(await held).toEqual(["stored"]);
    expect(store.status().ready).toBe(true);
  });

  it("refuses a write whole at its deadline while an index is closed", async () => {
    const time = NOON - 14 * 86_400_000;
    await ask(url, "POST", `/${prefix}-events-2026.w45/_close`);
    const write = store.write([eventWrite({ id: "closed", time })], Date.now() + 700);
    await expect(write).rejects.toThrow(/index_closed_exception/);
    await expect(write).rejects.toBeInstanceOf(StoreUnavailableError);
    await ask(url, "POST", `/${prefix}-events-2026.w45/_open`);
    expect(await store.write([eventWrite({ id: "closed", time })], seconds(20))).toEqual(["stored"]);
  });

  it("keeps what people set on an alert", async () => {
    await store.write([eventWrite({ id: "mine-1", alerts: ["mine"] })], seconds(20));
    await store.settle();
    const doc = { alert: { status: "closed", assignee: "bob", note: "was me" } };
    await ask(url, "POST", `/${prefix}-alerts-2026.11/_update/${alertId("mine")}`, { doc });
    await store.write(
      [eventWrite({ id: "mine-2", time: NOON + 1, user: "carol", alerts: ["mine"] })],
      seconds(20),
    );
    await store.settle();
    const [hit] = (await stored(url, alerts)).filter((h) => h._id === alertId("mine"));
    expect(hit._source.alert).toMatchObject({
      status: "closed",
      assignee: "bob",
      note: "was me",
      count: 2,
      event_ids: ["mine-1", "mine-2"],
      first_seen: new Date(NOON).toISOString(),
      last_seen: new Date(NOON + 1).toISOString(),
      pending: false,
    });
    expect(hit._source.related.user).toEqual(["alice", "carol"]);
    expect(hit._source.entities).toEqual([
      { type: "ip", id: "192.0.2.7" },
      { type: "user", id: "alice" },
      { type: "user", id: "carol" },
    ]);
  });

  it("installs its templates again when they are gone", async () => {
    await ask(url, "DELETE", `/_index_template/${prefix}-*`);
    await waitFor(
      async () => {
        const { index_templates } = await ask(url, "GET", `/_index_template/${prefix}-*`);
        return index_templates.length === 3;
      },
      { what: "three templates" },
    );
  });

  it("reports that it is ready", () => {
    expect(store.status().ready).toBe(true);
  });
});

describeWithOpenSearch("Alerts under racing writers", () => {
  const { url } = testOpenSearch();
  const prefix = testPrefix();

  afterAll(() => deletePrefix(prefix));

  it("count each event exactly once, and a sweep finds what another replica left", async () => {
    const replicas = [testStore({ url, prefix }), testStore({ url, prefix })];
    for (const { store } of replicas) await store.start();
    const keys = ["a", "b", "c", "d"];
    const all = Array.from({ length: 3_000 }, (_, i) =>
      eventWrite({ id: `race-${i}`, time: NOON + i, alerts: [keys[i % 4]!, "all"], user: `u${i % 7}` }),
    );
    // Eight writers, each going over the whole in its own order, so that each event arrives eight times.
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        const { store } = replicas[writer % 2]!;
        for (let batch = 0; batch < 10; batch++) {
          const from = ((batch * 3 + writer) % 10) * 300;
          await store.write(all.slice(from, from + 300), seconds(50));
        }
      }),
    );
    for (const { store } of replicas) await store.settle();
    expect(await stored(url, `${prefix}-events-*`)).toHaveLength(3_000);
    const alerts = new Map(
      (await stored(url, `${prefix}-alerts-*`)).map((hit) => [hit._id, hit._source.alert]),
    );
    expect(alerts.size).toBe(5);
    for (const key of keys) expect(alerts.get(alertId(key))).toMatchObject({ count: 750, pending: false });
    const whole = alerts.get(alertId("all"));
    expect(whole).toMatchObject({ count: 3_000, pending: false, title: "Seen all" });
    expect(whole.event_ids).toEqual(all.slice(0, 1_000).map((write) => write.id));

    const doc = { alert: { pending: true, count: 1 } };
    await ask(url, "POST", `/${prefix}-alerts-2026.11/_update/${alertId("all")}?refresh=true`, { doc });
    const third = testStore({ url, prefix, sweepMs: 100 });
    await third.store.start();
    const mended = await waitFor(async () => {
      const { _source } = await ask(url, "GET", `/${prefix}-alerts-2026.11/_doc/${alertId("all")}`);
      return _source.alert.pending === false && _source.alert;
    });
    expect(mended.count).toBe(3_000);
    for (const { store } of [...replicas, third]) await store.close();
  });
});

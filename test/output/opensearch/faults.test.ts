import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { StoreUnavailableError } from "../../../src/output/store.js";
import { startFaultProxy, type Fault, type FaultProxy } from "../../harness/fault-proxy.js";
import {
  deletePrefix,
  describeWithOpenSearch,
  testOpenSearch,
  testPrefix,
} from "../../harness/opensearch.js";
import { waitFor } from "../../harness/wait-for.js";
import { alertId, ask, eventWrite, NOON, seconds, stored, testStore } from "./fixture.js";

jest.setTimeout(60_000);

describeWithOpenSearch("The OpenSearch store behind faults", () => {
  const { url } = testOpenSearch();
  const prefix = testPrefix();
  let proxy: FaultProxy;
  let store: ReturnType<typeof testStore>["store"];
  const retried: string[] = [];

  beforeAll(async () => {
    proxy = await startFaultProxy(url);
    const metrics = {
      bulk: () => undefined,
      retried: (reason: string) => void retried.push(reason),
      reshaped: () => undefined,
    };
    const client = { node: proxy.url, requestTimeoutMs: 1_500 };
    ({ store } = testStore({ url: proxy.url, prefix, metrics, client }));
    await store.start();
    await store.write([eventWrite({ id: "first", alerts: ["first"] })], seconds(20));
    await store.settle();
  });
  afterAll(async () => {
    await store.close();
    await proxy.close();
    await deletePrefix(prefix);
  });

  const cases: [Fault, string | undefined][] = [
    ["unavailable", "unavailable"],
    ["too_many_requests", "busy"],
    ["too_large", undefined],
    ["busy_items", "busy"],
    ["garbage", "bad_reply"],
    ["short", "bad_reply"],
    ["reset", "no_reply"],
    ["refused", "no_reply"],
    ["tenth_busy", undefined],
    ["html", "unavailable"],
    ["retry_after", "busy"],
    ["unauthorized", "forbidden"],
    ["error_object", "bad_reply"],
    ["text_statuses", "bad_reply"],
    ["drip", undefined],
    ["hang", "no_reply"],
    ["endless_drip", "no_reply"],
  ];

  it.each(cases)("loses nothing and stores nothing twice on %s", async (fault, reason) => {
    const before = proxy.bulks();
    retried.length = 0;
    // The third is met by the bulk of alerts or by a second try.
    proxy.inject(fault, fault, fault);
    const batch = Array.from({ length: 40 }, (_, i) => eventWrite({ id: `${fault}-${i}`, alerts: [fault] }));
    const outcomes = await store.write(batch, seconds(30));
    expect(outcomes).toEqual(batch.map(() => "stored"));
    if (fault !== "too_large")
      await waitFor(() => proxy.left() === 0 || store.settle().then(() => proxy.left() === 0));
    await store.settle();
    expect(proxy.bulks() - before).toBeGreaterThan(2);
    if (reason !== undefined) expect(retried).toContain(reason);
    const events = (await stored(url, `${prefix}-events-*`)).filter((hit) => hit._id.startsWith(`${fault}-`));
    expect(events).toHaveLength(40);
    const alert = await ask(url, "GET", `/${prefix}-alerts-2026.11/_doc/${alertId(fault)}`);
    expect(alert._source.alert).toMatchObject({ count: 40, pending: false });
    expect((await stored(url, `${prefix}-deadletter`)).length).toBe(0);
  });

  it("stores every event once while one item in ten is answered 429 in each bulk", async () => {
    const { store: other } = testStore({ url: proxy.url, prefix, bulk: { maxItems: 50 } });
    await other.start();
    proxy.inject(...Array.from({ length: 40 }, () => "tenth_busy" as const));
    const batch = Array.from({ length: 1_000 }, (_, i) => eventWrite({ id: `tenth-${i}` }));
    expect(await other.write(batch, seconds(30))).toEqual(batch.map(() => "stored"));
    await other.close();
    const events = (await stored(url, `${prefix}-events-*`)).filter((hit) => hit._id.startsWith("tenth-"));
    expect(events).toHaveLength(1_000);
    await drained();
  });

  it("learns from a 413, and does not send as much again", async () => {
    const small = await startFaultProxy(url, 150);
    const { store: other } = testStore({ url: small.url, prefix });
    await other.start();
    const write = (n: number) =>
      other.write(
        Array.from({ length: 300 }, (_, i) =>
          eventWrite({ id: `learnt-${n}-${i}`, record: { requestParameters: { text: "x".repeat(1_000) } } }),
        ),
        seconds(30),
      );
    // Stays until a bulk of few enough actions comes.
    small.inject("too_large");
    await write(1);
    expect(small.bulks()).toBe(3);
    await write(2);
    // Halved before it is sent: none of them is answered 413 first.
    expect(small.bulks()).toBe(5);
    await other.close();
    await small.close();
  });

  async function drained(): Promise<void> {
    await waitFor(async () => {
      if (proxy.left() > 0) await store.write([eventWrite({ id: "drain" })], seconds(20));
      return proxy.left() === 0;
    });
  }

  it("keeps one write's trouble from another", async () => {
    proxy.inject("busy_items", "busy_items");
    const writes = Array.from({ length: 6 }, (_, n) =>
      store.write([eventWrite({ id: `apart-${n}-a` }), eventWrite({ id: `apart-${n}-b` })], seconds(30)),
    );
    expect(await Promise.all(writes)).toEqual(writes.map(() => ["stored", "stored"]));
  });

  it("leaves an alert pending that was marked between its reading and its writing, and derives it again", async () => {
    const key = "raced";
    const late = eventWrite({ id: "raced-late", time: NOON + 5, alerts: [key] });
    let searched = 0;
    // Another replica stores an event of the alert after the search for its events, before the write of the alert.
    const other = testStore({ url, prefix });
    await other.store.start();
    proxy.onOther(async (_, path) => {
      if (!path.startsWith("/_mget") || searched++ !== 1) return;
      await other.store.write([late], seconds(20));
    });
    await store.write([eventWrite({ id: "raced-early", alerts: [key] })], seconds(20));
    await store.settle();
    proxy.onOther(undefined);
    expect(searched).toBeGreaterThan(2);
    await other.store.settle();
    const alert = await ask(url, "GET", `/${prefix}-alerts-2026.11/_doc/${alertId(key)}`);
    expect(alert._source.alert).toMatchObject({
      count: 2,
      pending: false,
      event_ids: ["raced-early", "raced-late"],
    });
    await other.store.close();
  });
});

describe("The OpenSearch store without OpenSearch", () => {
  it("starts, says why it is not ready, holds writes and refuses them at the deadline", async () => {
    // A port that nothing listens on: taken, then given back.
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));

    const { store } = testStore({ url: `http://127.0.0.1:${port}`, prefix: "nowhere" });
    await store.start();
    expect(store.status()).toEqual({ ready: false, message: expect.stringContaining("ECONNREFUSED") });
    const started = Date.now();
    const write = store.write([eventWrite({ id: "kept" })], started + 400);
    await expect(write).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(Date.now() - started).toBeGreaterThanOrEqual(395);
    await store.close();
  });
});

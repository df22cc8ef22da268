import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFilesStore } from "../../../src/output/files/store.js";
import type { Store } from "../../../src/output/store.js";
import { deadWrite, eventWrite, filesOptions } from "./doubles.js";
import { newFolder, readAlerts, readDocuments, removeFolder } from "./folder.js";

let dir: string;
let stores: Store[];

beforeEach(() => {
  dir = newFolder();
  stores = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  removeFolder(dir);
});

async function open(more: Parameters<typeof filesOptions>[1] = {}): Promise<Store> {
  const store = createFilesStore(filesOptions(dir, more));
  stores.push(store);
  await store.start();
  return store;
}
const later = (): number => Date.now() + 5_000;

test("events, alerts and dead letters each go to their file", async () => {
  const store = await open();
  const outcomes = await store.write([eventWrite(1, "a"), deadWrite("no"), eventWrite(2)], later());
  expect(outcomes).toEqual(["stored", "dead_lettered", "stored"]);
  expect(readDocuments(dir, "events").map((event) => event.eventID)).toEqual(["event-1", "event-2"]);
  const [alert] = readDocuments(dir, "alerts");
  expect(alert.alert).toMatchObject({ id: "a", count: 1, event_ids: ["event-1"], pending: false });
  expect(readDocuments(dir, "deadletter")[0].raw).toBe(Buffer.from("no").toString("base64"));
});

test("the same batch again changes no file, nor does it after a restart", async () => {
  const batch = [eventWrite(1, "a"), eventWrite(2, "a"), deadWrite("not CloudTrail, in three chunks")];
  const first = await open();
  await first.write(batch, later());
  const sizes = (): number[] =>
    ["events", "alerts", "deadletter"].map((name) => statSync(join(dir, `${name}.ndjson`)).size);
  const before = sizes();
  expect(await first.write(batch, later())).toEqual(["duplicate", "duplicate", "dead_lettered"]);
  expect(sizes()).toEqual(before);
  await first.close();
  const second = await open();
  expect(sizes()).toEqual(before);
  expect(await second.write(batch, later())).toEqual(["duplicate", "duplicate", "dead_lettered"]);
  expect(sizes()).toEqual(before);
});

test("a record twice in one batch is stored once", async () => {
  const store = await open();
  expect(await store.write([eventWrite(1, "a"), eventWrite(1, "a")], later())).toEqual([
    "stored",
    "duplicate",
  ]);
  expect(readDocuments(dir, "events")).toHaveLength(1);
  expect(readAlerts(dir).get("a").alert.count).toBe(1);
});

test("another record under a stored id is dead-lettered, and the stored one stays", async () => {
  const store = await open();
  await store.write([eventWrite(1, undefined, "first")], later());
  expect(await store.write([eventWrite(1, "a", "second"), eventWrite(2)], later())).toEqual([
    "dead_lettered",
    "stored",
  ]);
  expect(readDocuments(dir, "events").map((event) => event.content)).toEqual(["first", "x"]);
  expect(readDocuments(dir, "deadletter")[0].reason.code).toBe("id_collision");
  expect(readDocuments(dir, "alerts")).toEqual([]);
});

test("an alert counts every event and names the first thousand in order of time", async () => {
  const store = await open();
  const events = Array.from({ length: 1_500 }, (_, n) => eventWrite(1_499 - n, "a"));
  for (let n = 0; n < events.length; n += 100) await store.write(events.slice(n, n + 100), later());
  await store.settle();
  const { alert } = readAlerts(dir).get("a");
  expect(alert.count).toBe(1_500);
  expect(alert.truncated).toEqual(["alert.event_ids"]);
  expect(alert.event_ids).toEqual(Array.from({ length: 1_000 }, (_, n) => `event-${n}`));
  expect(alert.first_seen).toBe("2026-11-20T10:00:00.000Z");
  await store.close();
  const again = await open();
  await again.write([eventWrite(2_000, "a")], later());
  expect(readAlerts(dir).get("a").alert).toMatchObject({
    count: 1_501,
    last_seen: "2026-11-20T10:33:20.000Z",
  });
});

test("writes that come together share one sync per file", async () => {
  let syncs = 0;
  const { openHandle } = await import("../../../src/output/files/append-file.js");
  const store = await open({
    // Counts; nothing else is changed.
    openHandle: async (path) => {
      const handle = await openHandle(path);
      const datasync = handle.datasync.bind(handle);
      return Object.assign(handle, { datasync: () => ((syncs += 1), datasync()) });
    },
  });
  syncs = 0;
  const writes = Array.from({ length: 200 }, (_, n) => store.write([eventWrite(n, "a")], later()));
  await Promise.all(writes);
  expect(readDocuments(dir, "events")).toHaveLength(200);
  // The first write goes alone, the others wait for it and go as one.
  expect(syncs).toBe(4);
});

test("a torn last line is cut off, kept aside and told; the event can come again", async () => {
  const first = await open();
  await first.write([eventWrite(1), eventWrite(2, "a")], later());
  await first.close();
  const path = join(dir, "events.ndjson");
  const whole = readFileSync(path, "utf8");
  truncateSync(path, whole.length - 20);
  const said: string[] = [];
  const second = await open({ log: (level, message) => said.push(`${level} ${message}`) });
  const kept = readdirSync(dir).filter((name) => name.startsWith("torn-events.ndjson-"));
  expect(kept).toHaveLength(1);
  expect(whole.split("\n")[1]!.startsWith(readFileSync(join(dir, kept[0]!), "utf8").trimEnd())).toBe(true);
  expect(said.filter((line) => line.startsWith("warn") && line.includes(kept[0]!))).toHaveLength(1);
  expect(await second.write([eventWrite(2, "a"), eventWrite(1)], later())).toEqual(["stored", "duplicate"]);
  expect(readAlerts(dir).get("a").alert.count).toBe(1);
});

test("a line in the middle that is no event is set aside once, and its neighbours are found", async () => {
  const first = await open();
  await first.write([eventWrite(1)], later());
  await first.close();
  appendFileSync(join(dir, "events.ndjson"), Buffer.from([0x7b, 0xff, 0x00, 0x0a]));
  appendFileSync(join(dir, "events.ndjson"), '{"event":{"id":"x"}}\n');
  const second = await open();
  await second.write([eventWrite(2)], later());
  await second.close();
  const third = await open();
  expect(await third.write([eventWrite(1), eventWrite(2)], later())).toEqual(["duplicate", "duplicate"]);
  const kept = readdirSync(dir).filter((name) => name.startsWith("torn-"));
  expect(kept).toHaveLength(1);
  const aside = readFileSync(join(dir, kept[0]!));
  expect(aside.includes(Buffer.from([0x7b, 0xff, 0x00, 0x0a]))).toBe(true);
  expect(aside.includes('{"event":{"id":"x"}}')).toBe(true);
});

test("an alert that a crash left out or behind is written at the next start; what a person set stays", async () => {
  const first = await open();
  await first.write([eventWrite(1, "a"), eventWrite(2, "a"), eventWrite(3, "b")], later());
  await first.close();
  const [line] = readDocuments(dir, "alerts");
  line.alert.count = 1;
  line.alert.status = "acknowledged";
  writeFileSync(join(dir, "alerts.ndjson"), `${JSON.stringify(line)}\n`);
  const second = await open();
  expect(readAlerts(dir).get("a").alert).toMatchObject({ count: 2, status: "acknowledged" });
  expect(readAlerts(dir).get("b").alert.count).toBe(1);
  await second.close();
  await open();
  expect(readDocuments(dir, "alerts")).toHaveLength(3);
});

test("a dead letter of which a crash left some chunks only comes again whole", async () => {
  const first = await open();
  await first.write([deadWrite("abcdefgh12345678ABCDEFGH")], later());
  await first.close();
  const path = join(dir, "deadletter.ndjson");
  const lines = readFileSync(path, "utf8").split("\n");
  writeFileSync(path, `${lines.slice(0, 2).join("\n")}\n`);
  const second = await open();
  await second.write([deadWrite("abcdefgh12345678ABCDEFGH")], later());
  expect(readDocuments(dir, "deadletter").map((dead) => dead.chunk.n)).toEqual([0, 1, 0, 1, 2]);
});

test("a batch that breaks the contract is refused alone", async () => {
  const store = await open();
  const bad = { ...eventWrite(2), document: '{\n"eventID":"event-2"}' };
  const results = await Promise.allSettled([
    store.write([eventWrite(0)], later()),
    store.write([eventWrite(1), bad], later()),
    store.write([eventWrite(3)], later()),
  ]);
  expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(readDocuments(dir, "events").map((event) => event.eventID)).toEqual(["event-0", "event-3"]);
});

test("before start and after close, writes are refused as unavailable", async () => {
  const store = createFilesStore(filesOptions(dir));
  await expect(store.write([eventWrite(1)], later())).rejects.toThrow("is not open");
  expect(store.status().ready).toBe(false);
  await store.start();
  expect(store.status().ready).toBe(true);
  const last = store.write([eventWrite(1)], later());
  await store.close();
  await expect(last).resolves.toEqual(["stored"]);
  await expect(store.write([eventWrite(2)], later())).rejects.toThrow("is not open");
});

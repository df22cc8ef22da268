import { randomBytes } from "node:crypto";
import { waitFor } from "../harness/wait-for.js";
import { createFixture, end, type Fixture, type FixtureOptions } from "./spooling-fixture.js";
import { codec, eventWrite, idOf } from "./store-double.js";

const DAY = 86_400_000;
const MONDAY = Date.UTC(2026, 10, 16);
let fixture: Fixture;

afterEach(() => end(fixture));

async function start(options: FixtureOptions = {}): Promise<Fixture> {
  return (fixture = await createFixture(options));
}

const soon = (): number => Date.now() + 10_000;

/** Spools `batches` of so many events each while the store is away. */
async function fill({ store, inner }: Fixture, batches: number, each: number): Promise<string[]> {
  inner.ready = false;
  const ids: string[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const some = Array.from({ length: each }, (_, n) => `b${batch}-${n}`);
    ids.push(...some);
    const outcomes = await store.write(
      some.map((id, n) => eventWrite(id, MONDAY + (n % 2) * DAY)),
      soon(),
    );
    expect(new Set(outcomes)).toEqual(new Set(["spooled"]));
  }
  return ids;
}

const REST = { timeout_ms: 40_000, what: "the drain" };

describe("the drain", () => {
  it("stores all but a document that nobody can store, and keeps that one", async () => {
    const { store, inner, spool } = await start();
    const ids = await fill(fixture, 8, 40);
    inner.poison.add("b2-17");
    inner.ready = true;
    await waitFor(() => inner.stored.length === ids.length - 1, REST);
    expect(inner.stored).not.toContain("b2-17");
    await waitFor(() => spool.status().documents === 1, REST);
    expect(await store.write([eventWrite("live")], soon())).toEqual(["stored"]);
    inner.poison.clear();
    await waitFor(() => spool.status().records === 0, REST);
    expect([...inner.stored].sort()).toEqual([...ids, "live"].sort());
    expect(new Set(inner.stored).size).toBe(inner.stored.length);
  }, 60_000);

  it("gets a full spool free again with a document at its head that nobody can store", async () => {
    const { store, inner, spool } = await start({ maxBytes: 512 * 1024 });
    inner.ready = false;
    inner.poison.add("bad");
    expect(await store.write([eventWrite("bad"), eventWrite("beside")], soon())).toEqual([
      "spooled",
      "spooled",
    ]);
    // Small ones at the end: not a byte is left.
    for (const size of [8_000, 16]) {
      for (let full = false; !full;) {
        const write = store.write([eventWrite(randomBytes(size).toString("base64"))], Date.now());
        full = await write.then(
          () => false,
          () => true,
        );
      }
    }
    const { documents } = spool.status();
    inner.ready = true;
    await waitFor(() => inner.stored.length === documents - 1, REST);
    await waitFor(() => spool.status().documents === 1, REST);
    // Files are deleted after their documents were counted.
    await waitFor(() => spool.status().accepting && spool.status().bytes < 256 * 1024, REST);
  }, 90_000);

  it("does not wait for a whole day that is blocked", async () => {
    const { inner, spool } = await start();
    const ids = await fill(fixture, 6, 40);
    const blocked = ids.filter((id) => Number(id.split("-")[1]) % 2 === 1);
    for (const id of blocked) inner.poison.add(id);
    inner.ready = true;
    await waitFor(() => inner.stored.length === ids.length - blocked.length, REST);
    inner.poison.clear();
    await waitFor(() => spool.status().records === 0, REST);
    expect([...inner.stored].sort()).toEqual([...ids].sort());
  }, 60_000);

  it("tries one write while the store takes nothing, and not every record of the spool", async () => {
    const { inner } = await start({ afterMs: 100 });
    await fill(fixture, 20, 2);
    inner.hangs = true;
    inner.ready = true;
    await waitFor(() => inner.batches.length >= 4, REST);
    inner.hangs = false;
    await waitFor(() => fixture.spool.status().records === 0, REST);
    expect(inner.stored).toHaveLength(40);
  }, 60_000);

  it("gives a slow store the time that it needs, and takes no record for faulty", async () => {
    const { inner, log } = await start({ afterMs: 100 });
    const ids = await fill(fixture, 12, 40);
    // The two days of a record are two groups of 20: the first try is too short for either.
    inner.slowMs = 15;
    inner.ready = true;
    await waitFor(() => fixture.spool.status().records === 0, REST);
    expect([...inner.stored].sort()).toEqual([...ids].sort());
    expect(log.map(([, message]) => message).filter((message) => message.includes("at the end of"))).toEqual(
      [],
    );
  }, 60_000);

  it("gives way to live requests", async () => {
    const { store, inner } = await start();
    await fill(fixture, 40, 1);
    let most = 0;
    let under = 0;
    const write = inner.write.bind(inner);
    inner.write = async (batch, deadline) => {
      const spooled = idOf(batch[0]!).startsWith("b");
      if (spooled) most = Math.max(most, ++under);
      try {
        return await write(batch, deadline);
      } finally {
        if (spooled) under--;
      }
    };
    inner.delayMs = 30;
    inner.ready = true;
    let over = false;
    // Several at different times, so that there is always one.
    const live = [0, 11, 22].map(async (offset) => {
      inner.delayMs = 30 + offset;
      for (let n = 0; !over; n++) await store.write([eventWrite(`live${offset}-${n}`)], soon());
    });
    await waitFor(() => fixture.spool.status().records === 0, REST);
    over = true;
    await Promise.all(live);
    expect(most).toBe(1);
    expect(new Set(inner.stored).size).toBe(inner.stored.length);
  }, 60_000);

  it("sets aside what it cannot decode, once", async () => {
    const { inner, spool, setAside, metrics } = await start();
    inner.ready = false;
    await spool.append(Buffer.from("not what the codec writes"), 3);
    metrics.ingested("/_bulk", { ...NONE, received: 3, spooled: 3 });
    await spool.append(codec.encode([eventWrite("good")]), 1);
    metrics.ingested("/_bulk", { ...NONE, received: 1, spooled: 1 });
    inner.ready = true;
    await waitFor(() => spool.status().records === 0, REST);
    expect(inner.stored).toEqual(["good"]);
    expect(setAside.map(({ number, documents }) => [number, documents])).toEqual([[1, 3]]);
    const { text } = await metrics.expose();
    expect(text).toContain("trailtag_spool_set_aside_events_total 3");
    expect(text).toContain("trailtag_spool_events 0");
  }, 60_000);

  it("takes nothing off that the store has not got, whenever the process ends", async () => {
    const before = await start();
    const ids = await fill(before, 30, 3);
    before.inner.delayMs = 20;
    before.inner.ready = true;
    await waitFor(() => before.inner.stored.length > 20, REST);
    fixture = await before.reopen();
    const known = new Set(before.inner.stored);
    const left: string[] = [];
    for (const { payload } of await fixture.spool.read(0, 1e9)) left.push(...codec.decode(payload).map(idOf));
    expect(ids.filter((id) => !known.has(id) && !left.includes(id))).toEqual([]);
    await waitFor(() => fixture.spool.status().records === 0, REST);
    expect([...fixture.inner.stored].sort()).toEqual([...ids].sort());
  }, 60_000);

  it("counts so that the sums are right at every scrape", async () => {
    const { store, inner, spool, metrics } = await start();
    inner.ready = false;
    let over = false;
    const live = (async () => {
      for (let n = 0; !over; n++) {
        // As a request does it that is handed over in slices: counted when all of it has ended.
        const slices = await Promise.all(
          [0, 1, 2].map((part) =>
            store.write([eventWrite(`l${n}-${part}`), eventWrite(`m${n % 7}`)], soon()),
          ),
        );
        const counts = { stored: 0, duplicate: 0, dead_lettered: 0, spooled: 0 };
        for (const outcome of slices.flat()) counts[outcome]++;
        const { duplicate: duplicates, ...others } = counts;
        metrics.ingested("/_bulk", { ...NONE, ...others, duplicates, received: 6 });
      }
    })();
    for (let round = 0; round < 60; round++) {
      inner.ready = round % 3 !== 0;
      await waitFor(() => true, { every_ms: 5 });
      const { text } = await metrics.expose();
      expect(sumOf(text)).toBe(0);
      expect(valueOf(text, "trailtag_spool_events")).toBeGreaterThanOrEqual(0);
    }
    over = true;
    inner.ready = true;
    await live;
    await waitFor(() => spool.status().records === 0, REST);
    const { text } = await metrics.expose();
    expect([sumOf(text), valueOf(text, "trailtag_spool_events")]).toEqual([0, 0]);
    expect(valueOf(text, "trailtag_events_stored_total")).toBe(inner.stored.length);
    expect(valueOf(text, "trailtag_events_spooled_total")).toBeGreaterThan(0);
  }, 60_000);
});

const NONE = { received: 0, stored: 0, duplicates: 0, dead_lettered: 0, spooled: 0, skipped: 0, refused: 0 };

function valueOf(text: string, name: string): number {
  return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (-?\\d+)$`, "gm"))].reduce(
    (n, m) => n + Number(m[1]),
    0,
  );
}

/** Received less all that became of it: 0 when the counters add up. */
function sumOf(text: string): number {
  const parts = ["stored", "duplicate", "dead_lettered", "skipped", "refused"].map(
    (part) => `trailtag_events_${part}_total`,
  );
  const all = [...parts, "trailtag_spool_events", "trailtag_spool_set_aside_events_total"];
  return (
    valueOf(text, "trailtag_events_received_total") - all.reduce((sum, name) => sum + valueOf(text, name), 0)
  );
}

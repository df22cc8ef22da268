import { StoreUnavailableError } from "../../src/output/store.js";
import { waitFor } from "../harness/wait-for.js";
import { createFixture, end, type Fixture, type FixtureOptions } from "./spooling-fixture.js";
import { eventWrite } from "./store-double.js";

let fixture: Fixture;

afterEach(() => end(fixture));

async function start(options: FixtureOptions = {}): Promise<Fixture> {
  return (fixture = await createFixture(options));
}

const soon = (ms = 10_000): number => Date.now() + ms;

function empty({ spool }: Fixture): Promise<true> {
  return waitFor(() => spool.status().records === 0, { what: "the spool to be empty" });
}

describe("a spooling store", () => {
  it("leaves the spool alone while the store takes everything", async () => {
    const { store, inner, spool } = await start();
    expect(await store.write([eventWrite("a"), eventWrite("a")], soon())).toEqual(["stored", "duplicate"]);
    expect([inner.stored, spool.status().records]).toEqual([["a"], 0]);
  });

  it("takes events at once while the store is away, and carries them over in order when it is back", async () => {
    const { store, inner, spool, drained } = await start();
    inner.ready = false;
    for (let n = 0; n < 20; n++)
      expect(await store.write([eventWrite(`e${n}`)], soon())).toEqual(["spooled"]);
    // The drain alone looks whether it is still away.
    expect(inner.batches.length).toBeLessThan(3);
    expect(store.status()).toMatchObject({ ready: true, store: { ready: false } });
    expect(spool.status().documents).toBe(20);
    inner.ready = true;
    await empty(fixture);
    const ids = Array.from({ length: 20 }, (_, n) => `e${n}`);
    expect([...inner.stored].sort()).toEqual([...ids].sort());
    expect(drained).toHaveLength(20);
    expect(store.status().message).toBe("The double is ready.");
  });

  it("spools what the store does not take in time, and then makes no other request wait for it", async () => {
    const { store, inner } = await start({ afterMs: 150 });
    inner.hangs = true;
    expect(await store.write([eventWrite("first")], soon())).toEqual(["spooled"]);
    const tried = inner.batches.length;
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, n) => store.write([eventWrite(`n${n}`)], soon())),
    );
    expect(outcomes.flat()).toEqual(Array.from({ length: 50 }, () => "spooled"));
    // Only the drain probes, one record at a time.
    expect(inner.batches.length - tried).toBeLessThan(5);
    expect(store.status().store.ready).toBe(false);
    inner.hangs = false;
    await empty(fixture);
    expect(inner.stored).toHaveLength(51);
    expect(await store.write([eventWrite("after")], soon())).toEqual(["stored"]);
  });

  it("writes to the store again as soon as it is ready, beside what is being drained", async () => {
    const { store, inner, spool } = await start();
    inner.ready = false;
    for (let n = 0; n < 30; n++) await store.write([eventWrite(`old${n}`)], soon());
    inner.delayMs = 20;
    inner.ready = true;
    expect(await store.write([eventWrite("live")], soon())).toEqual(["stored"]);
    expect(spool.status().records).toBeGreaterThan(0);
    await empty(fixture);
    expect(inner.stored).toHaveLength(31);
  });

  it("holds what neither takes until the deadline, and names both reasons", async () => {
    const { store, inner, spool } = await start({ maxBytes: 1024 * 1024 });
    inner.ready = false;
    let full: unknown;
    for (let n = 0; full === undefined; n++) {
      full = await store.write([eventWrite(`${n}-${noise(60_000)}`)], soon(50)).then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    expect(full).toBeInstanceOf(StoreUnavailableError);
    expect((full as Error).message).toMatch(/The double is away\..*spool.*full/s);
    expect(store.status().message).toMatch(/away.*|full/s);
    const { documents } = spool.status();
    const held = store.write([eventWrite("held")], soon());
    inner.ready = true;
    expect(["stored", "spooled"]).toContain((await held)[0]);
    await empty(fixture);
    expect(inner.stored).toHaveLength(documents + 1);
  });

  it("says of what can never fit that it cannot", async () => {
    const { store, inner } = await start({ maxBytes: 1024 * 1024 });
    inner.ready = false;
    const failure = store.write([eventWrite(noise(2_000_000))], soon(50));
    await expect(failure).rejects.toThrow(/spool/);
  });

  it("does not let what is held wait for a store that is away once the service stops", async () => {
    const { store, inner } = await start({ afterMs: 8_000 });
    inner.hangs = true;
    const held = store.write([eventWrite("held")], soon(20_000));
    await waitFor(() => inner.batches.length === 1, { what: "the write to be under way" });
    inner.ready = false;
    store.hurry();
    expect(await held).toEqual(["spooled"]);
  });

  it("keeps what was acknowledged over a restart, and counts it as received from the spool", async () => {
    const before = await start();
    before.inner.ready = false;
    await before.store.write([eventWrite("a"), eventWrite("b")], soon());
    fixture = await before.reopen();
    const { text } = await fixture.metrics.expose();
    expect(text).toContain('trailtag_events_received_total{route="spool"} 2');
    expect(text).toContain("trailtag_spool_events 2");
    fixture.inner.ready = true;
    await empty(fixture);
    expect((await fixture.metrics.expose()).text).toContain("trailtag_events_stored_total 2");
    expect(fixture.inner.stored).toEqual(["a", "b"]);
  });
});

/** Does not compress. */
function noise(length: number): string {
  let text = "";
  while (text.length < length) text += Math.random().toString(36).slice(2);
  return text.slice(0, length);
}

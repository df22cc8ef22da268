import { createBatchQueue, type BatchQueueOptions } from "../../../src/output/opensearch/batch-queue.js";
import { type Verdict } from "../../../src/output/opensearch/verdict.js";
import { createBatchSize } from "../../../src/output/opensearch/batch-size.js";
import { StoreUnavailableError } from "../../../src/output/store.js";
import { waitFor } from "../../harness/wait-for.js";

type Send = BatchQueueOptions<string, string>["send"];

const done = (result: string): Verdict<string> => ({ kind: "done", result });
const retry = (scope: "item" | "store", reason: "busy" | "blocked" = "busy"): Verdict<string> => ({
  kind: "retry",
  reason,
  message: "not now",
  scope,
  unknown: true,
});

function queue(send: Send, options: Partial<BatchQueueOptions<string, string>> = {}) {
  return createBatchQueue<string, string>({
    maxItems: 100,
    maxChars: 1_000,
    inFlight: 1,
    lingerMs: 1,
    busyLingerMs: 1,
    clock: Date.now,
    sizeOf: (item) => item.length,
    send,
    ...options,
  });
}

const soon = () => Date.now() + 20_000;
const results = (settled: readonly { result: string }[]) => settled.map(({ result }) => result);

describe("createBatchQueue", () => {
  it("sends what comes together in one batch and gives each its own results in order", async () => {
    const batches: string[][] = [];
    const lane = queue(
      (items) => {
        batches.push([...items]);
        return Promise.resolve(items.map((item) => done(item.toUpperCase())));
      },
      { lingerMs: 100 },
    );
    const answers = await Promise.all([
      lane.submit(["a", "b"], soon()),
      lane.submit([], soon()),
      lane.submit(["c"], soon()),
    ]);
    expect(answers.map(results)).toEqual([["A", "B"], [], ["C"]]);
    expect(batches).toEqual([["a", "b", "c"]]);
  });

  it("collects while a batch is in flight", async () => {
    const batches: string[][] = [];
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const lane = queue(async (items) => {
      batches.push([...items]);
      await gate;
      return items.map(done);
    });
    const first = lane.submit(["1"], soon());
    await waitFor(() => batches.length === 1);
    const rest = ["2", "3", "4"].map((item) => lane.submit([item], soon()));
    release();
    await Promise.all([first, ...rest]);
    expect(batches).toEqual([["1"], ["2", "3", "4"]]);
  });

  it("keeps to the limits of a batch, and sends what is larger alone", async () => {
    const batches: string[][] = [];
    const lane = queue(
      (items) => {
        batches.push([...items]);
        return Promise.resolve(items.map(done));
      },
      { maxItems: 3, maxChars: 10 },
    );
    await lane.submit(["a", "b", "c", "d", "x".repeat(30), "12345", "12345", "1"], soon());
    expect(batches).toEqual([["a", "b", "c"], ["d"], ["x".repeat(30)], ["12345", "12345"], ["1"]]);
  });

  it("tries again only what failed, and says that it was tried before", async () => {
    const batches: string[][] = [];
    const reasons: [string, number][] = [];
    const lane = queue(
      (items) => {
        batches.push([...items]);
        const fail = batches.length === 1;
        return Promise.resolve(items.map((item) => (fail && item === "b" ? retry("item") : done(item))));
      },
      { retried: (reason, items) => reasons.push([reason, items]) },
    );
    expect(await lane.submit(["a", "b", "c"], soon())).toEqual([
      { result: "a", repeated: false },
      { result: "b", repeated: true },
      { result: "c", repeated: false },
    ]);
    expect(batches).toEqual([["a", "b", "c"], ["b"]]);
    expect(reasons).toEqual([["busy", 1]]);
  });

  it("rejects at the deadline with what stood in the way, and sends no more of it", async () => {
    let sent = 0;
    const lane = queue((items) => {
      sent += items.length;
      return Promise.resolve(items.map((item) => (item === "stuck" ? retry("item") : done(item))));
    });
    const stuck = lane.submit(["stuck", "fine"], Date.now() + 150);
    const other = lane.submit(["other"], soon());
    expect(results(await other)).toEqual(["other"]);
    await expect(stuck).rejects.toThrow("1 of 2 not stored: not now");
    await expect(stuck).rejects.toBeInstanceOf(StoreUnavailableError);
    const sentBefore = sent;
    await lane.submit(["later"], soon());
    expect(sent).toBe(sentBefore + 1);
    expect(lane.trouble()).toBeUndefined();
  });

  it("pauses for all while the store is away, and goes on when it is seen again", async () => {
    let away = true;
    let tries = 0;
    const lane = queue((items) => {
      tries++;
      return Promise.resolve(items.map((item) => (away ? retry("store") : done(item))));
    });
    const write = lane.submit(["a"], soon());
    await waitFor(() => lane.trouble() === "not now" && tries > 2);
    away = false;
    lane.resume();
    expect(results(await write)).toEqual(["a"]);
    expect(lane.trouble()).toBeUndefined();
  });

  it("is in trouble while nothing that it sends is taken, without a pause for others", async () => {
    let blocked = true;
    const lane = queue((items) =>
      Promise.resolve(
        items.map((item) => (blocked && item !== "fine" ? retry("item", "blocked") : done(item))),
      ),
    );
    const write = lane.submit(["a"], soon());
    await waitFor(() => lane.trouble() === "not now");
    lane.resume();
    expect(lane.trouble()).toBe("not now");
    expect(results(await lane.submit(["fine"], soon()))).toEqual(["fine"]);
    expect(lane.trouble()).toBeUndefined();
    await waitFor(() => lane.trouble() === "not now");
    blocked = false;
    await write;
    expect(lane.trouble()).toBeUndefined();
  });

  it("forgets trouble with items once nobody waits and the store answers", async () => {
    const lane = queue((items) => Promise.resolve(items.map(() => retry("item", "blocked"))));
    await expect(lane.submit(["a"], Date.now() + 50)).rejects.toThrow("not now");
    expect(lane.trouble()).toBe("not now");
    lane.resume();
    expect(lane.trouble()).toBeUndefined();
  });

  it("does not call a busy store away", async () => {
    let tries = 0;
    const troubles: unknown[] = [];
    const lane: ReturnType<typeof queue> = queue((items) => {
      troubles.push(lane.trouble());
      return Promise.resolve(items.map((item) => (++tries < 3 ? retry("item") : done(item))));
    });
    await lane.submit(["a"], soon());
    expect(troubles).toEqual([undefined, undefined, undefined]);
  });

  it("takes a sender that throws for a store in trouble", async () => {
    let tries = 0;
    const lane = queue((items) => {
      if (++tries === 1) throw new Error("out of order");
      return Promise.resolve(items.map(done));
    });
    expect(await lane.submit(["a"], soon())).toEqual([{ result: "a", repeated: true }]);
  });

  it("waits as long as the store asks, whatever else it answers meanwhile, and not beyond reason", async () => {
    let tries = 0;
    const lane = queue((items) => {
      const asked = { ...retry("store"), retryAfterMs: 400 } as const;
      return Promise.resolve(items.map((item) => (++tries === 1 ? asked : done(item))));
    });
    const started = Date.now();
    const write = lane.submit(["a"], soon());
    await waitFor(() => tries === 1);
    lane.resume();
    expect(results(await write)).toEqual(["a"]);
    expect(Date.now() - started).toBeGreaterThanOrEqual(395);
  });

  it("goes on when the clock is set back", async () => {
    let back = 0;
    const clock = (): number => Date.now() - back;
    let sent = false;
    let waits = true;
    const lane = queue(
      async (items) => {
        sent = true;
        await waitFor(() => !waits, { what: "the clock to be set back" });
        return items.map(done);
      },
      { clock },
    );
    const first = lane.submit(["a"], soon());
    await waitFor(() => sent, { what: "the first batch" });
    const second = lane.submit(["b"], soon());
    back = 3_600_000;
    waits = false;
    expect([await first, await second].map(results)).toEqual([["a"], ["b"]]);
  });

  it("learns from the sender how much a batch may have", async () => {
    const batches: string[][] = [];
    const size = createBatchSize(100_000);
    const item = "x".repeat(30_000);
    const lane = queue(
      (items) => {
        batches.push([...items]);
        if (batches.length === 1) size.refused(160_000);
        return Promise.resolve(items.map(done));
      },
      { maxChars: size },
    );
    await lane.submit([item, item, item], soon());
    await lane.submit([item, item, item], soon());
    expect(batches.map((batch) => batch.length)).toEqual([3, 2, 1]);
  });

  it("sends only full batches beyond the number that it began with", async () => {
    const batches: string[][] = [];
    const gates: (() => void)[] = [];
    const lane = queue(
      async (items) => {
        batches.push([...items]);
        await new Promise<void>((open) => gates.push(open));
        return items.map(done);
      },
      { maxItems: 2, inFlight: { current: () => 3, start: 1, answered: () => undefined } },
    );
    const writes = [lane.submit(["a", "b", "c", "d", "e"], soon())];
    await waitFor(() => batches.length === 2);
    writes.push(lane.submit(["f"], soon()));
    await waitFor(() => batches.length === 3);
    expect(batches).toEqual([
      ["a", "b"],
      ["c", "d"],
      ["e", "f"],
    ]);
    for (const open of gates) open();
    await Promise.all(writes);
  });
});

import { createAdaptiveLimit, fixedLimit } from "../../../src/output/opensearch/adaptive-limit.js";
import { createBatchQueue } from "../../../src/output/opensearch/batch-queue.js";
import { type Verdict } from "../../../src/output/opensearch/verdict.js";
import { waitFor } from "../../harness/wait-for.js";

/** Answers `batches` full batches, each as late as a store does that works on `lanes` of them at once. */
function feed(limit: ReturnType<typeof createAdaptiveLimit>, batches: number, lanes: number): number[] {
  const seen: number[] = [];
  for (let i = 0; i < batches; i++) {
    const sentAt = limit.current();
    const ms = 100 * Math.max(1, sentAt / lanes);
    limit.answered({ ms, chars: 1_000_000, saturated: true, pushedBack: false, sentAt });
    seen.push(limit.current());
  }
  return seen;
}

describe("createAdaptiveLimit", () => {
  it("climbs to what the store makes use of, and no further but for a try now and then", () => {
    const limit = createAdaptiveLimit({ max: 8 });
    expect(limit.current()).toBe(2);
    const seen = feed(limit, 3_000, 5);
    const late = seen.slice(500);
    expect(Math.max(...late)).toBeLessThanOrEqual(6);
    expect(late.filter((each) => each === 5).length / late.length).toBeGreaterThan(0.9);
  });

  it("stays where it began when a second batch at once is all that helps", () => {
    const seen = feed(createAdaptiveLimit({ max: 8 }), 2_000, 2);
    expect(Math.max(...seen)).toBe(3);
    expect(seen.slice(1_000).filter((each) => each === 2).length).toBeGreaterThan(950);
  });

  it("never goes over the bound", () => {
    expect(Math.max(...feed(createAdaptiveLimit({ max: 4 }), 2_000, 50))).toBe(4);
    expect(Math.max(...feed(createAdaptiveLimit({ max: 1 }), 100, 50))).toBe(1);
  });

  it("does not grow while no full batch waits", () => {
    const limit = createAdaptiveLimit({ max: 8 });
    for (let i = 0; i < 500; i++)
      limit.answered({ ms: 10, chars: 5_000, saturated: false, pushedBack: false, sentAt: limit.current() });
    expect(limit.current()).toBe(2);
  });

  it("halves once for all that were under way, goes down to one, and comes back to where it began", () => {
    const limits: number[] = [];
    const limit = createAdaptiveLimit({ max: 8, changed: (next) => limits.push(next) });
    feed(limit, 2_000, 50);
    expect(limit.current()).toBe(8);
    limits.length = 0;
    const pushBack = (sentAt: number) =>
      limit.answered({ ms: 5, chars: 0, saturated: true, pushedBack: true, sentAt });
    for (let i = 0; i < 8; i++) pushBack(8);
    expect(limits).toEqual([4]);
    for (let i = 0; i < 10; i++) pushBack(limit.current());
    expect(limits).toEqual([4, 2, 1]);
    const calm = { ms: 5, chars: 100, saturated: false, pushedBack: false };
    for (let i = 0; i < 50; i++) limit.answered({ ...calm, sentAt: limit.current() });
    expect(limits).toEqual([4, 2, 1, 2]);
  });
});

// No OpenSearch here: a sender that says what it is asked to, on a clock of its own.
describe("a batch queue with an adaptive limit", () => {
  it("has more batches under way as long as that gets more through", async () => {
    let now = 0;
    const limit = createAdaptiveLimit({ max: 6 });
    let underWay = 0;
    let most = 0;
    const due: { at: number; answer: () => void }[] = [];
    const queue = createBatchQueue<string, string>({
      maxItems: 10,
      maxChars: 1_000,
      inFlight: limit,
      lingerMs: 0,
      busyLingerMs: 0,
      clock: () => now,
      steady: () => now,
      sizeOf: (item) => item.length,
      send: (items) =>
        new Promise((resolve) => {
          most = Math.max(most, ++underWay);
          due.push({
            // Four at once take no longer than one.
            at: now + 100 * Math.max(1, underWay / 4),
            answer: () => {
              underWay--;
              resolve(items.map((item): Verdict<string> => ({ kind: "done", result: item })));
            },
          });
        }),
    });
    const items = Array.from({ length: 8_000 }, (_, i) => `item-${i}`);
    let finished = false;
    // The deadline is on the real clock's timer; the queue's own clock stands at 0 when it is set.
    const all = queue.submit(items, 60_000).then((settled) => {
      finished = true;
      return settled;
    });
    await waitFor(
      () => {
        due.sort((a, b) => a.at - b.at);
        const next = due.shift();
        if (next !== undefined) {
          now = Math.max(now, next.at);
          next.answer();
        }
        return finished;
      },
      { every_ms: 0 },
    );
    expect((await all).map(({ result }) => result)).toEqual(items);
    expect(most).toBeGreaterThanOrEqual(4);
    expect(most).toBeLessThanOrEqual(6);
    expect(limit.current()).toBeGreaterThanOrEqual(4);
  });

  it("takes 429, 503 and silence for a push-back, and an index that is away for none", async () => {
    const pushBacks: boolean[] = [];
    const limit = {
      ...fixedLimit(1),
      answered: ({ pushedBack }: { pushedBack: boolean }) => void pushBacks.push(pushedBack),
    };
    const retry = (reason: "busy" | "unavailable" | "no_reply" | "forbidden", scope: "item" | "store") =>
      ({ kind: "retry", reason, scope, message: "", unknown: false }) as const;
    const answers: Verdict<string>[] = [
      retry("busy", "item"),
      retry("busy", "store"),
      retry("unavailable", "store"),
      retry("no_reply", "store"),
      retry("unavailable", "item"),
      retry("forbidden", "store"),
      { kind: "done", result: "" },
    ];
    const queue = createBatchQueue<string, string>({
      maxItems: 10,
      maxChars: 1_000,
      inFlight: limit,
      lingerMs: 0,
      busyLingerMs: 0,
      clock: Date.now,
      sizeOf: (item) => item.length,
      send: () => Promise.resolve([answers.shift() ?? { kind: "done", result: "" }]),
    });
    await queue.submit(["a"], Date.now() + 20_000);
    expect(pushBacks).toEqual([true, true, true, true, false, false, false]);
  });
});

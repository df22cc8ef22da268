import fc from "fast-check";
import { createByteBudget } from "../../src/pipeline/byte-budget.js";

const SOON = (): number => Date.now() + 5_000;

describe("byte budget", () => {
  it("admits what fits, and makes the rest wait in line", async () => {
    const budget = createByteBudget(100);
    const first = await budget.take(60, SOON());
    const second = budget.take(60, SOON());
    const third = budget.take(10, SOON());
    expect(budget.used).toBe(60);
    // The third would fit, but what waits longer goes first: a large request must not starve.
    expect(budget.waiting).toBe(2);
    first?.release();
    expect(await second).toBeDefined();
    expect(await third).toBeDefined();
    expect(budget.used).toBe(70);
  });

  it("lets one request through that is larger than the whole budget, alone", async () => {
    const budget = createByteBudget(100);
    const large = await budget.take(500, SOON());
    expect(large).toBeDefined();
    const next = budget.take(1, SOON());
    expect(budget.waiting).toBe(1);
    large?.release();
    expect(await next).toBeDefined();
  });

  it("gives up at the deadline, and the line moves on", async () => {
    const budget = createByteBudget(100);
    const held = await budget.take(90, SOON());
    const late = budget.take(50, Date.now() + 30);
    const small = budget.take(5, SOON());
    expect(await late).toBeUndefined();
    expect(await small).toBeDefined();
    held?.release();
    expect(budget.used).toBe(5);
  });

  it("corrects a share to what is really held", async () => {
    const seen: number[] = [];
    const budget = createByteBudget(100, (used) => seen.push(used));
    const share = await budget.take(80, SOON());
    const waiting = budget.take(50, SOON());
    share?.settle(20);
    expect(await waiting).toBeDefined();
    expect(budget.used).toBe(70);
    share?.release();
    expect(seen.at(-1)).toBe(50);
  });

  it("makes a body that outgrows its share wait for room, before those that have none", async () => {
    const budget = createByteBudget(100);
    const oldest = await budget.take(40, SOON());
    const younger = await budget.take(40, SOON());
    const newcomer = budget.take(10, SOON());
    await newcomer;
    expect(younger?.grow(40, SOON())).toBeUndefined();
    const grown = younger?.grow(60, SOON());
    const next = budget.take(1, SOON());
    expect([budget.used, budget.waiting]).toEqual([90, 2]);
    oldest?.release();
    expect(await grown).toBe(true);
    expect(await next).toBeDefined();
    expect(budget.used).toBe(71);
  });

  it("lets the oldest body grow past the limit, so that half-read ones cannot wait for each other", async () => {
    const budget = createByteBudget(100);
    const [a, b] = [await budget.take(50, SOON()), await budget.take(50, SOON())];
    const waiting = b?.grow(80, SOON());
    expect(a?.grow(80, SOON())).toBeUndefined();
    a?.release();
    // Now the other is the oldest that is being read.
    expect(await waiting).toBe(true);
    expect(budget.used).toBe(80);
  });

  it("holds one large body at a time: the next oldest waits for those that are whole", async () => {
    const budget = createByteBudget(100);
    const first = await budget.take(10, SOON());
    const second = await budget.take(10, SOON());
    expect(first?.grow(500, SOON())).toBeUndefined();
    first?.settle(500);
    const grown = second?.grow(500, SOON());
    expect(budget.used).toBe(510);
    first?.release();
    expect(await grown).toBe(true);
    expect(budget.used).toBe(500);
    second?.release();
    expect(budget.used).toBe(0);
  });

  it("gives a growing body up at its deadline", async () => {
    const budget = createByteBudget(100);
    await budget.take(50, SOON());
    const late = await budget.take(50, SOON());
    expect(await late?.grow(60, Date.now() + 20)).toBe(false);
    expect([budget.used, budget.waiting]).toEqual([100, 0]);
  });

  it("property: bodies that grow while they are read all come to their end, and give everything back", async () => {
    const body = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 12 }), async (bodies) => {
        const budget = createByteBudget(100);
        const finished = await Promise.all(
          bodies.map(async ([first = 1, ...sizes]) => {
            const share = await budget.take(first, SOON());
            for (const size of sizes) {
              share?.shrink(Math.ceil(size / 2));
              if ((await share?.grow(size, SOON())) === false) return false;
              await Promise.resolve();
            }
            share?.settle(first);
            await Promise.resolve();
            share?.release();
            return share !== undefined;
          }),
        );
        expect(finished).not.toContain(false);
        expect([budget.used, budget.waiting]).toEqual([0, 0]);
      }),
      { numRuns: 300 },
    );
  });
});

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
    share?.resize(20);
    expect(await waiting).toBeDefined();
    expect(budget.used).toBe(70);
    share?.release();
    expect(seen.at(-1)).toBe(50);
  });
});

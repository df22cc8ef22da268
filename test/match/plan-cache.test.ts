import { createPlanCache } from "../../src/match/plan-cache.js";

function cacheOf(limit: number) {
  const made: string[] = [];
  const cache = createPlanCache((source, name) => {
    made.push(`${source}/${name}`);
    return { plan: { source, name }, size: 10 };
  }, limit);
  return { cache, made };
}

it("makes a plan when a pair comes again, and keeps it", () => {
  const { cache, made } = cacheOf(100);
  expect(cache.get("s", "n")).toBeUndefined();
  const plan = cache.get("s", "n");
  expect(plan).toEqual({ source: "s", name: "n" });
  expect(cache.get("s", "n")).toBe(plan);
  expect(made).toEqual(["s/n"]);
});

it("does not take one pair for another with the same letters", () => {
  const { cache } = cacheOf(100);
  cache.get("a b", "c");
  expect(cache.get("a", "b c")).toBeUndefined();
});

it("forgets all when the plans get too large, and pairs that come once cost no plan", () => {
  const { cache, made } = cacheOf(25);
  for (const name of ["a", "b", "c"]) {
    cache.get("s", name);
    cache.get("s", name);
  }
  expect(made).toEqual(["s/a", "s/b", "s/c"]);
  expect(cache.get("s", "a")).toBeUndefined();
  for (let i = 0; i < 1000; i++) cache.get("s", `once ${String(i)}`);
  expect(made).toHaveLength(3);
});

it("keeps nothing for names that are no names", () => {
  const { cache, made } = cacheOf(100);
  for (let i = 0; i < 3; i++) expect(cache.get("s", "x".repeat(1000))).toBeUndefined();
  expect(made).toEqual([]);
});

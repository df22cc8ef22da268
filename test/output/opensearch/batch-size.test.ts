import { createBatchSize } from "../../../src/output/opensearch/batch-size.js";

describe("createBatchSize", () => {
  it("halves what was too large, once for several that were under way", () => {
    const size = createBatchSize(8_000_000);
    size.refused(7_900_000);
    size.refused(7_900_000);
    expect(size.current()).toBe(3_950_000);
    size.refused(3_000_000);
    expect(size.current()).toBe(1_500_000);
  });

  it("grows back slowly, by what passes and is nearly full, up to where it began", () => {
    const size = createBatchSize(1_000_000);
    size.refused(1_000_000);
    for (let i = 0; i < 99; i++) size.passed(490_000);
    for (let i = 0; i < 1_000; i++) size.passed(1_000);
    expect(size.current()).toBe(500_000);
    size.passed(490_000);
    expect(size.current()).toBe(550_000);
    for (let i = 0; i < 2_000; i++) size.passed(size.current());
    expect(size.current()).toBe(1_000_000);
  });

  it("does not shrink to where each document goes alone", () => {
    const size = createBatchSize(1_000_000);
    for (let i = 0; i < 20; i++) size.refused(size.current());
    expect(size.current()).toBe(65_536);
  });
});

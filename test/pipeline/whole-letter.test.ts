import { deadInParts } from "../../src/decode/dead-unit.js";
import type { DeadLetterHead } from "../../src/output/dead-letters.js";
import { partOf } from "../../src/pipeline/whole-letter.js";

function headOf(message: string): DeadLetterHead {
  const reason = { code: "too_large", message };
  return { id: "a", time: 0, reason, sizeBytes: 1, chunks: 1, source: { route: "/" }, replayedAt: undefined };
}

describe("partOf", () => {
  it("reads what deadInParts writes", () => {
    const units = deadInParts(0, "too_large", "The document is large.", Buffer.alloc(9 * 1024 * 1024));
    const parts = units.map((unit) => unit.kind === "dead" && partOf(headOf(unit.reason.message)));
    expect(parts).toHaveLength(3);
    const [one] = parts as { first: string }[];
    expect(one?.first).toMatch(/^[0-9a-f]{64}$/);
    expect(parts).toEqual([1, 2, 3].map((n) => ({ n, of: 3, first: one?.first })));
  });

  it("takes a letter of its own for one", () => {
    const [unit] = deadInParts(0, "too_large", "The document is large.", Buffer.alloc(10));
    expect(unit?.kind === "dead" && partOf(headOf(unit.reason.message))).toBeUndefined();
  });
});

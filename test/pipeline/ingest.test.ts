import type { DecodedUnit } from "../../src/decode/types.js";
import { Hold } from "../../src/http/hold.js";
import { StoreUnavailableError, type Store, type StoreWrite } from "../../src/output/store.js";
import { ingest } from "../../src/pipeline/ingest.js";
import type { Processor } from "../../src/pipeline/process.js";

const HOLD_MS = 700;
const source = { route: "/_bulk" };
const toDead: Processor = {
  toWrite: (unit) => ({
    kind: "dead_letter",
    reason: { code: "invalid_json", message: "" },
    raw: unit.kind === "dead" ? unit.raw : Buffer.alloc(0),
    source,
  }),
};
const observer = { stored: () => undefined, limited: () => undefined };

/** Each a slice of its own. */
function* largeUnits(count: number): Generator<DecodedUnit> {
  const raw = Buffer.alloc(2 * 1024 * 1024);
  for (let item = 0; item < count; item++) {
    yield { kind: "dead", item, reason: { code: "invalid_json", message: "" }, raw };
  }
}

/** A store, made up so as to be slow: one batch after the other, each in its time, and none past its deadline. */
function slowStore(batchMs: number, limit = Infinity): Store {
  let line = Promise.resolve();
  let done = 0;
  const write = (batch: readonly StoreWrite[], deadline: number) => {
    const mine = line.then(async () => {
      const ends = done < limit ? batchMs : Infinity;
      await new Promise((resolve) => setTimeout(resolve, Math.min(ends, Math.max(0, deadline - Date.now()))));
      if (ends === Infinity || Date.now() > deadline) throw new StoreUnavailableError("Too late.");
      done++;
      return batch.map(() => "dead_lettered" as const);
    });
    line = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  };
  return { write } as unknown as Store;
}

function run(store: Store, units: number, hold: Hold): Promise<number> {
  let stored = 0;
  const request = {
    units: largeUnits(units),
    source: () => source,
    deadline: () => hold.deadline(),
    onHeld: (ms: number) => hold.spend(ms),
    onProgress: () => hold.progressed(),
    onCounts: ({ dead_lettered }: { dead_lettered: number }) => (stored = dead_lettered),
  };
  return ingest(request, toDead, store, observer).then(() => stored);
}

describe("how long a large request is held", () => {
  it("goes on for as long as parts of it are stored, however long all of it takes", async () => {
    expect(await run(slowStore(80), 15, new Hold(HOLD_MS))).toBe(15);
  });

  it("ends once nothing is stored any more", async () => {
    await expect(run(slowStore(20, 4), 12, new Hold(HOLD_MS))).rejects.toThrow(StoreUnavailableError);
  });

  it("ends in time once all of it was read", async () => {
    const hold = new Hold(HOLD_MS);
    hold.bodyRead();
    await expect(run(slowStore(80), 12, hold)).rejects.toThrow(StoreUnavailableError);
  });
});

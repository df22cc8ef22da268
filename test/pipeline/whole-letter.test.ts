import { deadInParts, PART_BYTES } from "../../src/decode/dead-unit.js";
import type { DecodedUnit } from "../../src/decode/types.js";
import type { DeadLetterHead, DeadLetters } from "../../src/output/dead-letters.js";
import { lettersAtEnd, missingParts, readWholeLetter } from "../../src/pipeline/whole-letter.js";

type Dead = Extract<DecodedUnit, { kind: "dead" }>;

function partsOf(bytes: Uint8Array): Dead[] {
  const units = [...deadInParts(0, "too_large", "The document is large.", bytes)];
  return units.filter((unit): unit is Dead => unit.kind === "dead");
}

/** Letters in memory, for nothing but joining them is tried here. */
function lettersOf(...units: readonly Dead[]): DeadLetters & { readonly all: any } {
  const byId = new Map(units.map((unit) => [unit.part?.id ?? "alone", unit]));
  const all: DeadLetterHead[] = [...byId].map(([id, { part, raw, reason }]) => ({
    ...{ id, part, reason, time: 0, sizeBytes: raw.length, chunks: 1 },
    ...{ source: { route: "/" }, replayedAt: undefined },
  }));
  return {
    all,
    async *parts() {
      await Promise.resolve();
      yield* all;
    },
    find: (id: string) => Promise.resolve(all.filter((head) => head.id === id)),
    partsAfter: (id: string) => Promise.resolve(all.filter(({ part }) => part?.previous === id)),
    read: ({ id }: DeadLetterHead) => Promise.resolve(byId.get(id)?.raw ?? Buffer.alloc(0)),
  } as unknown as DeadLetters & { readonly all: any };
}

async function joined(letters: DeadLetters, head: DeadLetterHead): Promise<Uint8Array[]> {
  const ends = await lettersAtEnd(letters, head);
  return Promise.all(ends.map(async (end) => (await readWholeLetter(letters, end)).raw));
}

const same = Buffer.alloc(3 * PART_BYTES + 5, "x");

describe("parts of a large document", () => {
  it("have ids of their own though their bytes are the same, the same ids each time, and join to the bytes", async () => {
    const units = partsOf(same);
    expect(units.map(({ part }) => [part?.n, part?.of])).toEqual([
      [0, undefined],
      [1, undefined],
      [2, undefined],
      [3, 4],
    ]);
    expect(units.map(({ part }) => part?.previous)).toEqual([
      undefined,
      ...units.slice(0, 3).map(({ part }) => part?.id),
    ]);
    expect(new Set(units.map(({ part }) => part?.id)).size).toBe(4);
    expect(partsOf(Buffer.from(same)).map(({ part }) => part)).toEqual(units.map(({ part }) => part));
    const letters = lettersOf(...units);
    for (const head of letters.all) {
      const found = await joined(letters, head);
      expect(found.map((raw) => same.equals(raw))).toEqual([true]);
    }
    expect(await missingParts(letters)).toEqual([]);
  });

  it("keep documents apart that begin alike, one of them the beginning of the other", async () => {
    const shorter = same.subarray(0, 2 * PART_BYTES);
    const other = Buffer.concat([shorter, Buffer.from("y")]);
    const letters = lettersOf(...partsOf(same), ...partsOf(shorter), ...partsOf(other));
    const found = await joined(letters, letters.all[0]);
    for (const document of [same, shorter, other]) {
      expect(found.filter((raw) => document.equals(raw))).toHaveLength(1);
    }
    expect(found).toHaveLength(3);
  });

  it.each([
    ["first", 0, ["Part 1 of what goes on"]],
    ["middle", 2, ["Part 3 of what is not at its end", "Part 3 of what goes on"]],
    ["last", 3, ["Part 4 of what is not at its end"]],
  ])("name the %s one when it is missing", async (_name, gone, sentences) => {
    const units = partsOf(same);
    const letters = lettersOf(...units.filter((_unit, n) => n !== gone));
    const missing = await missingParts(letters);
    expect(missing).toEqual(sentences.map((sentence): unknown => expect.stringContaining(sentence)));
    for (const head of letters.all) await expect(joined(letters, head)).rejects.toThrow("is missing");
  });

  it("are not joined when the bytes of one were changed", async () => {
    const units = partsOf(same);
    const second = { ...(units[1] as Dead), raw: Buffer.alloc(PART_BYTES, "z") };
    const letters = lettersOf(...units.map((unit, n) => (n === 1 ? second : unit)));
    await expect(joined(letters, letters.all[0])).rejects.toThrow("were changed");
  });

  it("are one letter without a part when they fit one", () => {
    expect(partsOf(Buffer.alloc(10)).map(({ part }) => part)).toEqual([undefined]);
  });
});

import fc from "fast-check";
import { openSpool } from "../../src/spool/open-spool.js";
import { readSpoolRecords, readSpoolStatus } from "../../src/spool/look-on.js";
import { SpoolFullError, type Spool, type SpoolRecord } from "../../src/spool/spool.js";
import { MemoryDisk, type DiskCall } from "./memory-disk.js";

const LONG = process.env["TRAILTAG_FAULTS"] === "long";
jest.setTimeout(LONG ? 900_000 : 60_000);

const DIR = "/spool";
const MAX_BYTES = 6_000;

type Step =
  | { readonly do: "append"; readonly sizes: readonly number[] }
  | { readonly do: "take"; readonly budget: number; readonly share: number }
  | { readonly do: "crash"; readonly fates: readonly number[] }
  | { readonly do: "restart" }
  /** Calls of a kind fail, some times. */
  | {
      readonly do: "fault";
      readonly kind: DiskCall["kind"];
      readonly at: "before" | "middle" | "after";
      readonly times: number;
      readonly code: string;
    }
  | { readonly do: "capacity"; readonly bytes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("append"),
      sizes: fc.array(fc.nat(700), { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("take"), budget: fc.nat(900), share: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("crash"),
      fates: fc.array(fc.nat(), { minLength: 1, maxLength: 30 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart") }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("fault"),
      kind: fc.constantFrom("create", "write", "sync", "truncate", "remove", "syncFolder", "read", "open"),
      at: fc.constantFrom("before", "middle", "after"),
      times: fc.integer({ min: 1, max: 4 }),
      code: fc.constantFrom("ENOSPC", "EIO", "EROFS"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("capacity"),
      bytes: fc.constantFrom(500, 3_000, Number.MAX_SAFE_INTEGER),
    }),
  },
);

/** What the spool was told, and what it said to that. */
class Model {
  readonly acknowledged = new Map<string, number>();
  /** Was refused; may be there all the same after a fault. */
  readonly refused = new Set<string>();
  readonly removed = new Set<string>();
  private count = 0;

  async append(spool: Spool, sizes: readonly number[]): Promise<void> {
    await Promise.all(
      sizes.map(async (size, index) => {
        this.count += 1;
        const documents = index + 1;
        const payload = `${this.count}:${"ab".repeat(size)}${size % 2 === 0 ? String(this.count ** 3).repeat(size / 7) : ""}`;
        await spool.append(Buffer.from(payload), documents).then(
          () => this.acknowledged.set(payload, documents),
          (error: unknown) => {
            if (!(error instanceof SpoolFullError)) throw error;
            this.refused.add(payload);
          },
        );
      }),
    );
  }

  async take(spool: Spool, budget: number, share: number): Promise<void> {
    const records = await spool.read(0, budget).catch(() => []);
    const taken = records.slice(0, Math.ceil((records.length * share) / 3));
    for (const record of taken) this.removed.add(text(record));
    const last = taken.at(-1);
    if (last !== undefined) await spool.remove(last.number);
  }

  wanted(): string[] {
    return [...this.acknowledged.keys()].filter((each) => !this.removed.has(each));
  }

  /** All that is wanted is there, once and with its documents; nothing is there that was never appended. */
  check(found: readonly SpoolRecord[]): void {
    const texts = found.map(text);
    expect(this.wanted().filter((each) => !texts.includes(each))).toEqual([]);
    expect(texts.filter((each) => !this.acknowledged.has(each) && !this.refused.has(each))).toEqual([]);
    expect(new Set(texts).size).toBe(texts.length);
    for (const record of found) {
      expect(record.documents).toBe(this.acknowledged.get(text(record)) ?? record.documents);
    }
    const numbers = found.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  }
}

const text = ({ payload }: SpoolRecord): string => Buffer.from(payload).toString();

async function all(spool: Spool): Promise<SpoolRecord[]> {
  const found: SpoolRecord[] = [];
  for (;;) {
    const more = await spool.read(found.at(-1)?.number ?? 0, 400);
    if (more.length === 0) return found;
    found.push(...more);
  }
}

async function run(steps: readonly Step[]): Promise<void> {
  const disk = new MemoryDisk();
  const model = new Model();
  let spool: Spool | undefined;
  let highest = 0;
  const opened = async () =>
    (spool ??= await openSpool({
      dir: DIR,
      maxBytes: MAX_BYTES,
      segmentBytes: 900,
      files: disk,
      clock: () => 7,
    }).catch(() => undefined));

  async function take(one: Step): Promise<void> {
    switch (one.do) {
      case "append":
        return opened().then((open) => open && model.append(open, one.sizes));
      case "take":
        return opened().then((open) => open && model.take(open, one.budget, one.share));
      case "restart":
        await spool?.close().catch(() => undefined);
        spool = undefined;
        return;
      case "crash": {
        let next = 0;
        disk.crash((below) => (one.fates[next++ % one.fates.length] ?? 0) % below);
        await spool?.close().catch(() => undefined);
        spool = undefined;
        return;
      }
      case "capacity":
        disk.capacity = one.bytes;
        return;
      case "fault": {
        let { times } = one;
        disk.fault = ({ kind }) => {
          if (kind !== one.kind || times === 0) return undefined;
          times -= 1;
          return one;
        };
      }
    }
  }

  for (const each of steps) {
    await take(each);
    if (spool !== undefined) expect(spool.status().bytes).toBeLessThanOrEqual(MAX_BYTES);
  }
  disk.fault = () => undefined;
  disk.capacity = Number.MAX_SAFE_INTEGER;
  const last = await opened();
  if (last === undefined) throw new Error("The spool does not open on a disk that works.");
  const found = await all(last);
  model.check(found);
  const status = last.status();
  expect(status).toMatchObject({
    records: found.length,
    documents: found.reduce((sum, { documents }) => sum + documents, 0),
    oldestAt: found.length > 0 ? 7 : undefined,
  });
  const seen: SpoolRecord[] = [];
  for await (const record of readSpoolRecords(DIR, undefined, disk)) seen.push(record);
  // What was taken off last may not have been noted where the disk failed.
  expect(seen.map(text)).toEqual(expect.arrayContaining(found.map(text)));
  expect((await readSpoolStatus(DIR, disk))?.records).toBe(seen.length);
  highest = found.at(-1)?.number ?? 0;
  await last.remove(highest);
  expect(await all(last)).toEqual([]);
  await last.append(Buffer.from("one more"), 1);
  expect((await all(last))[0]?.number).toBeGreaterThan(highest);
  await last.close();
}

it("loses nothing that it acknowledged, whatever is done to it", async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), run), { numRuns: LONG ? 6_000 : 250 });
});

import { openSpool } from "../../src/spool/open-spool.js";
import { SpoolFullError, type Spool } from "../../src/spool/spool.js";
import { MemoryDisk, type DiskCall, type Fault, type Survival } from "./memory-disk.js";

const DIR = "/spool";
const options = (disk: MemoryDisk) => ({
  dir: DIR,
  maxBytes: 1_000_000,
  segmentBytes: 600,
  files: disk,
  clock: () => 1,
});

/** What somebody who uses the spool knows. */
interface Known {
  readonly acknowledged: Set<string>;
  readonly refused: Set<string>;
  readonly removed: Set<string>;
}

/** Appends alone and together, small and large, over several segments; reads and removes in between. */
async function work(disk: MemoryDisk, known: Known): Promise<Spool | undefined> {
  let spool: Spool;
  try {
    spool = await openSpool(options(disk));
  } catch {
    return undefined;
  }
  const append = async (name: string, length: number) => {
    const payload = `${name} ${"x".repeat(length)} ${name}`;
    await spool.append(Buffer.from(payload), 2).then(
      () => known.acknowledged.add(payload),
      (error: unknown) => {
        if (!(error instanceof SpoolFullError)) throw error;
        known.refused.add(payload);
      },
    );
  };
  const removeSome = async () => {
    const records = await spool.read(0, 150).catch(() => []);
    const last = records.at(-1);
    if (last === undefined) return;
    for (const { payload } of records) known.removed.add(Buffer.from(payload).toString());
    await spool.remove(last.number);
  };
  await append("a", 10);
  await Promise.all(["b", "c", "d"].map((name) => append(name, 100)));
  await append("large", 900);
  await removeSome();
  await Promise.all(["e", "f", "g", "h"].map((name) => append(name, 120)));
  await removeSome();
  await append("i", 300);
  await removeSome();
  await append("j", 20);
  return spool;
}

const known = (): Known => ({ acknowledged: new Set(), refused: new Set(), removed: new Set() });

async function contents(spool: Spool): Promise<{ number: number; text: string }[]> {
  const found: { number: number; text: string }[] = [];
  for (let after = 0; ;) {
    const records = await spool.read(after, 300);
    if (records.length === 0) return found;
    for (const { number, payload } of records) {
      expect(number).toBeGreaterThan(after);
      after = number;
      found.push({ number, text: Buffer.from(payload).toString() });
    }
  }
}

/** Each record that was acknowledged and not removed is there, once, in order; nothing is there that was never appended. */
async function expectNothingLost(spool: Spool, { acknowledged, refused, removed }: Known): Promise<void> {
  const found = (await contents(spool)).map(({ text }) => text);
  const wanted = [...acknowledged].filter((each) => !removed.has(each));
  expect(found.filter((each) => wanted.includes(each))).toEqual(wanted);
  expect(found.filter((each) => !acknowledged.has(each) && !refused.has(each))).toEqual([]);
  expect(new Set(found).size).toBe(found.length);
}

/** Goes on after a crash: what is there is right, the next record is taken and gets a number of its own. */
async function expectRecovery(disk: MemoryDisk, state: Known, intact = false): Promise<void> {
  const spool = await openSpool(options(disk));
  if (intact) expect(spool.status().setAside).toEqual(NOTHING);
  await expectNothingLost(spool, state);
  const before = (await contents(spool)).at(-1)?.number ?? 0;
  await spool.append(Buffer.from("afterwards"), 1);
  const last = (await contents(spool)).at(-1);
  expect(last?.text).toBe("afterwards");
  expect(last?.number).toBeGreaterThan(before);
  await spool.close();
  const again = await openSpool(options(disk));
  await expectNothingLost(again, { ...state, acknowledged: new Set([...state.acknowledged, "afterwards"]) });
  expect(again.status().setAside).toEqual(NOTHING);
  await again.close();
}

/** A small generator of random numbers, by Mulberry32. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

async function callsOfWork(): Promise<DiskCall[]> {
  const disk = new MemoryDisk();
  const calls: DiskCall[] = [];
  disk.fault = (call) => {
    calls.push(call);
    return undefined;
  };
  const state = known();
  const spool = await work(disk, state);
  expect(state.refused.size).toBe(0);
  await spool?.close();
  return calls;
}

const NOTHING = { records: 0, documents: 0, bytes: 0 };
const POINTS = ["before", "middle", "after"] as const;
const LONG = process.env["TRAILTAG_FAULTS"] === "long";
const ROUNDS = LONG ? 40 : 2;
jest.setTimeout(LONG ? 600_000 : 60_000);

describe("a spool whose machine dies", () => {
  it.each(POINTS)("%s each call on the disk has kept all that it acknowledged", async (at) => {
    const calls = await callsOfWork();
    expect(new Set(calls.map(({ kind }) => kind))).toEqual(
      new Set(["open", "create", "read", "write", "sync", "remove", "syncFolder", "list"]),
    );
    const survivals: Survival[] = [
      "none",
      "all",
      ...Array.from({ length: ROUNDS }, (_, seed) => random(seed)),
    ];
    for (const { index } of calls) {
      for (const survives of survivals) {
        const disk = new MemoryDisk();
        disk.fault = (call): Fault => {
          if (call.index < index) return undefined;
          return { at: call.index === index ? at : "before", code: "EIO" };
        };
        const state = known();
        const spool = await work(disk, state);
        disk.crash(survives);
        await spool?.close();
        // Only synced bytes are there: nothing of them may look damaged or missing.
        await expectRecovery(disk, state, survives === "none");
      }
    }
  });
});

describe("a spool whose disk fails", () => {
  const faults = ["ENOSPC", "EIO"].flatMap((code) => POINTS.map((at) => [code, at] as const));
  it.each(faults)("with %s %s a call goes on, and has kept all that it acknowledged", async (code, at) => {
    const calls = await callsOfWork();
    for (const { index } of calls) {
      for (const length of [1, 2, 5]) {
        const disk = new MemoryDisk();
        disk.fault = (call): Fault =>
          call.index >= index && call.index < index + length ? { at, code } : undefined;
        const state = known();
        const spool = await work(disk, state);
        disk.fault = () => undefined;
        if (spool !== undefined) {
          await spool.append(Buffer.from("the disk works"), 1);
          state.acknowledged.add("the disk works");
          expect(spool.status()).toMatchObject({ accepting: true });
          await expectNothingLost(spool, state);
        }
        disk.crash("none");
        await spool?.close();
        await expectRecovery(disk, state);
      }
    }
  });
});

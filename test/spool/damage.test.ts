import { crc32 } from "node:zlib";
import { openSpool } from "../../src/spool/open-spool.js";
import { segmentName } from "../../src/spool/segment-header.js";
import type { Spool, SpoolStatus } from "../../src/spool/spool.js";
import { MemoryDisk } from "./memory-disk.js";

const DIR = "/spool";
const LONG = process.env["TRAILTAG_FAULTS"] === "long";
jest.setTimeout(LONG ? 600_000 : 60_000);

const open = (disk: MemoryDisk): Promise<Spool> =>
  openSpool({ dir: DIR, maxBytes: 1_000_000, segmentBytes: 380, files: disk, clock: () => 1 });

/** Records 1 to 9 in three segments, with as many documents as their number; the first one is removed. */
const PAYLOADS = new Map<number, string>();
const WANTED = [2, 3, 4, 5, 6, 7, 8, 9];
let pristine: MemoryDisk;
/** Where each record stands. */
const places: {
  readonly number: number;
  readonly path: string;
  readonly from: number;
  readonly to: number;
}[] = [];

beforeAll(async () => {
  pristine = new MemoryDisk();
  const spool = await open(pristine);
  for (let number = 1; number <= 9; number += 1) {
    const payload = number % 3 === 0 ? `record ${number} `.repeat(30) : `record ${number}, short and plain`;
    PAYLOADS.set(number, payload);
    const before = sizes();
    await spool.append(Buffer.from(payload), number);
    for (const [path, to] of sizes()) {
      const from = before.get(path) ?? 52;
      if (to > from) places.push({ number, path, from, to });
    }
  }
  await spool.remove(1);
  await spool.close();
  expect(segments()).toHaveLength(3);
});

function segments(): string[] {
  return pristine.paths().filter((path) => path.endsWith(".log"));
}

function sizes(): Map<string, number> {
  return new Map(segments().map((path) => [path, pristine.contentOf(path).length]));
}

interface Outcome {
  readonly found: readonly number[];
  readonly atOpen: SpoolStatus;
  readonly status: SpoolStatus;
}

/** Opens, reads all, appends one more, closes. Whatever comes back must be as it was written. */
async function outcomeOn(disk: MemoryDisk): Promise<Outcome> {
  const spool = await open(disk);
  const atOpen = spool.status();
  const found: number[] = [];
  for (let after = 0; ;) {
    const records = await spool.read(after, 500);
    if (records.length === 0) break;
    for (const { number, payload, documents } of records) {
      expect([documents, Buffer.from(payload).toString()]).toEqual([number, PAYLOADS.get(number)]);
      expect(number).toBeGreaterThan(after);
      found.push(number);
      after = number;
    }
  }
  const status = spool.status();
  expect(status).toMatchObject({ records: found.length, documents: found.reduce((a, b) => a + b, 0) });
  await spool.append(Buffer.from("one more"), 1);
  await spool.close();
  return { found, atOpen, status };
}

/** A second start finds nothing new. */
async function expectMended(disk: MemoryDisk, records: number): Promise<void> {
  const spool = await open(disk);
  expect(spool.status()).toMatchObject({ records, setAside: { records: 0, documents: 0, bytes: 0 } });
  await spool.close();
}

function asideBytes(disk: MemoryDisk): number {
  const paths = disk.paths().filter((path) => path.endsWith(".damaged"));
  return paths.reduce((sum, path) => sum + disk.contentOf(path).length, 0);
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

it("loses with a flipped bit no record but the one it is in, and says so", async () => {
  for (const path of segments()) {
    const size = pristine.contentOf(path).length;
    const last = path === segments().at(-1);
    for (let offset = 0; offset < size; offset += LONG ? 1 : 5) {
      const disk = pristine.copy();
      const content = disk.contentOf(path);
      content[offset] = (content[offset] ?? 0) ^ (1 << ((offset * 7) % 8));
      const hit = places.find((place) => place.path === path && place.from <= offset && offset < place.to);
      const { found, status } = await outcomeOn(disk);
      const lost = WANTED.filter((number) => !found.includes(number));
      expect(lost).toEqual(hit === undefined || hit.number === 1 ? [] : [hit.number]);
      if (lost.length > 0) {
        // A last record without an intact header does not tell how many documents it had.
        const unknown = last && hit?.number === 9 && offset < hit.from + 60;
        const { setAside } = status;
        expect(setAside).toMatchObject({ records: 1, documents: unknown ? 0 : sum(lost) });
        expect(setAside.bytes).toBe((hit?.to ?? 0) - (hit?.from ?? 0));
      }
      expect(asideBytes(disk)).toBe(status.setAside.bytes);
      await expectMended(disk, found.length + 1);
    }
  }
});

it("loses with a file that is cut off no record but those behind the cut, and says so", async () => {
  for (const path of segments()) {
    const last = path === segments().at(-1);
    for (let size = 0; size < pristine.contentOf(path).length; size += LONG ? 1 : 3) {
      const disk = pristine.copy();
      disk.put(path, disk.contentOf(path).subarray(0, size));
      const { found, status } = await outcomeOn(disk);
      const gone = places.filter((place) => place.path === path && place.to > size && place.number > 1);
      const lost = gone.map((place) => place.number);
      expect(WANTED.filter((number) => !found.includes(number))).toEqual(lost);
      if (!last) expect(status.setAside).toMatchObject({ records: lost.length, documents: sum(lost) });
      else if (gone.some((place) => place.from < size)) {
        expect(status.setAside.records).toBe(1);
        expect(status.setAside.bytes).toBe(size - (gone[0]?.from ?? 0));
      }
      await expectMended(disk, found.length + 1);
    }
  }
});

it("counts a segment that is gone", async () => {
  for (const path of segments().slice(0, 2)) {
    const disk = pristine.copy();
    disk.delete(path);
    const lost = places
      .filter((place) => place.path === path && place.number > 1)
      .map(({ number }) => number);
    const { found, atOpen } = await outcomeOn(disk);
    expect(WANTED.filter((number) => !found.includes(number))).toEqual(lost);
    expect(atOpen.setAside).toEqual({ records: lost.length, documents: sum(lost), bytes: 0 });
    await expectMended(disk, found.length + 1);
  }
});

it.each(["", "short", "no segment at all ".repeat(9)])(
  "sets aside a file that is no segment: %j",
  async (text) => {
    for (const number of [1, 6, 99]) {
      const path = `${DIR}/${segmentName(number)}`;
      const disk = pristine.copy();
      const own = segments().includes(path);
      if (!own) {
        disk.put(path, Buffer.from(text));
        const { found } = await outcomeOn(disk);
        expect(found).toEqual(WANTED);
        expect(disk.paths().some((each) => each.startsWith(path) && each.endsWith(".damaged"))).toBe(
          text !== "" && !(number === 99 && text === "short"),
        );
        await expectMended(disk, found.length + 1);
      }
    }
  },
);

it("sets aside a segment of a newer version, whole", async () => {
  const disk = pristine.copy();
  const [, second = ""] = segments();
  const content = disk.contentOf(second);
  content.writeUInt32LE(2, 8);
  content.writeUInt32LE(crc32(content.subarray(0, 48)), 48);
  const before = Buffer.from(content);
  const { atOpen } = await outcomeOn(disk);
  const lost = places.filter((place) => place.path === second).map(({ number }) => number);
  expect(atOpen.setAside).toEqual({ records: lost.length, documents: sum(lost), bytes: before.length });
  expect(disk.contentOf(`${second}.damaged`)).toEqual(before);
});

it("finds damage that came after it was opened", async () => {
  for (const offset of [60, 130]) {
    const disk = pristine.copy();
    const spool = await open(disk);
    const [first = "", second = ""] = segments();
    for (const path of [first, second]) {
      const content = disk.contentOf(path);
      content[offset] = (content[offset] ?? 0) ^ 4;
    }
    const found: number[] = [];
    for (let after = 0; ;) {
      const records = await spool.read(after, 1);
      if (records.length === 0) break;
      for (const { number } of records) found.push((after = number));
    }
    const lost = WANTED.filter((number) => !found.includes(number));
    expect(spool.status().setAside).toMatchObject({ records: lost.length, documents: sum(lost) });
    expect(spool.status()).toMatchObject({ records: found.length, documents: sum(found) });
    await spool.close();
  }
});

it("survives any damage anywhere: bytes taken out, put in, and written over", async () => {
  const rounds = LONG ? 20_000 : 200;
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.floor((state / 0x8000_0000) * below);
  };
  for (let round = 0; round < rounds; round += 1) {
    const disk = pristine.copy();
    for (let times = random(4); times >= 0; times -= 1) {
      const paths = disk.paths();
      const path = paths[random(paths.length)] ?? "";
      const content = disk.contentOf(path);
      const at = random(content.length);
      const length = random(200);
      const noise = Buffer.from(Array.from({ length: random(200) }, () => random(256)));
      const rest = content.subarray(random(2) === 0 ? at : Math.min(content.length, at + length));
      disk.put(path, Buffer.concat([content.subarray(0, at), noise, rest]));
    }
    const { found } = await outcomeOn(disk);
    expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
  }
});

import { mkdtemp, readdir, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSpool, type SpoolOptions } from "../../src/spool/open-spool.js";
import { readSpoolRecords, readSpoolStatus } from "../../src/spool/look-on.js";
import { SpoolFullError, SpoolLockedError, type Spool } from "../../src/spool/spool.js";

let dir: string;
const open: Spool[] = [];

async function spool(options: Partial<SpoolOptions> = {}): Promise<Spool> {
  const opened = await openSpool({ dir, maxBytes: 10_000_000, ...options });
  open.push(opened);
  return opened;
}

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), "trailtag-spool-")), "spool");
});

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  await rm(join(dir, ".."), { recursive: true });
});

const text = (payload: Uint8Array): string => Buffer.from(payload).toString();

async function everything(from: Spool): Promise<string[]> {
  const found: string[] = [];
  for (let after = 0; ;) {
    const [record] = await from.read(after, 1);
    if (record === undefined) return found;
    after = record.number;
    found.push(text(record.payload));
  }
}

async function texts(from: Spool, after = 0): Promise<string[]> {
  return (await from.read(after, 1_000_000)).map(({ payload }) => text(payload));
}

describe("a spool", () => {
  it("gives records out in the order they came in, with what is known of each", async () => {
    const subject = await spool({ clock: () => 1_700_000_000_000 });
    const long = "many words ".repeat(1000);
    await subject.append(Buffer.from("one"), 1);
    await subject.append(Buffer.from(long), 7);
    await subject.append(Buffer.alloc(0), 0);
    const records = await subject.read(0, 1_000_000);
    expect(records.map(({ payload, ...rest }) => ({ ...rest, payload: text(payload) }))).toEqual([
      { number: 1, appendedAt: 1_700_000_000_000, documents: 1, payload: "one" },
      { number: 2, appendedAt: 1_700_000_000_000, documents: 7, payload: long },
      { number: 3, appendedAt: 1_700_000_000_000, documents: 0, payload: "" },
    ]);
    expect(subject.status()).toMatchObject({
      records: 3,
      documents: 8,
      oldestAt: 1_700_000_000_000,
      accepting: true,
    });
    expect(subject.status().bytes).toBeLessThan(1000);
  });

  it("gives out what was appended, and no more after it was removed, over restarts", async () => {
    const first = await spool();
    for (const each of ["a", "b", "c"]) await first.append(Buffer.from(each), 1);
    await first.remove(1);
    await first.close();
    const second = await spool();
    expect(await texts(second)).toEqual(["b", "c"]);
    await second.append(Buffer.from("d"), 1);
    expect((await second.read(0, 1_000)).map((record) => record.number)).toEqual([2, 3, 4]);
    await second.remove(4);
    expect(second.status()).toMatchObject({ records: 0, documents: 0, oldestAt: undefined });
    await second.close();
    const third = await spool();
    await third.append(Buffer.from("e"), 1);
    expect((await third.read(0, 1_000)).map((record) => record.number)).toEqual([5]);
  });

  it("is one process's at a time", async () => {
    await spool();
    const second = openSpool({ dir, maxBytes: 1_000_000 });
    await expect(second).rejects.toThrow(SpoolLockedError);
    await expect(second).rejects.toThrow(String(process.pid));
  });

  it("takes no more than max_bytes, and takes again once some was removed", async () => {
    const subject = await spool({ maxBytes: 1_000, segmentBytes: 300 });
    const appended: string[] = [];
    const fill = async () => {
      for (let n = 0; n < 20; n++) {
        await subject.append(Buffer.from(`record ${n}`), 1);
        appended.push(`record ${n}`);
      }
    };
    await expect(fill()).rejects.toThrow(SpoolFullError);
    expect(subject.status()).toMatchObject({
      accepting: false,
      message: expect.stringContaining("max_bytes"),
    });
    expect(subject.status().bytes).toBeLessThanOrEqual(1_000);
    expect(await texts(subject)).not.toEqual([]);
    await subject.remove(5);
    await subject.append(Buffer.from("again"), 1);
    expect(subject.status().records).toBe(appended.length - 5 + 1);
  });

  it("goes on when its folder was emptied under it, and says what that cost", async () => {
    const subject = await spool({ segmentBytes: 300, maxBytes: 20_000 });
    for (let n = 1; n <= 9; n++) await subject.append(Buffer.from(`record ${n}, not to be deflated`), 2);
    await subject.read(0, 1);
    await subject.remove(1);
    for (const name of await readdir(dir)) await unlink(join(dir, name));
    // What is written to a file that is gone is gone with it.
    await expect(subject.append(Buffer.from("lost"), 1)).rejects.toThrow(SpoolFullError);
    await subject.append(Buffer.from("again"), 1);
    // Files that are open still can be read.
    expect((await everything(subject)).at(-1)).toBe("again");
    const { records, setAside } = subject.status();
    expect(records + setAside.records).toBe(9);
    expect(setAside.documents).toBe(setAside.records * 2);
    expect(setAside.records).toBeGreaterThan(0);
    await subject.remove(10);
    await subject.append(Buffer.from("and again"), 1);
    expect(subject.status()).toMatchObject({ records: 1, documents: 1 });
    await subject.close();
    const reopened = await spool();
    expect(await texts(reopened)).toEqual(["and again"]);
    expect(reopened.status().setAside.documents).toBe(0);
  });

  it("can be looked at from outside while it is in use, and after", async () => {
    expect(await readSpoolStatus(dir)).toBeUndefined();
    const subject = await spool({ segmentBytes: 200, clock: () => 5 });
    for (let n = 1; n <= 9; n++) await subject.append(Buffer.from(`record ${n}`), n);
    await subject.remove(4);
    const { records, documents, bytes, oldestAt } = subject.status();
    const view = { records, documents, bytes, oldestAt, damaged: { files: 0, bytes: 0 } };
    expect(view).toMatchObject({ records: 5, documents: 35, oldestAt: 5 });
    expect(await readSpoolStatus(dir)).toEqual(view);
    const read = async () => {
      const found: string[] = [];
      for await (const record of readSpoolRecords(dir))
        found.push(`${record.number} ${text(record.payload)}`);
      return found;
    };
    const expected = [5, 6, 7, 8, 9].map((n) => `${n} record ${n}`);
    expect(await read()).toEqual(expected);
    await subject.close();
    expect(await readSpoolStatus(dir)).toEqual(view);
    expect(await read()).toEqual(expected);
  });
});

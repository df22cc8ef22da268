import { join } from "node:path";
import type { Position } from "./position.js";
import { endOf, positionAfter, type Entry } from "./record.js";
import { SEGMENT_HEADER_BYTES, type SegmentHeader } from "./segment-header.js";
import type { SpoolFile, SpoolFiles } from "./spool-files.js";

/** One file of the queue, and which of its records are still wanted. */
export class Segment {
  readonly path: string;
  /** Offset behind the last acknowledged record. */
  size = SEGMENT_HEADER_BYTES;
  /** After its last record. */
  end: Position;
  /** Still wanted. */
  records = 0;
  documents = 0;
  /** Of the first record that is still wanted. */
  oldestAt: number | undefined;
  /** Holds bytes that could not be copied aside: the file is kept when its records are done. */
  keep = false;
  /** All entries in order, of which the first `taken` are done; undefined while nobody reads here. */
  entries: Entry[] | undefined;
  taken = 0;
  private file: SpoolFile | undefined;

  constructor(
    private readonly files: SpoolFiles,
    dir: string,
    readonly name: string,
    readonly header: SegmentHeader,
  ) {
    this.path = join(dir, name);
    this.end = header.start;
  }

  /** For reading and writing; stays open until `release`. */
  async open(): Promise<SpoolFile> {
    return (this.file ??= await this.files.open(this.path, "write"));
  }

  adopt(file: SpoolFile): void {
    this.file = file;
  }

  /** Adds records that are durable now. */
  add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.entries?.push(entry);
      this.records += 1;
      this.documents += entry.documents;
      this.oldestAt ??= entry.appendedAt;
      this.size = endOf(entry);
      this.end = positionAfter(entry);
    }
  }

  /** Sets what a scan found; records up to and with number `done` are not wanted any more. */
  fill(entries: Entry[], done: number): void {
    this.entries = entries;
    this.taken = 0;
    this.records = entries.length;
    this.documents = entries.reduce((sum, entry) => sum + entry.documents, 0);
    this.oldestAt = entries[0]?.appendedAt;
    this.take(done);
  }

  /** Takes off records up to and with number `through`; needs the entries unless all of the segment is meant. */
  take(through: number): void {
    if (through >= this.end.number) {
      this.taken = this.entries?.length ?? 0;
      this.records = 0;
      this.documents = 0;
      this.oldestAt = undefined;
      return;
    }
    const { entries } = this;
    if (entries === undefined) return;
    for (let entry = entries[this.taken]; entry && entry.number <= through; entry = entries[this.taken]) {
      this.taken += 1;
      this.records -= 1;
      this.documents -= entry.documents;
    }
    this.oldestAt = entries[this.taken]?.appendedAt;
  }

  /** Takes out a record that turned out to be damaged. */
  lose(entry: Entry): void {
    const at = this.entries?.indexOf(entry) ?? -1;
    if (at < this.taken) return;
    this.entries?.splice(at, 1);
    this.records -= 1;
    this.documents -= entry.documents;
    this.oldestAt = this.entries?.[this.taken]?.appendedAt;
  }

  /** Lets go of memory and of the file; both come back when they are asked for. */
  async release(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    this.entries = undefined;
    this.taken = 0;
    await file?.close();
  }
}

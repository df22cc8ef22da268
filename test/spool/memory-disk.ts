import { basename, dirname } from "node:path";
import type { SpoolFile, SpoolFiles } from "../../src/spool/spool-files.js";

/** One call on the disk, as faults see it. */
export interface DiskCall {
  /** Counts from 0. */
  readonly index: number;
  readonly kind:
    "open" | "create" | "read" | "write" | "sync" | "truncate" | "rename" | "remove" | "syncFolder" | "list";
  readonly path: string;
}

/** What happens at a call: an error before or after it is done, or (of a write) after part of it. */
export type Fault = { readonly at: "before" | "middle" | "after"; readonly code: string } | undefined;

/** How much of what was not synced is there after a crash; `pick` gives a number from 0 up to, not with, its argument. */
export type Survival = "none" | "all" | ((below: number) => number);

type Change = { readonly at: number; readonly data: Uint8Array } | { readonly size: number };

interface Inode {
  content: Buffer;
  synced: Buffer;
  /** Since the last sync. */
  changes: Change[];
}

type Move = { readonly path: string; readonly inode: Inode | undefined };

/**
 * A fake: a disk in memory that keeps apart what is in the system's cache and what is synced, fails where a test wants
 * it to, and can lose power.
 */
export class MemoryDisk implements SpoolFiles {
  /** Asked at each call. */
  fault: (call: DiskCall) => Fault = () => undefined;
  calls = 0;
  /** Bytes of all files together, at most. */
  capacity = Number.MAX_SAFE_INTEGER;
  /** What a write takes at once, at most. */
  writeLimit = Number.MAX_SAFE_INTEGER;
  private names = new Map<string, Inode>();
  private syncedNames = new Map<string, Inode>();
  private moves: Move[] = [];
  private generation = 0;

  makeFolder(): Promise<void> {
    return Promise.resolve();
  }

  lock(): Promise<{ release(): Promise<void> }> {
    return Promise.resolve({ release: () => Promise.resolve() });
  }

  async list(dir: string): Promise<readonly string[]> {
    await this.call("list", dir, () => undefined);
    return [...this.names.keys()].filter((path) => dirname(path) === dir).map((path) => basename(path));
  }

  async open(path: string, how: "read" | "write" | "create"): Promise<SpoolFile> {
    if (how === "create") {
      await this.call("create", path, () => {
        if (this.names.has(path)) throw systemError("EEXIST");
        this.setName(path, { content: Buffer.alloc(0), synced: Buffer.alloc(0), changes: [] });
      });
    } else await this.call("open", path, () => undefined);
    const inode = this.names.get(path);
    if (inode === undefined) throw systemError("ENOENT");
    return this.toFile(path, inode);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.call("rename", from, () => {
      const inode = this.names.get(from);
      if (inode === undefined) throw systemError("ENOENT");
      this.setName(to, inode);
      this.setName(from, undefined);
      // Both or neither.
      this.moves.splice(-2, 2, ...this.moves.slice(-2).reverse());
    });
  }

  async remove(path: string): Promise<void> {
    await this.call("remove", path, () => {
      if (this.names.has(path)) this.setName(path, undefined);
    });
  }

  async syncFolder(dir: string): Promise<void> {
    await this.call("syncFolder", dir, () => {
      this.syncedNames = new Map(this.names);
      this.moves = [];
    });
  }

  /** The power goes: what was synced is there afterwards, and of the rest what `survives`. Files that were open are dead. */
  crash(survives: Survival): void {
    this.generation += 1;
    this.fault = () => undefined;
    const kept = typeof survives === "string" ? undefined : survives(this.moves.length + 1);
    const moves = survives === "all" ? this.moves : this.moves.slice(0, kept ?? 0);
    for (const { path, inode } of moves) {
      if (inode === undefined) this.syncedNames.delete(path);
      else this.syncedNames.set(path, inode);
    }
    this.names = new Map(this.syncedNames);
    this.moves = [];
    for (const inode of this.names.values()) {
      const changes = survives === "none" ? [] : inode.changes.flatMap((each) => survivor(each, survives));
      inode.content = changes.reduce(apply, inode.synced);
      inode.synced = inode.content;
      inode.changes = [];
    }
  }

  paths(): string[] {
    return [...this.names.keys()].sort();
  }

  contentOf(path: string): Buffer {
    const inode = this.names.get(path);
    if (inode === undefined) throw systemError("ENOENT");
    return inode.content;
  }

  /** Puts a durable file there, whatever was before. */
  put(path: string, content: Buffer): void {
    const inode = { content, synced: content, changes: [] };
    this.names.set(path, inode);
    this.syncedNames.set(path, inode);
  }

  delete(path: string): void {
    this.names.delete(path);
    this.syncedNames.delete(path);
  }

  copy(): MemoryDisk {
    const copy = new MemoryDisk();
    for (const path of this.paths()) copy.put(path, Buffer.from(this.contentOf(path)));
    return copy;
  }

  private toFile(path: string, inode: Inode): SpoolFile {
    const { generation } = this;
    const alive = () => {
      if (generation !== this.generation) throw systemError("EBADF");
    };
    return {
      size: () => Promise.resolve(inode.content.length),
      read: async (target, position) => {
        alive();
        await this.call("read", path, () => undefined);
        return inode.content.copy(target, 0, position, position + target.length);
      },
      write: async (data, position) => {
        alive();
        let length = Math.min(data.length, this.writeLimit);
        const write = () => {
          this.makeRoom(position + length - inode.content.length);
          change(inode, { at: position, data: Buffer.from(data.subarray(0, length)) });
        };
        await this.call("write", path, write, () => {
          length = Math.floor(length / 2);
          if (length > 0) write();
        });
        return length;
      },
      sync: async () => {
        alive();
        const dropped = inode.changes;
        try {
          await this.call("sync", path, () => {
            inode.synced = inode.content;
            inode.changes = [];
          });
        } catch (error) {
          // As Linux does: the pages are clean now and will not be written, though they can be read for a while.
          if (inode.changes === dropped) inode.changes = [];
          throw error;
        }
      },
      truncate: async (size) => {
        alive();
        await this.call("truncate", path, () => {
          change(inode, { size });
        });
      },
      close: () => Promise.resolve(),
    };
  }

  private makeRoom(more: number): void {
    const used = [...this.names.values()].reduce((sum, { content }) => sum + content.length, 0);
    if (more > 0 && used + more > this.capacity) throw systemError("ENOSPC");
  }

  private setName(path: string, inode: Inode | undefined): void {
    if (inode === undefined) this.names.delete(path);
    else this.names.set(path, inode);
    this.moves.push({ path, inode });
  }

  private async call(
    kind: DiskCall["kind"],
    path: string,
    work: () => void,
    half?: () => void,
  ): Promise<void> {
    const fault = this.fault({ index: this.calls, kind, path });
    this.calls += 1;
    // A disk takes its time: others come in between.
    await Promise.resolve();
    if (fault === undefined || fault.at === "after") work();
    else if (fault.at === "middle") half?.();
    if (fault !== undefined) throw systemError(fault.code);
  }
}

function change(inode: Inode, made: Change): void {
  inode.changes.push(made);
  inode.content = apply(inode.content, made);
}

function apply(content: Buffer, made: Change): Buffer {
  const size = "size" in made ? made.size : Math.max(content.length, made.at + made.data.length);
  const next = Buffer.alloc(size);
  content.copy(next);
  if (!("size" in made)) next.set(made.data, made.at);
  return next;
}

const SECTOR = 64;

/** What the disk made of a change that was not synced: all, nothing, or some sectors of it. */
function survivor(made: Change, survives: Survival): Change[] {
  if (typeof survives === "string") return survives === "all" ? [made] : [];
  const fate = survives(4);
  if (fate === 0) return [];
  if (fate === 1 || "size" in made) return [made];
  if (fate === 2) return [{ at: made.at, data: made.data.subarray(0, survives(made.data.length + 1)) }];
  const sectors: Change[] = [];
  for (let at = 0; at < made.data.length; at += SECTOR) {
    if (survives(2) === 0) sectors.push({ at: made.at + at, data: made.data.subarray(at, at + SECTOR) });
  }
  return sectors;
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: the disk of the test`), { code });
}

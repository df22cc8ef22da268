import { join } from "node:path";
import { crc32 } from "node:zlib";
import { errorCode } from "../output/files/error-code.js";
import { later, START, type Position } from "./position.js";
import { readSpan, writeAll, type SpoolFile, type SpoolFiles } from "./spool-files.js";

/** Remembers how far records were taken off, so that a restart does not give them out again. */
export interface DoneMarker {
  /** Need not survive a crash: giving a record out again does no harm. Only ever moves forward. */
  write(position: Position): Promise<void>;
  /** What was written last is durable afterwards. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export const MARKER_NAME = "done";
const SLOT_BYTES = 64;
export const MARKER_BYTES = 2 * SLOT_BYTES;
const MAGIC = Buffer.from("TTDONE\n\0");

/** Two slots, written by turns in place: that needs no room on a full disk, and a torn write leaves the other one. */
export async function openDoneMarker(
  files: SpoolFiles,
  dir: string,
): Promise<{ readonly marker: DoneMarker; readonly done: Position }> {
  const path = join(dir, MARKER_NAME);
  let file = await openIfThere(files, path);
  let named = file !== undefined;
  const [first, second] = file === undefined ? [] : await readSlots(file);
  const done = later(first ?? START, second ?? START);
  let slot = done === first ? 1 : 0;
  let last = done;
  const marker: DoneMarker = {
    async write(position) {
      last = position;
      file ??= await files.open(path, "create");
      await writeAll(file, encode(position), slot * SLOT_BYTES);
      slot = 1 - slot;
    },
    async sync() {
      try {
        await file?.sync();
      } catch (error) {
        if (errorCode(error) !== "ENOENT") throw error;
        // Somebody deleted it: it is made again, or all that was ever stored would seem missing at the next start.
        await file?.close();
        file = undefined;
        named = false;
        const made = await files.open(path, "create");
        file = made;
        await marker.write(last);
        await made.sync();
      }
      if (!named) await files.syncFolder(dir);
      named = true;
    },
    async close() {
      await file?.close();
    },
  };
  return { marker, done };
}

async function openIfThere(files: SpoolFiles, path: string): Promise<SpoolFile | undefined> {
  try {
    return await files.open(path, "write");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** For those who look on while another process has the spool. */
export async function readDoneMarker(files: SpoolFiles, dir: string): Promise<Position> {
  try {
    const file = await files.open(join(dir, MARKER_NAME), "read");
    try {
      const [first = START, second = START] = await readSlots(file);
      return later(first, second);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return START;
    throw error;
  }
}

async function readSlots(file: SpoolFile): Promise<(Position | undefined)[]> {
  const bytes = await readSpan(file, 0, MARKER_BYTES);
  return [decode(bytes.subarray(0, SLOT_BYTES)), decode(bytes.subarray(SLOT_BYTES))];
}

function encode({ number, documents }: Position): Buffer {
  const bytes = Buffer.alloc(SLOT_BYTES);
  bytes.set(MAGIC, 0);
  bytes.writeBigUInt64LE(BigInt(number), 8);
  bytes.writeBigUInt64LE(BigInt(documents), 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 24)), 24);
  return bytes;
}

function decode(bytes: Buffer): Position | undefined {
  if (bytes.length < 28 || !MAGIC.equals(bytes.subarray(0, 8))) return undefined;
  if (crc32(bytes.subarray(0, 24)) !== bytes.readUInt32LE(24)) return undefined;
  return { number: Number(bytes.readBigUInt64LE(8)), documents: Number(bytes.readBigUInt64LE(16)) };
}

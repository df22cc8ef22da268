import { basename, dirname } from "node:path";
import { crc32 } from "node:zlib";
import { errorCode } from "../output/files/error-code.js";
import type { StoreLog } from "../output/store.js";
import type { Position } from "./position.js";
import { encodeRecordHeader, RECORD_HEADER_BYTES } from "./record.js";
import { readSpan, writeAll, type SpoolFile, type SpoolFiles } from "./spool-files.js";

export const DAMAGED = ".damaged";
const PIECE_BYTES = 1024 * 1024;

/** What could not be read back since the spool was opened. */
export interface SetAside {
  readonly records: number;
  readonly documents: number;
  readonly bytes: number;
}

/** Keeps damaged bytes in files of their own, and counts them. */
export interface DamageBook {
  readonly total: SetAside;
  /** Copies bytes of a segment, durably, into a `.damaged` file beside it. False when that failed: leave them where they are. */
  copy(file: SpoolFile, path: string, offset: number, length: number): Promise<boolean>;
  /** Moves a whole file to a `.damaged` name. */
  move(path: string): Promise<void>;
  /** Counts, and tells the log. */
  count(what: SetAside, where: string, why: string): void;
}

export function createDamageBook(files: SpoolFiles, log: StoreLog): DamageBook {
  let total: SetAside = { records: 0, documents: 0, bytes: 0 };

  /** Opens a name that is not taken; `wanted`, or that with a number. */
  async function create(wanted: string): Promise<{ file: SpoolFile; path: string }> {
    for (let attempt = 1; ; attempt += 1) {
      const path = attempt === 1 ? `${wanted}${DAMAGED}` : `${wanted}-${attempt}${DAMAGED}`;
      try {
        return { file: await files.open(path, "create"), path };
      } catch (error) {
        if (errorCode(error) !== "EEXIST") throw error;
      }
    }
  }

  async function copyInto(target: SpoolFile, file: SpoolFile, offset: number, length: number): Promise<void> {
    for (let done = 0; done < length;) {
      const piece = await readSpan(file, offset + done, Math.min(PIECE_BYTES, length - done));
      if (piece.length === 0) break;
      await writeAll(target, piece, done);
      done += piece.length;
    }
    await target.sync();
  }

  return {
    get total() {
      return total;
    },
    async copy(file, path, offset, length) {
      try {
        const made = await create(`${path}.${offset}`);
        try {
          await copyInto(made.file, file, offset, length).finally(() => made.file.close());
        } catch (error) {
          await files.remove(made.path);
          throw error;
        }
        await files.syncFolder(dirname(path));
        return true;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log(
          "error",
          `Damaged bytes of ${path} could not be copied aside, they stay where they are: ${message}`,
        );
        return false;
      }
    },
    async move(path) {
      const made = await create(path);
      await made.file.close();
      try {
        await files.rename(path, made.path);
      } catch (error) {
        await files.remove(made.path);
        throw error;
      }
      await files.syncFolder(dirname(path));
    },
    count(what, where, why) {
      total = {
        records: total.records + what.records,
        documents: total.documents + what.documents,
        bytes: total.bytes + what.bytes,
      };
      const { records, documents, bytes } = what;
      const text = `The spool is damaged: ${why} (${basename(where)}). What could not be read is kept in files that end in ${DAMAGED}.`;
      log("error", text, { file: where, records, documents, bytes });
    },
  };
}

/**
 * Lets readers pass over damaged bytes that were copied aside. Not synced: a hole that a crash undoes is found again.
 *
 * @param from the last record before the bytes; `to`: the last one that was in them.
 */
export async function writeHole(
  file: SpoolFile,
  segmentId: Uint8Array,
  span: { readonly offset: number; readonly length: number; readonly from: Position; readonly to: Position },
): Promise<void> {
  const { offset, length, from, to } = span;
  // Bytes were taken out of the file where less is left than a header: found again at each start, and passed over.
  if (length < RECORD_HEADER_BYTES) return;
  const header = encodeRecordHeader(
    {
      codec: "hole",
      number: to.number,
      appendedAt: 0,
      documentsBefore: from.documents,
      documents: Math.max(0, to.documents - from.documents),
      storedLength: length - RECORD_HEADER_BYTES,
      payloadLength: 0,
      checksum: crc32(""),
    },
    segmentId,
  );
  await writeAll(file, header, offset);
}

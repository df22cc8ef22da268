import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject, own } from "../../lib/json.js";
import {
  DamagedLetterError,
  DeadLettersUnavailableError,
  type DeadLetterFilter,
  type DeadLetterHead,
  type DeadLetters,
} from "../dead-letters.js";
import { readLetters, toReplayedLine, type LetterInFile, type LettersInFile } from "./dead-letter-lines.js";
import { errorCode } from "./error-code.js";

export interface DeadLetterFileOptions {
  /** Folder of the files store. */
  readonly dir: string;
  /** Adds lines to the file, durably: the open store's own way. Without it, letters can be read only. */
  readonly append?: (lines: Buffer) => Promise<void>;
}

const EMPTY: LettersInFile = { letters: new Map(), looseParts: 0 };

/** Dead letters of a files store as they stand when they are first asked for. Reading needs no lock. */
export function createDeadLetterFile({ dir, append }: DeadLetterFileOptions): DeadLetters {
  const path = join(dir, "deadletter.ndjson");
  let handle: FileHandle | undefined;
  let reading: Promise<LettersInFile> | undefined;
  let following: ReadonlyMap<string, DeadLetterHead[]> | undefined;

  async function load(): Promise<LettersInFile> {
    try {
      handle = await open(path, "r");
    } catch (error) {
      if (errorCode(error) === "ENOENT") return EMPTY;
      throw new DeadLettersUnavailableError(`${path} cannot be read: ${(error as Error).message}.`);
    }
    const { size } = await handle.stat();
    return readLetters({ size, read });
  }

  async function read(offset: number, length: number): Promise<Buffer> {
    if (handle === undefined) throw new DeadLettersUnavailableError(`${path} is not open.`);
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
    if (bytesRead < length) throw new DamagedLetterError(`${path} ended early: it was cut from outside.`);
    return buffer;
  }

  const all = (): Promise<LettersInFile> => (reading ??= load());

  async function allParts(): Promise<DeadLetterHead[]> {
    const heads = [...(await all()).letters.values()].map(({ head }) => head);
    return heads.filter(({ part }) => part !== undefined);
  }

  async function matching(filter: DeadLetterFilter): Promise<LetterInFile[]> {
    return [...(await all()).letters.values()].filter(({ head }) => passes(head, filter));
  }

  async function letterOf(id: string): Promise<LetterInFile> {
    const letter = (await all()).letters.get(id);
    if (letter === undefined) throw new DamagedLetterError(`The dead letter ${id} is gone.`);
    return letter;
  }

  return {
    async summary(filter) {
      const counts = new Map<string, number>();
      const letters = await matching(filter);
      for (const { head } of letters) counts.set(head.reason.code, (counts.get(head.reason.code) ?? 0) + 1);
      const byReason = [...counts].map(([code, count]) => ({ code, count }));
      byReason.sort((a, b) => b.count - a.count);
      return { total: letters.length, byReason, looseParts: (await all()).looseParts };
    },
    async *heads(filter, order) {
      const letters = await matching(filter);
      if (order === "newest") letters.reverse();
      for (const { head } of letters) yield head;
    },
    async find(prefix, most) {
      const { letters } = await all();
      const found = [...letters.values()].filter(({ head }) => head.id.startsWith(prefix));
      return found.slice(0, most).map(({ head }) => head);
    },
    async *parts() {
      yield* await allParts();
    },
    async partsAfter(id) {
      following ??= byPrevious(await allParts());
      return following.get(id) ?? [];
    },
    async read({ id }) {
      const pieces: Buffer[] = [];
      for (const { offset, length } of (await letterOf(id)).places) {
        const document: unknown = JSON.parse((await read(offset, length)).toString("utf8"));
        const raw = isJsonObject(document) ? own(document, "raw") : undefined;
        if (typeof raw !== "string")
          throw new DamagedLetterError(`The dead letter ${id} was changed from outside.`);
        pieces.push(Buffer.from(raw, "base64"));
      }
      return Buffer.concat(pieces);
    },
    async markReplayed(heads, at) {
      if (append === undefined) throw new TypeError("These dead letters can be read only.");
      for (const { id } of heads) {
        const lines: Buffer[] = [];
        for (const { offset, length } of (await letterOf(id)).places) {
          lines.push(toReplayedLine(await read(offset, length), at));
        }
        await append(Buffer.concat(lines));
      }
    },
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };
}

function byPrevious(parts: readonly DeadLetterHead[]): ReadonlyMap<string, DeadLetterHead[]> {
  const found = new Map<string, DeadLetterHead[]>();
  for (const head of parts) {
    const { previous } = head.part ?? {};
    if (previous === undefined) continue;
    const others = found.get(previous);
    if (others === undefined) found.set(previous, [head]);
    else others.push(head);
  }
  return found;
}

function passes(head: DeadLetterHead, { reasons, since, replayed }: DeadLetterFilter): boolean {
  return (
    (reasons === undefined || reasons.includes(head.reason.code)) &&
    (since === undefined || head.time >= since) &&
    (replayed === undefined || replayed === (head.replayedAt !== undefined))
  );
}

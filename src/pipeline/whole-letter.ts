import { createHash, type Hash } from "node:crypto";
import { partId } from "../decode/dead-unit.js";
import { DamagedLetterError, type DeadLetterHead, type DeadLetters } from "../output/dead-letters.js";

/** A document that was kept as a dead letter, or as several where it was large. */
export interface WholeLetter {
  /** In order; one unless the document was large. */
  readonly heads: readonly DeadLetterHead[];
  readonly raw: Uint8Array;
}

/**
 * The letters that the documents end in which a letter is part of: itself, unless others follow. Several where
 * documents begin alike. Where a part is missing, the last one before it stands for what is there.
 *
 * @param passed ids of parts that other parts were seen to follow: neither they nor what follows is looked at again
 */
export async function lettersAtEnd(
  letters: DeadLetters,
  head: DeadLetterHead,
  passed = new Set<string>(),
): Promise<readonly DeadLetterHead[]> {
  const ends: DeadLetterHead[] = [];
  const open = [head];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.part !== undefined) {
      if (passed.has(next.id)) continue;
      passed.add(next.id);
    }
    const after =
      next.part?.of === undefined && next.part !== undefined ? await letters.partsAfter(next.id) : [];
    if (after.length === 0) ends.push(next);
    else open.push(...after);
  }
  return ends;
}

/**
 * The bytes of the document that ends in a letter.
 *
 * @throws DamagedLetterError when not all of it is there.
 */
export async function readWholeLetter(letters: DeadLetters, end: DeadLetterHead): Promise<WholeLetter> {
  if (end.part === undefined) return { heads: [end], raw: await letters.read(end) };
  const heads = [end];
  for (let { previous } = end.part; previous !== undefined; previous = heads[0]?.part?.previous) {
    const [before] = await letters.find(previous, 1);
    if (before?.part === undefined || before.id !== previous) {
      throw new DamagedLetterError(missingBefore(heads[0] ?? end));
    }
    heads.unshift(before);
  }
  if (end.part.of === undefined) throw new DamagedLetterError(missingAfter(end));
  const hash = createHash("sha256");
  const pieces: Uint8Array[] = [];
  for (const head of heads) {
    const piece = await letters.read(head);
    hash.update(piece);
    if (!isIdOf(hash, head)) {
      throw new DamagedLetterError(`The bytes of ${head.id} were changed: they are not those of its id.`);
    }
    pieces.push(piece);
  }
  return { heads, raw: Buffer.concat(pieces) };
}

/** A sentence for each part that another says there is, and is not there. Holds the ids of all parts. */
export async function missingParts(letters: DeadLetters): Promise<readonly string[]> {
  const heads: Pick<DeadLetterHead, "id" | "part">[] = [];
  for await (const { id, part } of letters.parts()) heads.push({ id, part });
  const there = new Set(heads.map(({ id }) => id));
  const followed = new Set(heads.map(({ part }) => part?.previous));
  return heads.flatMap((head) => {
    const { previous, of } = head.part ?? {};
    return [
      ...(previous !== undefined && !there.has(previous) ? [missingBefore(head)] : []),
      ...(of === undefined && !followed.has(head.id) ? [missingAfter(head)] : []),
    ];
  });
}

type Part = Pick<DeadLetterHead, "id" | "part">;

function missingBefore({ id, part }: Part): string {
  return `Part ${part?.n ?? 0} of what goes on in dead letter ${id} is missing.`;
}

function missingAfter({ id, part }: Part): string {
  return `Part ${(part?.n ?? 0) + 2} of what is not at its end in dead letter ${id} is missing.`;
}

function isIdOf(hash: Hash, { id, part }: DeadLetterHead): boolean {
  return id === partId(hash.copy().digest("hex"), part?.of !== undefined);
}

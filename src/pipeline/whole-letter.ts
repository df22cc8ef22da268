import { DamagedLetterError, type DeadLetterHead, type DeadLetters } from "../output/dead-letters.js";

/** A document that was kept as a dead letter, or as several where it was large. */
export interface WholeLetter {
  /** In order; one unless the document was large. */
  readonly heads: readonly DeadLetterHead[];
  readonly raw: Uint8Array;
}

/** Which part of a large document a letter is, as `deadInParts` in src/decode/dead-unit.ts says in its reason. */
export interface PartOf {
  /** From 1. */
  readonly n: number;
  readonly of: number;
  /** Id of the letter with the first part: the same for all of them. */
  readonly first: string;
}

const PART = / This is part (\d+) of (\d+) of what begins in dead letter ([0-9a-f]{64})\.$/u;

export function partOf({ reason }: DeadLetterHead): PartOf | undefined {
  const [, n, of, first] = PART.exec(reason.message) ?? [];
  return first === undefined ? undefined : { n: Number(n), of: Number(of), first };
}

/** The bytes of the document that a letter belongs to. @throws DamagedLetterError when not all of it is there. */
export async function readWholeLetter(letters: DeadLetters, head: DeadLetterHead): Promise<WholeLetter> {
  const part = partOf(head);
  if (part === undefined) return { heads: [head], raw: await letters.read(head) };
  const found = new Map<number, DeadLetterHead>();
  for (const each of await letters.mentioning(part.first)) {
    const other = partOf(each);
    if (other?.first === part.first && other.of === part.of) found.set(other.n, each);
  }
  const heads: DeadLetterHead[] = [];
  for (let n = 1; n <= part.of; n++) {
    const next = found.get(n);
    if (next === undefined) {
      throw new DamagedLetterError(
        `Part ${n} of ${part.of} of what begins in dead letter ${part.first} is missing.`,
      );
    }
    heads.push(next);
  }
  const pieces: Uint8Array[] = [];
  for (const each of heads) pieces.push(await letters.read(each));
  return { heads, raw: Buffer.concat(pieces) };
}

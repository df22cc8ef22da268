import { createHash } from "node:crypto";
import type { DeadPart } from "../../lib/dead-part.js";
import { isJsonObject, own, type JsonObject, type JsonValue } from "../../lib/json.js";
import type { DeadLetterHead } from "../dead-letters.js";
import type { AppendFile } from "./append-file.js";
import type { Place } from "./id-index.js";
import { readLines } from "./read-lines.js";

/** A letter as its last lines have it. */
export interface LetterInFile {
  readonly head: DeadLetterHead;
  /** Of its lines, in order of its chunks. */
  readonly places: readonly Place[];
}

export interface LettersInFile {
  /** By id, in order of (time, id). */
  readonly letters: ReadonlyMap<string, LetterInFile>;
  /** Chunks of letters that do not stand beside all the others: a crash left them. */
  readonly looseParts: number;
}

interface Chunk {
  readonly document: JsonObject;
  readonly place: Place;
  readonly n: number;
  readonly of: number;
  /** Of a part, which is a letter by itself. */
  readonly part: DeadPart | undefined;
}

/**
 * Reads the letters of a file; the last lines of an id are the ones that hold. What is being written at this moment
 * is passed over, as is what is no dead letter. Holds heads and places, not bytes.
 */
export async function readLetters(file: Pick<AppendFile, "size" | "read">): Promise<LettersInFile> {
  const letters = new Map<string, LetterInFile>();
  let looseParts = 0;
  let chunks: Chunk[] = [];
  let hash = createHash("sha256");
  for await (const lines of readLines(file)) {
    for (const { offset, bytes, complete } of lines) {
      const chunk = complete ? toChunk(bytes, offset) : undefined;
      if (chunk === undefined) continue;
      if (chunk.part !== undefined) {
        const letter = toLetter(chunk.part.id, [chunk]);
        if (letter !== undefined) letters.set(letter.head.id, letter);
        continue;
      }
      if (chunk.n !== chunks.length) {
        looseParts += chunks.length;
        chunks = [];
        hash = createHash("sha256");
      }
      if (chunk.n !== chunks.length) {
        looseParts += 1;
        continue;
      }
      chunks.push(chunk);
      hash.update(Buffer.from(own(chunk.document, "raw") as string, "base64"));
      if (chunks.length < chunk.of) continue;
      const letter = toLetter(hash.digest("hex"), chunks);
      if (letter !== undefined) letters.set(letter.head.id, letter);
      chunks = [];
      hash = createHash("sha256");
    }
  }
  looseParts += chunks.length;
  const inOrder = [...letters].sort(([, a], [, b]) => compare(a.head, b.head));
  return { letters: new Map(inOrder), looseParts };
}

/** The line of a letter, said to be replayed then. */
export function toReplayedLine(line: Buffer, at: number): Buffer {
  const document = JSON.parse(line.toString("utf8")) as JsonObject;
  return Buffer.from(`${JSON.stringify({ ...document, replayed_at: new Date(at).toISOString() })}\n`);
}

function compare(a: DeadLetterHead, b: DeadLetterHead): number {
  return a.time - b.time || (a.id < b.id ? -1 : 1);
}

function toChunk(bytes: Buffer, offset: number): Chunk | undefined {
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isJsonObject(document) || typeof own(document, "raw") !== "string") return undefined;
  const chunk = own(document, "chunk");
  const place = { offset, length: bytes.length };
  if (!isJsonObject(chunk)) return { document, place, n: 0, of: 1, part: undefined };
  const [n, of, id, previous] = ["n", "of", "id", "previous"].map((key) => own(chunk, key));
  if (typeof n !== "number") return undefined;
  if (typeof id === "string") {
    const part = {
      id,
      n,
      ...(typeof of === "number" ? { of } : {}),
      ...(typeof previous === "string" ? { previous } : {}),
    };
    return { document, place, n: 0, of: 1, part };
  }
  return typeof of === "number" ? { document, place, n, of, part: undefined } : undefined;
}

function toLetter(id: string, chunks: readonly Chunk[]): LetterInFile | undefined {
  const document = chunks[0]?.document;
  if (document === undefined) return undefined;
  const [reason, source] = [objectOf(document, "reason"), objectOf(document, "source")];
  const [index, userAgent, size] = [
    own(source, "index"),
    own(source, "user_agent"),
    own(document, "size_bytes"),
  ];
  const replayedAt = own(document, "replayed_at");
  const head: DeadLetterHead = {
    id,
    time: Date.parse(textOf(document, "@timestamp")),
    reason: { code: textOf(reason, "code"), message: textOf(reason, "message") },
    sizeBytes: typeof size === "number" ? size : 0,
    chunks: chunks.length,
    part: chunks[0]?.part,
    source: {
      route: textOf(source, "route"),
      ...(typeof index === "string" ? { index } : {}),
      ...(typeof userAgent === "string" ? { user_agent: userAgent } : {}),
    },
    replayedAt: typeof replayedAt === "string" ? replayedAt : undefined,
  };
  return { head, places: chunks.map(({ place }) => place) };
}

function objectOf(object: JsonObject, key: string): JsonObject {
  const value: JsonValue | undefined = own(object, key);
  return isJsonObject(value) ? value : {};
}

function textOf(object: JsonObject, key: string): string {
  const value = own(object, key);
  return typeof value === "string" ? value : "";
}

import { createHash } from "node:crypto";
import { isJsonObject, own, type JsonObject, type JsonValue } from "../../lib/json.js";
import type { DeadLetterHead } from "../dead-letters.js";
import type { AppendFile } from "./append-file.js";
import type { Place } from "./id-index.js";
import { readLines } from "./read-lines.js";

/** A letter as its last lines have it. */
export interface LetterInFile {
  readonly head: DeadLetterHead;
  /** Of its lines, in order of its parts. */
  readonly places: readonly Place[];
}

export interface LettersInFile {
  /** By id, in order of (time, id). */
  readonly letters: ReadonlyMap<string, LetterInFile>;
  /** Parts of large letters that do not stand beside all the others: a crash left them. */
  readonly looseParts: number;
}

interface Part {
  readonly document: JsonObject;
  readonly place: Place;
  readonly n: number;
  readonly of: number;
}

/**
 * Reads the letters of a file; the last lines of an id are the ones that hold. What is being written at this moment
 * is passed over, as is what is no dead letter. Holds heads and places, not bytes.
 */
export async function readLetters(file: Pick<AppendFile, "size" | "read">): Promise<LettersInFile> {
  const letters = new Map<string, LetterInFile>();
  let looseParts = 0;
  let parts: Part[] = [];
  let hash = createHash("sha256");
  for await (const lines of readLines(file)) {
    for (const { offset, bytes, complete } of lines) {
      const part = complete ? toPart(bytes, offset) : undefined;
      if (part === undefined) continue;
      if (part.n !== parts.length) {
        looseParts += parts.length;
        parts = [];
        hash = createHash("sha256");
      }
      if (part.n !== parts.length) {
        looseParts += 1;
        continue;
      }
      parts.push(part);
      hash.update(Buffer.from(own(part.document, "raw") as string, "base64"));
      if (parts.length < part.of) continue;
      const letter = toLetter(hash.digest("hex"), parts);
      if (letter !== undefined) letters.set(letter.head.id, letter);
      parts = [];
      hash = createHash("sha256");
    }
  }
  looseParts += parts.length;
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

function toPart(bytes: Buffer, offset: number): Part | undefined {
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isJsonObject(document) || typeof own(document, "raw") !== "string") return undefined;
  const chunk = own(document, "chunk");
  const [n, of] = isJsonObject(chunk) ? [own(chunk, "n"), own(chunk, "of")] : [0, 1];
  if (typeof n !== "number" || typeof of !== "number") return undefined;
  return { document, place: { offset, length: bytes.length }, n, of };
}

function toLetter(id: string, parts: readonly Part[]): LetterInFile | undefined {
  const document = parts[0]?.document;
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
    chunks: parts.length,
    source: {
      route: textOf(source, "route"),
      ...(typeof index === "string" ? { index } : {}),
      ...(typeof userAgent === "string" ? { user_agent: userAgent } : {}),
    },
    replayedAt: typeof replayedAt === "string" ? replayedAt : undefined,
  };
  return { head, places: parts.map(({ place }) => place) };
}

function objectOf(object: JsonObject, key: string): JsonObject {
  const value: JsonValue | undefined = own(object, key);
  return isJsonObject(value) ? value : {};
}

function textOf(object: JsonObject, key: string): string {
  const value = own(object, key);
  return typeof value === "string" ? value : "";
}

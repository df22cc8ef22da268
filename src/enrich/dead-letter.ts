import { createHash } from "node:crypto";
import type { DeadPart } from "../lib/dead-part.js";
import type { DeadReason } from "../lib/dead-reason.js";
import type { DeadLetterDocument, DeadLetterSource } from "./types.js";

export interface DeadLetter {
  /** SHA-256 of the bytes in hex; chunks add `-n`. That of a part is given. */
  readonly id: string;
  readonly document: DeadLetterDocument;
}

/** What is kept as a dead letter. */
export interface DeadBytes {
  readonly reason: DeadReason;
  readonly raw: Uint8Array;
  readonly source: DeadLetterSource;
  /** Of a document that is kept in several letters; such a letter is never split. */
  readonly part?: DeadPart | undefined;
}

/**
 * The dead-letter documents of some bytes, one for each chunk. The same bytes give the same ids.
 *
 * @param receivedAt ms since the epoch
 * @param chunkBytes bytes of one chunk before base64
 */
export function toDeadLetters(
  { reason, raw, source, part }: DeadBytes,
  receivedAt: number,
  chunkBytes: number,
): DeadLetter[] {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const common = { "@timestamp": new Date(receivedAt).toISOString(), reason };
  if (part !== undefined) {
    const { id, n, of, previous } = part;
    const chunk = {
      n,
      ...(of === undefined ? {} : { of }),
      id,
      ...(previous === undefined ? {} : { previous }),
    };
    const document = { ...common, raw: bytes.toString("base64"), chunk, size_bytes: bytes.length, source };
    return [{ id, document }];
  }
  const hash = createHash("sha256").update(raw).digest("hex");
  const of = Math.max(1, Math.ceil(raw.byteLength / chunkBytes));
  return Array.from({ length: of }, (_, n) => ({
    id: of === 1 ? hash : `${hash}-${n}`,
    document: {
      ...common,
      raw: bytes.toString("base64", n * chunkBytes, Math.min(bytes.length, (n + 1) * chunkBytes)),
      ...(of === 1 ? undefined : { chunk: { n, of } }),
      size_bytes: bytes.length,
      source,
    },
  }));
}

import { createHash } from "node:crypto";
import type { DeadReason } from "../lib/dead-reason.js";
import type { DeadLetterDocument, DeadLetterSource } from "./types.js";

export interface DeadLetter {
  /** SHA-256 of the bytes in hex; chunks add `-n`. */
  readonly id: string;
  readonly document: DeadLetterDocument;
}

/**
 * The dead-letter documents of some bytes, one for each chunk. The same bytes give the same ids.
 *
 * @param receivedAt ms since the epoch
 * @param chunkBytes bytes of one chunk before base64
 */
export function toDeadLetters(
  reason: DeadReason,
  raw: Uint8Array,
  source: DeadLetterSource,
  receivedAt: number,
  chunkBytes: number,
): DeadLetter[] {
  const hash = createHash("sha256").update(raw).digest("hex");
  const of = Math.max(1, Math.ceil(raw.byteLength / chunkBytes));
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const common = { "@timestamp": new Date(receivedAt).toISOString(), reason };
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

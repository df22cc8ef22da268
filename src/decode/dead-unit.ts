import { createHash } from "node:crypto";
import type { DeadPart } from "../lib/dead-part.js";
import type { DeadReasonCode } from "../lib/dead-reason.js";
import type { DecodedUnit } from "./types.js";

/** Bytes of one dead letter of what is too large for one. */
export const PART_BYTES = 4 * 1024 * 1024;

/**
 * Dead units of large bytes, in parts that are dead letters of their own: one of the whole would take many times its bytes.
 * The id of a part comes of all bytes up to its end: equal parts of different documents, or of one, never meet, and a
 * document that is delivered again has the same ones.
 */
export function* deadInParts(
  item: number,
  code: DeadReasonCode,
  message: string,
  bytes: Uint8Array,
): Generator<DecodedUnit, void> {
  const of = Math.ceil(bytes.length / PART_BYTES);
  const reason = { code, message };
  if (of <= 1) {
    yield { kind: "dead", item, reason, raw: bytes };
    return;
  }
  const hash = createHash("sha256");
  let previous: string | undefined;
  for (let n = 0; n < of; n++) {
    const raw = bytes.subarray(n * PART_BYTES, (n + 1) * PART_BYTES);
    hash.update(raw);
    const last = n === of - 1;
    const id = partId(hash.copy().digest("hex"), last);
    const part: DeadPart = {
      id,
      n,
      ...(last ? { of } : {}),
      ...(previous === undefined ? {} : { previous }),
    };
    yield { kind: "dead", item, reason, raw, part };
    previous = id;
  }
}

/** @param hash of the bytes up to and with the part */
export function partId(hash: string, last: boolean): string {
  return `${hash}-${last ? "last" : "more"}`;
}

import { createHash } from "node:crypto";
import type { DeadReasonCode } from "../lib/dead-reason.js";
import type { DecodedUnit } from "./types.js";

/** Bytes of one dead letter of what is too large for one. */
const PART_BYTES = 4 * 1024 * 1024;

/** Dead units of large bytes, in parts that are dead letters of their own: one of the whole would take many times its bytes. */
export function deadInParts(
  item: number,
  code: DeadReasonCode,
  message: string,
  bytes: Uint8Array,
): DecodedUnit[] {
  const parts = Math.ceil(bytes.length / PART_BYTES);
  if (parts <= 1) return [{ kind: "dead", item, reason: { code, message }, raw: bytes }];
  const first = createHash("sha256").update(bytes.subarray(0, PART_BYTES)).digest("hex");
  return Array.from({ length: parts }, (_, n): DecodedUnit => {
    const raw = bytes.subarray(n * PART_BYTES, (n + 1) * PART_BYTES);
    const part = `${message} This is part ${n + 1} of ${parts} of what begins in dead letter ${first}.`;
    return { kind: "dead", item, reason: { code, message: part }, raw };
  });
}

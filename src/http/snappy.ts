import { uncompress } from "snappyjs";
import { malformed, tooLarge } from "./body-error.js";

const FRAMED_MAGIC = Buffer.from([0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59]);

/**
 * Inflates one raw snappy block.
 *
 * @throws BodyError when corrupt, cut off, or more than `maxBytes` inflated.
 */
export function inflateSnappy(bytes: Buffer, maxBytes: number): Uint8Array {
  if (bytes.subarray(0, FRAMED_MAGIC.length).equals(FRAMED_MAGIC)) {
    throw malformed("snappy", "it is in the framed format, and only the raw block format is read");
  }
  const { declared, at } = readLength(bytes);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  // The library neither compares what it wrote with what was declared nor stops at it.
  if (measure(bytes, at, declared) !== declared)
    throw malformed("snappy", "its parts do not add up to its length");
  try {
    return uncompress(bytes, maxBytes);
  } catch (error) {
    throw malformed("snappy", error instanceof Error ? error.message : String(error));
  }
}

function readLength(bytes: Buffer): { readonly declared: number; readonly at: number } {
  let declared = 0;
  for (let at = 0; at < 5 && at < bytes.length; at++) {
    const byte = bytes[at] as number;
    declared += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { declared, at: at + 1 };
  }
  throw malformed("snappy", "it has no length");
}

/** Bytes that the block inflates to, by its tags alone; stops past `limit`. */
function measure(bytes: Buffer, start: number, limit: number): number {
  let total = 0;
  for (let at = start; at < bytes.length && total <= limit;) {
    const tag = bytes[at] as number;
    const kind = tag & 3;
    if (kind !== 0) {
      total += kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      at += [0, 2, 3, 5][kind] as number;
      continue;
    }
    const extra = Math.max(0, (tag >> 2) - 59);
    if (at + 1 + extra > bytes.length) throw malformed("snappy", "it is cut off");
    const length = (extra === 0 ? tag >> 2 : bytes.readUIntLE(at + 1, extra)) + 1;
    total += length;
    at += 1 + extra + length;
    if (at > bytes.length) throw malformed("snappy", "it is cut off");
  }
  return total;
}

import { promisify } from "node:util";
import { crc32, deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from "node:zlib";
import type { Codec, RecordHeader } from "./record.js";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** A payload as it goes to disk. */
export interface StoredPayload {
  readonly codec: Codec;
  readonly bytes: Uint8Array;
  readonly checksum: number;
  readonly payloadLength: number;
}

/** Too short to gain anything. */
const SHORT = 128;
/** Done at once: handing it to another thread costs more. */
const SMALL = 8 * 1024;
const OPTIONS = { level: 1 };

/** Deflated where that makes it smaller: CloudTrail shrinks about tenfold, at a level that costs little. */
export async function toStored(payload: Uint8Array): Promise<StoredPayload> {
  const payloadLength = payload.length;
  const deflated = payloadLength < SHORT ? undefined : await toDeflated(payload);
  if (deflated !== undefined && deflated.length < payloadLength) {
    return { codec: "deflate", bytes: deflated, checksum: crc32(deflated), payloadLength };
  }
  // The caller may use its buffer again while this one waits its turn.
  const bytes = Uint8Array.from(payload);
  return { codec: "plain", bytes, checksum: crc32(bytes), payloadLength };
}

async function toDeflated(payload: Uint8Array): Promise<Buffer> {
  return payload.length <= SMALL ? deflateRawSync(payload, OPTIONS) : deflate(payload, OPTIONS);
}

export function isIntact(header: RecordHeader, stored: Uint8Array): boolean {
  return stored.length === header.storedLength && crc32(stored) === header.checksum;
}

/** The payload of intact bytes; undefined when they do not give what the header says. */
export async function fromStored(header: RecordHeader, stored: Uint8Array): Promise<Uint8Array | undefined> {
  if (header.codec === "plain") return stored.length === header.payloadLength ? stored : undefined;
  try {
    const options = { maxOutputLength: Math.max(1, header.payloadLength) };
    const small = header.payloadLength <= SMALL;
    const payload = small ? inflateRawSync(stored, options) : await inflate(stored, options);
    return payload.length === header.payloadLength ? payload : undefined;
  } catch {
    return undefined;
  }
}

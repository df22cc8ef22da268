import { gunzipSync } from "node:zlib";
import type { Inflate } from "./types.js";

/** True for bytes that begin as gzip does; no JSON text begins so. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Inflates gzip in hand, several members one after another too. */
export const gunzip: Inflate = (bytes, _encoding, maxBytes) => {
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_BUFFER_TOO_LARGE") throw new Error(`it inflates to more than ${maxBytes} bytes`);
    throw new Error(error instanceof Error ? error.message : String(error));
  }
};

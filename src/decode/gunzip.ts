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
    const fault = toZlibFault(error);
    throw new Error(fault.tooLarge ? `it inflates to more than ${maxBytes} bytes` : fault.message);
  }
};

/** What zlib complains of: more output than allowed, or bad data. Told by its code, since it comes from native code. */
export function toZlibFault(error: unknown): { readonly tooLarge: boolean; readonly message: string } {
  if (typeof error !== "object" || error === null) return { tooLarge: false, message: String(error) };
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return {
    tooLarge: code === "ERR_BUFFER_TOO_LARGE",
    message: typeof message === "string" ? message : "bad data",
  };
}

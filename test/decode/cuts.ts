import fc from "fast-check";
import { ByteWindow } from "../../src/decode/byte-window.js";

/** Reads a body that arrives in pieces of the given lengths, taken in turn. */
export function readCut<T>(
  body: Uint8Array,
  lengths: readonly number[],
  read: (window: ByteWindow) => Iterable<T | undefined>,
): T[] {
  const window = new ByteWindow(body.length);
  const found: T[] = [];
  let at = 0;
  let turn = 0;
  for (const item of read(window)) {
    if (item !== undefined) {
      found.push(item);
      continue;
    }
    if (window.ended) throw new Error("More was asked for at the end.");
    const end = Math.min(body.length, at + (lengths[turn++ % lengths.length] ?? 1));
    // A piece's memory may be used again once it was pushed and let go of: copies show who still looks at it.
    window.push([Buffer.from(body.subarray(at, end))], end === body.length);
    at = end;
  }
  return found;
}

/** Lengths of pieces: single bytes, and some that hold several lines. */
export const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 120 })), {
  minLength: 1,
  maxLength: 20,
});

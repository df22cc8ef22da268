import type { Random } from "./random.js";

/** Bytes that parsers trip over. */
const TOKENS: readonly Buffer[] = [
  ...'{ } [ ] " , : \\ \n \r\n \t \0 \u2028 {} [] {" ":{ ]} }{ ][ }\n{ ,, null true -0 1e999 1E400 -1e-999 0x10 01 NaN'.split(
    " ",
  ),
  " ",
  "9".repeat(400),
  `0.${"1".repeat(400)}`,
  "[".repeat(300),
  '{"a":'.repeat(120),
  "]".repeat(120),
  "\\u0000",
  "\\ud800",
  "\\udc00\\ud800",
  "\\u00",
  '"__proto__":{"polluted":1},',
  '"constructor":{"prototype":{"polluted":1}},',
  '"eventID":"again",',
  '"eventName":null,',
  '"Records":[',
  '"Records":[],',
  '"message":"{\\"eventName\\":\\"x\\"}",',
  '"detail":{',
  '"records":[{"data":',
  '{"index":{}}\n',
  '{"create":{"_index":"a"}}\n',
  '{"delete":{"_id":"a"}}\n',
  '{"update":{"_id":"a"}}\n',
  '{"doc":',
  '"messageType":"CONTROL_MESSAGE","logEvents":[],',
]
  .map((text) => Buffer.from(text))
  .concat([
    Buffer.of(0xff),
    Buffer.of(0xc0, 0xaf),
    Buffer.of(0xed, 0xa0, 0x80),
    Buffer.of(0xef, 0xbb, 0xbf),
    Buffer.of(0xff, 0xfe),
    Buffer.of(0x1f, 0x8b, 0x08),
  ]);

/** One change to some bytes; `other` is what a splice takes from. */
export function mutate(bytes: Buffer, random: Random, other: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const length = random.below(random.chance(3) ? bytes.length + 1 : 30);
  const before = bytes.subarray(0, at);
  switch (random.below(9)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      return flipped;
    }
    case 1: {
      const token = random.pick(TOKENS);
      return Buffer.concat([before, token, bytes.subarray(at + token.length)]);
    }
    case 2:
    case 3:
      return Buffer.concat([before, random.pick(TOKENS), bytes.subarray(at)]);
    case 4:
      return Buffer.concat([before, bytes.subarray(at + length)]);
    case 5:
      return Buffer.concat([before, bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 6: {
      const from = random.below(other.length + 1);
      return Buffer.concat([before, other.subarray(from, from + length), bytes.subarray(at)]);
    }
    case 7:
      return Buffer.from(before);
    default: {
      // Two neighbours change places.
      const middle = bytes.subarray(at, at + length);
      const next = bytes.subarray(at + length, at + 2 * length);
      return Buffer.concat([before, next, middle, bytes.subarray(at + 2 * length)]);
    }
  }
}

export function mutateSome(bytes: Buffer, random: Random, other: Buffer): Buffer {
  let mutated = bytes;
  for (let times = 1 + random.below(random.chance(4) ? 12 : 3); times > 0; times -= 1) {
    mutated = mutate(mutated, random, other);
    // Doubling upon doubling says nothing new.
    if (mutated.length > 200_000) mutated = mutated.subarray(0, 100_000);
  }
  return mutated;
}

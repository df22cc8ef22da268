import { createHash } from "node:crypto";
import { toDeadLetters } from "../../src/enrich/dead-letter.js";

const reason = { code: "invalid_json", message: "Not JSON." } as const;
const source = { route: "/_bulk", index: "logs", user_agent: "Fluent-Bit" };

test("one dead letter for few bytes, its id their hash", () => {
  const all = Buffer.from("..{broken..");
  const raw = all.subarray(2, 9);
  expect(toDeadLetters({ reason, raw, source }, 0, 100)).toEqual([
    {
      id: createHash("sha256").update(raw).digest("hex"),
      document: {
        "@timestamp": "1970-01-01T00:00:00.000Z",
        reason,
        raw: raw.toString("base64"),
        size_bytes: 7,
        source,
      },
    },
  ]);
});

test("chunks put together give the bytes", () => {
  const raw = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256));
  const letters = toDeadLetters({ reason, raw, source }, 0, 333);
  expect(letters.map(({ document }) => document.chunk)).toEqual([0, 1, 2, 3].map((n) => ({ n, of: 4 })));
  expect(new Set(letters.map(({ id }) => id)).size).toBe(4);
  const bytes = Buffer.concat(letters.map(({ document }) => Buffer.from(document.raw, "base64")));
  expect(bytes.equals(raw)).toBe(true);
});

test("no bytes are one dead letter too", () => {
  expect(toDeadLetters({ reason, raw: new Uint8Array(0), source }, 0, 10)).toHaveLength(1);
});

test("a part is one letter under its own id, whatever its size", () => {
  const part = { id: "abc-last", n: 1, of: 2, previous: "abd-more" };
  const letters = toDeadLetters({ reason, raw: new Uint8Array(20), source, part }, 0, 10);
  expect(letters.map(({ id, document }) => [id, document.chunk])).toEqual([["abc-last", part]]);
});

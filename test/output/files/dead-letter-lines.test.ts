import { toDeadLetters } from "../../../src/enrich/dead-letter.js";
import { readLetters, toReplayedLine } from "../../../src/output/files/dead-letter-lines.js";

const RECEIVED = Date.UTC(2026, 10, 1);

/** The lines of one letter, its bytes in chunks of four. */
function linesOf(raw: string, receivedAt = RECEIVED): Buffer[] {
  const reason = { code: "not_cloudtrail", message: "No." } as const;
  return toDeadLetters({ reason, raw: Buffer.from(raw), source: { route: "/_bulk" } }, receivedAt, 4).map(
    ({ document }) => Buffer.from(`${JSON.stringify(document)}\n`),
  );
}

/** Reads bytes in hand as a file is read. */
function read(...lines: readonly (Buffer | string)[]) {
  const file = Buffer.concat(lines.map((line) => Buffer.from(line)));
  return readLetters({
    size: file.length,
    read: (offset, length) => Promise.resolve(file.subarray(offset, offset + length)),
  });
}

describe("readLetters", () => {
  it("joins parts that stand together, in order of time", async () => {
    const { letters, looseParts } = await read(...linesOf("123456789", RECEIVED + 1), ...linesOf("abc"));
    expect(looseParts).toBe(0);
    expect(
      [...letters.values()].map(({ head, places }) => [head.sizeBytes, head.chunks, places.length]),
    ).toEqual([
      [3, 1, 1],
      [9, 3, 3],
    ]);
  });

  it("takes the last lines of an id", async () => {
    const lines = linesOf("123456");
    const replayed = lines.map((line) => toReplayedLine(line, RECEIVED + 1_000));
    const { letters } = await read(...lines, ...linesOf("abc"), ...replayed);
    expect([...letters.values()].map(({ head }) => head.replayedAt).sort()).toEqual([
      "2026-11-01T00:00:01.000Z",
      undefined,
    ]);
  });

  it("counts parts that a crash left alone, and passes over what is no letter", async () => {
    const [first = "", second = "", third = ""] = linesOf("123456789");
    const { letters, looseParts } = await read(
      "    \n{}\nnot json\n",
      first,
      second,
      ...linesOf("abc"),
      third,
      ...linesOf("def"),
      `{"raw":"torn`,
    );
    expect([...letters.values()].map(({ head }) => head.sizeBytes)).toEqual([3, 3]);
    expect(looseParts).toBe(3);
  });

  it("begins anew with a first part", async () => {
    const lines = linesOf("12345678");
    const { letters, looseParts } = await read(lines[0] ?? "", ...lines);
    expect([letters.size, looseParts]).toEqual([1, 1]);
  });
});

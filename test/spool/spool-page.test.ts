import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DAMAGED } from "../../src/spool/damage.js";
import { MARKER_NAME } from "../../src/spool/done-marker.js";
import { PROBE_NAME } from "../../src/spool/appender.js";
import { encodeRecordHeader, RECORD_HEADER_BYTES } from "../../src/spool/record.js";
import { RESERVE_NAME } from "../../src/spool/reserve.js";
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, segmentName } from "../../src/spool/segment-header.js";

const page = readFileSync(join(__dirname, "../../docs/reference/spool.md"), "utf8");

/** Offsets and lengths of the header that a sentence introduces. */
function fields(after: string): [number, number][] {
  const table = page.split(after)[1]?.split("\n\n")[1] ?? "";
  return [...table.matchAll(/^\| (\d+) \| (\d+) \|/gm)].map(([, at, length]) => [Number(at), Number(length)]);
}

function expectToFill(found: readonly [number, number][], size: number): void {
  let next = 0;
  for (const [at, length] of found) {
    expect(at).toBe(next);
    next += length;
  }
  expect(next).toBe(size);
}

describe("docs/reference/spool.md", () => {
  it("lists the files of the folder", () => {
    const files = [segmentName(1), MARKER_NAME, "trailtag.lock", RESERVE_NAME, PROBE_NAME, `…${DAMAGED}`];
    const rows = page.split("## ")[0]?.matchAll(/^\| `([^`]+)` \|/gm) ?? [];
    expect([...rows].map((row) => row[1])).toEqual(files);
  });

  it("lays out the headers as they are", () => {
    const segment = fields("The header of a segment:");
    expectToFill(segment, SEGMENT_HEADER_BYTES);
    const start = { number: 0x0506, documents: 0x0708 };
    const bytes = encodeSegmentHeader({ id: Buffer.from("segmnt-1"), first: 0x0304, start });
    expect(
      segment.map(([at, length]) => bytes.subarray(at, at + length).toString("hex")).slice(3, 7),
    ).toEqual([
      Buffer.from("segmnt-1").toString("hex"),
      "0403000000000000",
      "0605000000000000",
      "0807000000000000",
    ]);

    const record = fields("The header of a record, before its payload:");
    expectToFill(record, RECORD_HEADER_BYTES);
    const header = encodeRecordHeader(
      {
        codec: "deflate",
        number: 2,
        appendedAt: 3,
        documentsBefore: 4,
        documents: 5,
        storedLength: 6,
        payloadLength: 7,
        checksum: 8,
      },
      Buffer.from("segmnt-1"),
    );
    const values = record.map(([at, length]) => header.readUIntLE(at, Math.min(6, length)));
    expect([values[1], ...values.slice(3, 10)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

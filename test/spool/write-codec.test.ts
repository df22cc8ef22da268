import { toUnits } from "../../src/decode/record.js";
import { normalise } from "../../src/event/normalise.js";
import type { EventWrite, StoreWrite } from "../../src/output/store.js";
import { decodeWrites, encodeWrites, WriteCodecError } from "../../src/spool/write-codec.js";
import { matchOf, ruleOf, tagged, tagger } from "../enrich/make.js";
import { ODDITIES } from "../enrich/oddities.js";
import { NOW, trailRecord } from "../event/make.js";

const LIMITS = { maxDocumentBytes: 1_000_000, maxDepth: 64, maxKeys: 10_000 };

/** The writes that a body gives, decoded and tagged as the service does it. */
function writesOf(body: string): EventWrite[] {
  return toUnits(0, Buffer.from(body), LIMITS).map((unit) => {
    if (unit.kind !== "record") throw new Error(`Not a record: ${body}`);
    const result = normalise(unit.record, { now: NOW, maxAgeMs: 1e12, futureMs: 1e9 });
    if (result.kind === "dead") throw new Error(result.reason.message);
    const suppressed = matchOf(ruleOf({ id: "Other" }), { suppressedBy: "Expected" });
    return tagger.tag(result.event, [matchOf(ruleOf()), suppressed], { route: "x", index: "logs" });
  });
}

/** Everything about a write, with the safe document made. */
function laidOpen(write: StoreWrite): unknown {
  if (write.kind === "dead_letter") return { ...write, raw: Buffer.from(write.raw) };
  return { ...write, raw: Buffer.from(write.raw), toSafeDocument: write.toSafeDocument() };
}

function expectSame(writes: readonly StoreWrite[]): void {
  expect(decodeWrites(encodeWrites(writes)).map(laidOpen)).toEqual(writes.map(laidOpen));
}

const record = trailRecord();
const line = JSON.stringify(record);

describe("writes that are kept on disk", () => {
  it.each(Object.keys(ODDITIES))("come back as they were: %s", (name) => {
    const odd = ODDITIES[name] ?? {};
    expectSame([tagged(odd, [matchOf(ruleOf())]), tagged(odd, [], { text: undefined })]);
  });

  it.each(
    Object.entries({
      "a record that is spliced in": line,
      "one with text beyond ASCII": JSON.stringify(trailRecord({ userAgent: "Zoë 🦊 \u2028" })),
      "an escaped half of a pair": line.replace("aws-cli", "\\ud800"),
      "one over several lines": JSON.stringify(record, null, 2),
      "one with a repeated key": `{"eventName":"First",${line.slice(1)}`,
      "one with a key of ours": `{"detection":{"a":1},${line.slice(1)}`,
      "one that is reshaped": JSON.stringify(trailRecord({ requestParameters: "text" })),
      "one with __proto__": `{"__proto__":{"a":1},${line.slice(1)}`,
      "blanks around it": `  ${line} `,
      "a wrapper": JSON.stringify({ message: line, host: "a" }),
      "a file of records": `{"Records":[${line},${JSON.stringify(trailRecord({ eventID: "b" }))}]}`,
    }),
  )("come back as they were: %s", (_, body) => {
    const writes = writesOf(body);
    expect(writes.length).toBeGreaterThan(0);
    expectSame(writes);
  });

  it("keeps the bytes that came in once where the document ends with them", () => {
    const [write] = writesOf(line);
    const length = write === undefined ? 0 : encodeWrites([write]).length;
    const [apart] = writesOf(`{"message":${JSON.stringify(line)}}`);
    expect(apart === undefined ? 0 : encodeWrites([apart]).length).toBeGreaterThan(length + line.length);
  });

  it("come back as they were: dead letters, made up writes, and none", () => {
    const source = { route: "/_bulk", user_agent: "x" };
    const reason = { code: "invalid_json", message: "No JSON." } as const;
    const { recordText, ...made } = tagged(record);
    expect(recordText).toBe(line.length);
    expectSame([
      { kind: "dead_letter", reason, raw: Buffer.from([0, 255, 0x7b]), source },
      { kind: "dead_letter", reason, raw: new Uint8Array(0), source },
      {
        kind: "dead_letter",
        reason,
        raw: new Uint8Array(2),
        source,
        part: { id: "ab-last", n: 1, of: 2, previous: "aa-more" },
      },
      { ...made, raw: new Uint8Array(0) },
    ]);
    expectSame([]);
  });

  it("takes bytes of no other version, cut short, or with something behind them", () => {
    const payload = encodeWrites([tagged(record)]);
    const newer = Uint8Array.from(payload);
    newer[0] = 2;
    expect(() => decodeWrites(newer)).toThrow(WriteCodecError);
    expect(() => decodeWrites(Buffer.concat([payload, Buffer.of(0)]))).toThrow(WriteCodecError);
    for (let end = 0; end < payload.length; end += 1) {
      expect(() => decodeWrites(payload.subarray(0, end))).toThrow(WriteCodecError);
    }
  });
});

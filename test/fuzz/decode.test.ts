import { deflateSync, gzipSync } from "node:zlib";
import { compress } from "snappyjs";
import { BodyError, openInflated, readWhole } from "../../src/http/body.js";
import { checkBody } from "./check-body.js";
import { mutate, mutateSome } from "./mutate.js";
import { Random } from "./random.js";
import { loadSeeds } from "./seeds.js";
import { parseEventsBody } from "../../src/decode/events.js";
import { parseBulk } from "../../src/decode/bulk.js";
import { isGzip } from "../../src/decode/gunzip.js";
import { toUnits } from "../../src/decode/record.js";
import type { DecodedUnit } from "../../src/decode/types.js";

const LONG = process.env["TRAILTAG_FAULTS"] === "long";
/** The long run takes 10 minutes over all properties together. */
const LONG_MS = 200_000;
const RUNS = 600;
const SEED = Number(process.env["TRAILTAG_FUZZ_SEED"] ?? Date.now() % 1_000_000_000);
jest.setTimeout(LONG ? LONG_MS * 2 : 60_000);

const SEEDS = loadSeeds();
const LIMITS = { maxDocumentBytes: 1_000_000, maxDepth: 100, maxKeys: 10_000 };

/** Runs a property over and over, each time with choices of its own; names seed and input of a run that fails. */
async function fuzz(
  name: string,
  run: (random: Random, note: (input: Buffer) => void) => void | Promise<void>,
): Promise<void> {
  const end = performance.now() + LONG_MS;
  let runs = 0;
  for (; LONG ? performance.now() < end : runs < RUNS; runs += 1) {
    let input: Buffer = Buffer.alloc(0);
    try {
      await run(new Random(SEED + runs), (bytes) => (input = bytes));
    } catch (error) {
      const what = `${name}: TRAILTAG_FUZZ_SEED=${SEED + runs}, input in base64: ${input.toString("base64")}`;
      throw new Error(what, { cause: error });
    }
  }
  process.stderr.write(`${name}: ${runs} runs from TRAILTAG_FUZZ_SEED=${SEED}\n`);
}

const lengthsOf = (random: Random): number[] =>
  Array.from({ length: 1 + random.below(8) }, () => 1 + random.below(random.chance(2) ? 4 : 400));

it.each([...SEEDS])("reads the seed %s however it comes", (_name, bytes) => {
  for (const lengths of [[1], [7, 3], [100], [1_000_000]]) checkBody(bytes, lengths);
});

it("reads any damaged body without a fault, the same in pieces, and keeps each line that is a record", async () => {
  await fuzz("damaged bodies", (random, note) => {
    const [seed, other] = [random.pick([...SEEDS.values()]), random.pick([...SEEDS.values()])];
    const body = mutateSome(seed, random, other);
    note(body);
    checkBody(body, lengthsOf(random));
  });
});

const line = (id: string): string =>
  `{"eventVersion":"1.11","eventName":"ListBuckets","eventSource":"s3.amazonaws.com","eventID":"${id}","requestParameters":{"a":["b",{"c":"d\\n"}]}}`;

function idsOf(units: readonly DecodedUnit[]): unknown[] {
  return units.flatMap((unit) => (unit.kind === "record" ? [unit.record.value["eventID"]] : []));
}

/** A line changed within itself: still one line, and not blank. */
function spoil(text: string, random: Random): string {
  const spoiled = mutate(Buffer.from(text), random, Buffer.from(text))
    .toString("latin1")
    .replaceAll(/[\r\n]/g, " ");
  return spoiled.trim() === "" ? "x" : spoiled;
}

it("reads all lines but the one that is damaged, and answers each action of a bulk", async () => {
  await fuzz("damaged lines", (random, note) => {
    const count = 2 + random.below(6);
    const broken = random.below(count);
    const ids = Array.from({ length: count }, (_, n) => `id-${n}`);
    const intact = ids.filter((_, n) => n !== broken);

    const lines = ids.map((id, n) => (n === broken ? spoil(line(id), random) : line(id)));
    const events = Buffer.from(`${lines.join("\n")}\n`, "latin1");
    note(events);
    const found = idsOf([...parseEventsBody(events, undefined, LIMITS)]);
    // What begins as gzip does is read as gzip.
    for (const id of isGzip(events) ? [] : intact) if (!found.includes(id)) throw new Error(`${id} is lost.`);

    const action = '{"create":{"_index":"logs"}}';
    const spoilAction = random.chance(2);
    const pairs = ids.map((id, n) => {
      if (n !== broken) return `${action}\n${line(id)}`;
      return spoilAction ? `${spoil(action, random)}\n${line(id)}` : `${action}\n${spoil(line(id), random)}`;
    });
    const bulk = Buffer.from(`${pairs.join("\n")}\n`, "latin1");
    note(bulk);
    const entries = [...parseBulk(bulk, { maxLookAheadBytes: 100_000 })];
    const stored = entries.flatMap(({ document }, item) =>
      document ? idsOf(toUnits(item, document, LIMITS)) : [],
    );
    for (const id of intact) if (!stored.includes(id)) throw new Error(`${id} is lost in the bulk.`);
    if (entries.length < count || entries.length > count + 1)
      throw new Error(`${entries.length} items for ${count} actions.`);
  });
});

/** A zstd frame of raw blocks. */
function zstd(bytes: Buffer): Buffer {
  const header = Buffer.from("28b52ffda000000000", "hex");
  header.writeUInt32LE(bytes.length, 5);
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += 1_000) {
    const part = bytes.subarray(at, at + 1_000);
    const last = at + 1_000 >= bytes.length ? 1 : 0;
    const size = Buffer.alloc(3);
    size.writeUIntLE((part.length << 3) | last, 0, 3);
    blocks.push(size, part);
  }
  return Buffer.concat([header, ...blocks]);
}

const ENCODINGS = {
  gzip: gzipSync,
  deflate: deflateSync,
  zstd,
  snappy: (bytes: Buffer) => Buffer.from(compress(bytes)),
} as const;

it("inflates any damaged body to what it was, or says what is wrong", async () => {
  await fuzz("damaged encodings", async (random, note) => {
    const encoding = random.pick(["gzip", "deflate", "zstd", "snappy"] as const);
    const seed = random.pick([...SEEDS.values()]);
    const encoded = ENCODINGS[encoding](seed);
    const intact = await readWhole(openInflated(encoded, encoding, { maxInflatedBytes: 300_000 }));
    if (!intact.equals(seed)) throw new Error(`${encoding} does not come back as it was.`);
    const body = mutateSome(encoded, random, encoded);
    note(body);
    try {
      const inflated = await readWhole(
        openInflated(body, encoding, { maxInflatedBytes: 300_000, maxRatio: 200 }),
      );
      if (inflated.length > 300_000) throw new Error("More than allowed came out.");
    } catch (error) {
      if (!(error instanceof BodyError)) throw error;
    }
  });
});

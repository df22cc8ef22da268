import { closeSync, ftruncateSync, openSync, readdirSync, readSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describeWithOpenSearch, testOpenSearch } from "../harness/opensearch.js";
import { waitFor } from "../harness/wait-for.js";
import { expectWhole, startFaultRun, untilDrained, type FaultRun } from "./harness/fault-run.js";
import { shortOrLong } from "./harness/mode.js";
import { scrape } from "./harness/metrics.js";
import type { Random } from "./harness/random.js";

jest.setTimeout(900_000);

/**
 * Each gives back what it did, for the message of a failure. The last record of the last file is spared, but for a
 * cut through it: of what lies behind the last intact header nobody can say how many events it was.
 */
const DAMAGES: Readonly<Record<string, (files: readonly string[], random: Random) => string>> = {
  "several bits are flipped": (files, random) => flipBits(pick(files, random), 5, random),
  "the last file lacks a few bytes at its end": (files, random) => {
    const file = files.at(-1)!;
    return truncate(file, Math.max(1, statSync(file).size - random.between(1, 40)));
  },
  "an earlier file is cut off": (files, random) => {
    const file = pick(files.slice(0, -1), random);
    return truncate(file, random.between(1, statSync(file).size));
  },
  "a stretch is zeroed": (files, random) => {
    const file = pick(files.slice(0, -1), random);
    const size = statSync(file).size;
    const at = random.between(0, size);
    const length = Math.min(size - at, random.between(1, 8_192));
    overwrite(file, at, Buffer.alloc(length));
    return `${length} bytes zeroed at ${at} of ${size} in ${file}`;
  },
  "a bit is flipped": (files, random) => flipBits(pick(files, random), 1, random),
};

describeWithOpenSearch("A spool whose files are damaged between two runs", () => {
  let run: FaultRun;
  afterEach(() => run.close());

  it("sets aside and counts what is damaged; the rest arrives", async () => {
    run = await startFaultRun({
      name: "damaged spool",
      openSearchUrl: testOpenSearch().url,
      // The least there is, for several small segments.
      spool: { after_ms: 1_000, max_bytes: 1_048_576 },
      paddingBytes: 2_000,
    });
    await run.begin();
    let setAside = 0;
    const damages = Object.values(DAMAGES);
    const rounds = shortOrLong(3, 60);
    for (let round = 0; round < rounds; round++) {
      await run.proxy.goAway();
      const shippers = Array.from({ length: 3 }, () => run.ship({ batchSize: 20, pauseMs: 0 }));
      // Two files at least, and something in the second.
      await waitFor(
        () => segments(run.spoolDir).length > 1 && statSync(segments(run.spoolDir).at(-1)!).size > 8_192,
        {
          what: "events in the spool",
          timeout_ms: 60_000,
        },
      );
      await Promise.all(shippers.map((shipper) => shipper.finish()));
      await run.service.kill();
      const done = damages[round % damages.length]!(segments(run.spoolDir), run.random);
      await run.service.start();
      await run.proxy.comeBack();
      await untilDrained(run.service);
      const counted = (await scrape(run.service.url))("trailtag_spool_set_aside_events_total") ?? 0;
      setAside += counted;
      process.stdout.write(`    damaged spool: ${done}: ${counted} events set aside\n`);
    }
    const figures = await run.finish(rounds);
    expect(figures.lost).toHaveLength(setAside);
    expectWhole({ ...figures, lost: [] });
    if (setAside > 0) expect(readdirSync(run.spoolDir).some((name) => name.endsWith(".damaged"))).toBe(true);
  });
});

/** In order of their names, which is that of their numbers. */
function segments(dir: string): readonly string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(".log"))
    .map((name) => join(dir, name))
    .sort();
}

function pick<T>(all: readonly T[], random: Random): T {
  return all[random.between(0, all.length)]!;
}

function flipBits(file: string, count: number, random: Random): string {
  const places: number[] = [];
  for (let i = 0; i < count; i++) {
    const at = random.between(0, Math.floor(statSync(file).size * 0.6));
    const byte = Buffer.alloc(1);
    const fd = openSync(file, "r+");
    readSync(fd, byte, 0, 1, at);
    byte[0] = byte[0]! ^ (1 << random.between(0, 8));
    writeSync(fd, byte, 0, 1, at);
    closeSync(fd);
    places.push(at);
  }
  return `bits flipped at ${places.join(", ")} of ${statSync(file).size} in ${file}`;
}

function overwrite(file: string, at: number, bytes: Buffer): void {
  const fd = openSync(file, "r+");
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

function truncate(file: string, size: number): string {
  const before = statSync(file).size;
  const fd = openSync(file, "r+");
  ftruncateSync(fd, size);
  closeSync(fd);
  return `${file} cut from ${before} to ${size} bytes`;
}

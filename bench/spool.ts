/**
 * How fast the spool takes records, synced, from 1, 8 and 64 at once, and gives them back. Prints figures, judges
 * nothing.
 *
 *   node dist/bench/spool.js [--dir data/bench-spool] [--documents 500] [--mib 256]
 *
 * A record is a batch of tagged events as they wait for OpenSearch; MB are those of the events before they are
 * deflated, "on disk" is what is left of them. With each figure stands how long one sync of the disk took.
 */
import { rm } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { openSpool } from "../src/spool/open-spool.js";
import { benchRecord } from "./records.js";

const dir = flag("--dir", "data/bench-spool");
const documents = Number(flag("--documents", "500"));
const mib = Number(flag("--mib", "256"));

function flag(name: string, otherwise: string): string {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
}

/** Events of about 1.6 KB, each with an id of its own. */
function toPayload(from: number): Buffer {
  const lines = Array.from({ length: documents }, (_, n) => benchRecord(from + n, "2026-03-01", 1000));
  return Buffer.from(lines.join("\n"));
}

async function measure(appenders: number): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  const syncs: number[] = [];
  const onSync = (seconds: number) => syncs.push(seconds);
  const spool = await openSpool({ dir, maxBytes: 16 * 1024 ** 3, onSync });
  const payloads = Array.from({ length: 16 }, (_, n) => toPayload(n * documents));
  const size = payloads.reduce((sum, { length }) => sum + length, 0) / payloads.length;
  const records = Math.max(appenders * 4, Math.round((mib * 1024 * 1024) / size));
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: appenders }, async () => {
      while (next < records) {
        const payload = payloads[next++ % payloads.length];
        if (payload !== undefined) await spool.append(payload, documents);
      }
    }),
  );
  const taken = (performance.now() - began) / 1000;
  const { bytes } = spool.status();
  const readBegan = performance.now();
  let read = 0;
  for (let after = 0; ;) {
    const found = await spool.read(after, 8 * 1024 * 1024);
    const last = found.at(-1);
    if (last === undefined) break;
    after = last.number;
    read += found.reduce((sum, { payload }) => sum + payload.length, 0);
    await spool.remove(after);
  }
  const readIn = (performance.now() - readBegan) / 1000;
  await spool.close();
  syncs.sort((a, b) => a - b);
  const mb = (records * size) / 1e6;
  console.log(
    [
      `${appenders} at once, ${documents} events each:`,
      `${(mb / taken).toFixed(0)} MB/s, ${(records / taken).toFixed(0)} records/s`,
      `${((records * documents) / taken).toFixed(0)} events/s`,
      `${(bytes / 1e6).toFixed(1)} MB on disk for ${mb.toFixed(0)} MB`,
      `a sync ${((syncs[syncs.length >> 1] ?? 0) * 1000).toFixed(1)} ms, ${syncs.length} of them`,
      `read back ${(read / 1e6 / readIn).toFixed(0)} MB/s`,
    ].join("; "),
  );
}

for (const appenders of [1, 8, 64]) await measure(appenders);
await rm(dir, { recursive: true, force: true });

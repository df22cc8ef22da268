// Run by process.test.ts in a process of its own, to be killed: appends and takes off records until then, and prints
// `+n` when record n was acknowledged and `-n` before it is taken off.
import { writeSync } from "node:fs";
import { openSpool } from "../../src/spool/open-spool.js";

const [dir = "", from = "0", most = "Infinity"] = process.argv.slice(2);
const spool = await openSpool({ dir, maxBytes: 50_000_000, segmentBytes: 64 * 1024 });

async function append(lane: number): Promise<void> {
  for (let n = Number(from) + lane; n < Number(from) + Number(most); n += 8) {
    const payload = `${n} ${Array.from({ length: (n % 7) * 60 }, () => Math.random().toString(36)).join("")}`;
    await spool.append(Buffer.from(payload), 1);
    writeSync(1, `+${n}\n`);
  }
}

async function take(): Promise<void> {
  for (;;) {
    const records = await spool.read(0, 100_000);
    const half = records.slice(0, Math.ceil(records.length / 2));
    for (const { payload } of half)
      writeSync(1, `-${Number.parseInt(Buffer.from(payload).toString(), 10)}\n`);
    await spool.remove(half.at(-1)?.number ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const lanes = Array.from({ length: 8 }, (_, lane) => append(lane));
if (most === "Infinity") await take();
await Promise.all(lanes);
await spool.close();

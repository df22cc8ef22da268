// Run by durability.test.ts in a process of its own, to be killed: writes events until then and prints what was acknowledged.
import { writeSync } from "node:fs";
import { createFilesStore } from "../../../src/output/files/store.js";
import { eventWrite, filesOptions } from "./doubles.js";

const [dir = "", from = "0"] = process.argv.slice(2);
const store = createFilesStore(filesOptions(dir));
await store.start();
writeSync(1, "ready\n");

async function writeForEver(lane: number): Promise<void> {
  for (let n = Number(from) + lane; ; n += 8) {
    const padding = "p".repeat((n % 7) * 700);
    await store.write([eventWrite(n, `alert-${n % 3}`, padding)], Date.now() + 10_000);
    writeSync(1, `${n}\n`);
  }
}
await Promise.all(Array.from({ length: 8 }, (_, lane) => writeForEver(lane)));

import { rmSync } from "node:fs";
import { missingPartsLines, readSkipped } from "./missing-parts.mjs";

export default async function tearDown() {
  await globalThis.trailtagStopTests?.();
  const folder = process.env.TRAILTAG_TEST_RUN_DIR;
  if (folder === undefined) return;
  // Here and not in a reporter: Jest prints its own summary after all reporters, and these lines belong last.
  const lines = missingPartsLines(readSkipped(folder));
  if (lines.length > 0) process.stderr.write(`\n${lines.join("\n")}\n`);
  rmSync(folder, { recursive: true, force: true });
}

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The suites that this run left out, as `describeWith` noted them. */
export function readSkipped(folder) {
  const file = join(folder, "skipped.ndjson");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** What to say about them: none, then no lines. */
export function missingPartsLines(skipped) {
  const parts = new Map();
  for (const suite of skipped) parts.set(suite.part, [...(parts.get(suite.part) ?? []), suite]);
  return [...parts].flatMap(([part, suites]) => [
    `Skipped for want of ${part} (${suites[0].why}):`,
    ...[...new Set(suites.map((s) => s.suite))].sort().map((suite) => `  - ${suite}`),
    `  To run them: ${suites[0].install}.`,
  ]);
}

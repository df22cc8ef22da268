import type { Shipped } from "./ship.js";

/** Records that stand in the bundled sample twice, as redelivered ones do. */
const TWICE_IN_SAMPLE = 1;

/** What became of the sample, in a sentence; duplicates with where they come from. */
export function countsLine(alerts: number, shipped: Shipped): string {
  const { files, received, stored, duplicates } = shipped;
  return (
    `${many(alerts, "alert")}. ${many(files, "file")} shipped: ${many(received, "event")} received, ${stored} stored, ` +
    `${many(duplicates, "duplicate")}${whence(duplicates)}, ` +
    `${shipped.dead_lettered} dead-lettered, ${spooled(shipped.spooled)}${shipped.skipped} skipped.`
  );
}

function whence(duplicates: number): string {
  if (duplicates === 0) return "";
  if (duplicates === TWICE_IN_SAMPLE) return " (the sample holds one record twice)";
  return " (stored by an earlier run)";
}

/** Rare enough to be named only when there are some. */
function spooled(events: number): string {
  return events === 0 ? "" : `${events} spooled until OpenSearch takes them, `;
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

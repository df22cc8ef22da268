import type { Check } from "../checks.js";
import { fail, ok } from "../finding.js";
import { countOf } from "../some-of.js";
import type { MetricsReading } from "../parse-metrics.js";
import { readMetrics } from "../read-metrics.js";

const RECEIVED = "trailtag_events_received_total";
/** What became of them; each event is in one of these at any moment. */
const PARTS = {
  stored: "trailtag_events_stored_total",
  duplicate: "trailtag_events_duplicate_total",
  "dead-lettered": "trailtag_events_dead_lettered_total",
  skipped: "trailtag_events_skipped_total",
  refused: "trailtag_events_refused_total",
  "in the spool": "trailtag_spool_events",
  "set aside": "trailtag_spool_set_aside_events_total",
} as const;

export const countersCheck: Check = async ({ replicas }) => {
  let received = 0;
  const sums = new Map<string, number>();
  for (const service of replicas) {
    const metrics = await readMetrics(service);
    const difference = metrics.sum(RECEIVED) - sumOfParts(metrics);
    received += metrics.sum(RECEIVED);
    for (const [part, name] of Object.entries(PARTS))
      sums.set(part, (sums.get(part) ?? 0) + metrics.sum(name));
    if (difference === 0) continue;
    const message =
      difference > 0
        ? `${service.url} received ${countOf(difference, "event")} more than it accounts for.`
        : `${service.url} accounts for ${countOf(-difference, "event")} more than it received.`;
    return fail(message, "Keep its log and its metrics, and report it: this is a fault of TrailTag.");
  }
  const parts = [...sums].filter(([, count]) => count > 0).map(([part, count]) => `${count} ${part}`);
  const where = replicas.length === 1 ? "" : ` by ${replicas.length} replicas`;
  return ok(
    `${countOf(received, "event")} received${where}, each accounted for${parts.length > 0 ? `: ${parts.join(", ")}` : ""}.`,
  );
};

function sumOfParts(metrics: MetricsReading): number {
  return Object.values(PARTS).reduce((sum, name) => sum + metrics.sum(name), 0);
}

import type { ControlledService } from "../../../dev/controlled-service.js";
import { scrape } from "./metrics.js";

/** Looks again and again whether the counters of a service add up. */
export interface BalanceWatch {
  /** One sentence for each look at which they did not. */
  readonly unbalanced: readonly string[];
  look(): Promise<void>;
  stop(): void;
}

const EVERY_MS = 300;
const PARTS = [
  "trailtag_events_stored_total",
  "trailtag_events_duplicate_total",
  "trailtag_events_dead_lettered_total",
  "trailtag_events_skipped_total",
  "trailtag_events_refused_total",
  "trailtag_spool_events",
  "trailtag_spool_set_aside_events_total",
];

export function watchBalance(service: ControlledService): BalanceWatch {
  const unbalanced: string[] = [];
  const look = async (): Promise<void> => {
    const metrics = await scrape(service.url);
    const received = metrics("trailtag_events_received_total") ?? 0;
    const parts = PARTS.map((name) => metrics(name) ?? 0);
    if (parts.reduce((sum, n) => sum + n, 0) !== received) {
      unbalanced.push(`${received} received, ${PARTS.map((name, i) => `${parts[i]} ${name}`).join(", ")}`);
    }
  };
  let looking = false;
  const timer = setInterval(() => {
    if (looking || !service.running()) return;
    looking = true;
    // While it is killed or starts there is nobody to ask.
    look()
      .catch(() => undefined)
      .finally(() => (looking = false));
  }, EVERY_MS);
  return { unbalanced, look, stop: () => clearInterval(timer) };
}

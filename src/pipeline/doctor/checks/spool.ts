import type { Check } from "../checks.js";
import { fail, ok, SkippedError, warn } from "../finding.js";
import { countOf } from "../some-of.js";
import { readMetrics } from "../read-metrics.js";

const OLD_SECONDS = 600;
const FULL_SHARE = 0.8;

export const spoolCheck: Check = async ({ replicas }) => {
  let waiting = 0;
  let spools = 0;
  for (const service of replicas) {
    const metrics = await readMetrics(service);
    const left = metrics.sum("trailtag_spool_left_behind_events");
    if (left > 0) {
      const message = `${countOf(left, "event")} wait in the spool of ${service.url}, which is switched off: nothing stores them.`;
      return fail(
        message,
        "Set spool.mode to on, or stop the service and run `trailtag spool drain`; then start it again.",
      );
    }
    if (metrics.sum("trailtag_spool_max_bytes") === 0) continue;
    spools++;
    const documents = metrics.sum("trailtag_spool_events");
    const [bytes, most] = [metrics.sum("trailtag_spool_bytes"), metrics.sum("trailtag_spool_max_bytes")];
    waiting += documents;
    const setAside = metrics.sum("trailtag_spool_set_aside_events_total");
    const setAsideBytes = metrics.sum("trailtag_spool_set_aside_bytes_total");
    if (setAside + setAsideBytes > 0) {
      const message = `The spool of ${service.url} set ${countOf(setAsideBytes, "byte")} (${countOf(setAside, "event")}) aside that it could not read back.`;
      return fail(
        message,
        "They are kept in files that end in .damaged beside it: check the disk, and keep them.",
      );
    }
    if (metrics.has("trailtag_spool_accepting") && metrics.sum("trailtag_spool_accepting") === 0) {
      const message = `The spool of ${service.url} takes nothing more: with OpenSearch away, shippers are refused.`;
      return fail(message, "Its disk or spool.max_bytes is full, or the disk fails; /readyz says which.");
    }
    const oldest = metrics.sum("trailtag_spool_oldest_timestamp_seconds");
    const age = Date.now() / 1_000 - oldest;
    if (documents > 0 && oldest > 0 && age > OLD_SECONDS) {
      const message = `${countOf(documents, "event")} in the spool of ${service.url}, the oldest waiting for ${Math.round(age / 60)} minutes.`;
      return warn(
        message,
        "They are stored once OpenSearch takes writes again: see the checks above on what keeps it from that.",
      );
    }
    if (bytes > most * FULL_SHARE) {
      const message = `The spool of ${service.url} is ${Math.round((bytes / most) * 100)} % full.`;
      return warn(message, "Bring OpenSearch back, or raise spool.max_bytes while there is disk.");
    }
  }
  if (spools === 0)
    throw new SkippedError("There is no spool: with the store away, shippers are held, then refused.");
  return ok(
    waiting === 0
      ? "The spool is empty and takes events."
      : `${countOf(waiting, "event")} in the spool, not for long.`,
  );
};

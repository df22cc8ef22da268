import { at, objectAt } from "../../../output/opensearch/alert-members.js";
import type { Check } from "../checks.js";
import { fail, ok, warn } from "../finding.js";

/** OpenSearch's own defaults: it allocates no further shards past the first, and makes indices read-only past the second. */
const LOW_PERCENT = 85;
const FLOOD_PERCENT = 95;

export const diskCheck: Check = async (context) => {
  const { get } = context.openSearch();
  const stats = await get("/_nodes/stats/fs", { filter_path: "nodes.*.name,nodes.*.fs.total" });
  const disks = Object.values(objectAt(stats, "nodes")).flatMap((node) => {
    const [total, free] = ["total_in_bytes", "available_in_bytes"].map((key) => at(node, "fs", "total", key));
    if (typeof total !== "number" || typeof free !== "number" || total <= 0) return [];
    const name = at(node, "name");
    return [{ name: typeof name === "string" ? name : "?", used: (1 - free / total) * 100 }];
  });
  const fullest = disks.sort((a, b) => b.used - a.used)[0];
  if (fullest === undefined)
    return warn("No node tells how full its disk is.", "Look at GET _cat/allocation.");
  const message = `The fullest disk of OpenSearch, that of ${fullest.name}, is ${fullest.used.toFixed(1)} % used`;
  const todo = "Add disk space, or delete old indices (opensearch.retention_days).";
  if (fullest.used >= FLOOD_PERCENT)
    return fail(`${message}: its indices become read-only at ${FLOOD_PERCENT} %.`, todo);
  if (fullest.used > LOW_PERCENT)
    return warn(`${message}: it gets no further shards past ${LOW_PERCENT} %.`, todo);
  return ok(`${message}.`);
};

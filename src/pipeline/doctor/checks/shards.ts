import { at } from "../../../output/opensearch/alert-members.js";
import type { Check } from "../checks.js";
import { fail, ok, SkippedError, warn } from "../finding.js";

const WARN_SHARE = 0.8;
/** A new week takes a few: past this the next index may be refused. */
const LEAST_LEFT = 10;

export const shardsCheck: Check = async (context) => {
  const { get } = context.openSearch();
  const health = await get("/_cluster/health");
  const settings = await get("/_cluster/settings", {
    include_defaults: "true",
    filter_path: "*.cluster.max_shards_per_node",
  });
  const most = ["transient", "persistent", "defaults"]
    .map((layer) => Number(at(settings, layer, "cluster", "max_shards_per_node")))
    .find((value) => value > 0);
  const nodes = at(health, "number_of_data_nodes");
  if (most === undefined || typeof nodes !== "number" || nodes === 0) {
    throw new SkippedError("OpenSearch does not say how many shards it takes.");
  }
  const used = ["active_shards", "initializing_shards", "unassigned_shards"]
    .map((key) => Number(at(health, key) ?? 0))
    .reduce((sum, count) => sum + count, 0);
  const limit = most * nodes;
  const message = `${used} of ${limit} shards that OpenSearch takes are used`;
  const todo =
    "Delete or reindex old indices, set opensearch.retention_days, or raise cluster.max_shards_per_node.";
  if (limit - used < LEAST_LEFT)
    return fail(`${message}: soon no new index can be made, and events are held.`, todo);
  if (used > limit * WARN_SHARE) return warn(`${message}; each week of events takes at least one.`, todo);
  return ok(`${message}.`);
};

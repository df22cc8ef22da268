import { isJsonObject } from "../../../lib/json.js";
import { objectAt } from "../../../output/opensearch/alert-members.js";
import type { Check } from "../checks.js";
import { fail, ok } from "../finding.js";
import { someOf } from "../some-of.js";

const CLUSTER_BLOCKS = ["cluster.blocks.read_only", "cluster.blocks.read_only_allow_delete"];
const FLOOD = "index.blocks.read_only_allow_delete";
const BLOCKS = ["index.blocks.write", "index.blocks.read_only", "index.blocks.metadata"];

export const indexBlocksCheck: Check = async (context) => {
  const { patterns, get } = context.openSearch();
  const query = { flat_settings: "true", ignore_unavailable: "true", expand_wildcards: "open" };
  const found = (await get(`/${patterns}/_settings/index.blocks.*`, query)) ?? {};
  const blocked = (names: readonly string[]): string[] =>
    Object.entries(isJsonObject(found) ? found : {})
      .filter(([, index]) => names.some((name) => objectAt(index, "settings")[name] === "true"))
      .map(([index]) => index);
  const flooded = blocked([FLOOD]);
  if (flooded.length > 0) {
    const message = `OpenSearch made ${someOf(flooded)} read-only, since its disk is nearly full (flood stage).`;
    return fail(
      message,
      "Free or add disk space; OpenSearch lifts the block by itself below the high watermark.",
    );
  }
  const others = blocked(BLOCKS);
  if (others.length > 0) {
    const message = `${someOf(others)} blocked for writing: events that belong there are held, then spooled or refused.`;
    return fail(
      message,
      'Lift it: PUT /<index>/_settings with {"index.blocks.write": null}, likewise read_only and metadata.',
    );
  }
  const settings = await get("/_cluster/settings", { flat_settings: "true" });
  const cluster = { ...objectAt(settings, "persistent"), ...objectAt(settings, "transient") };
  if (CLUSTER_BLOCKS.some((name) => cluster[name] === "true")) {
    return fail("The whole cluster is read-only.", `Set ${CLUSTER_BLOCKS.join(" and ")} to null.`);
  }
  return ok("Nothing keeps the indices from being written to.");
};

import type { Check } from "../checks.js";
import { fail, ok, warn } from "../finding.js";
import { countOf } from "../some-of.js";
import { readMetrics } from "../read-metrics.js";

export const rulesCheck: Check = async ({ replicas }) => {
  let loaded = 0;
  for (const service of replicas) {
    const metrics = await readMetrics(service);
    loaded = metrics.sum("trailtag_rules_loaded");
    const refused = metrics.sum("trailtag_rules_refused");
    if (
      metrics.has("trailtag_last_reload_successful") &&
      metrics.sum("trailtag_last_reload_successful") === 0
    ) {
      const message = `The last reload at ${service.url} was refused: older rules are in force than those in the files.`;
      return fail(message, "trailtag lint says what is wrong; then send SIGHUP or POST /-/reload.");
    }
    if (loaded === 0) {
      const message = `No rule is in force at ${service.url}: events are stored, and nothing is found in them.`;
      return fail(message, "Set rules.paths, or leave rules.bundled on.");
    }
    if (refused > 0) {
      const message = `${countOf(refused, "error")} in rules, lists or exceptions at ${service.url}; what has one is not in force.`;
      return warn(message, "trailtag list rules --all and GET /v1/rules say which and why.");
    }
  }
  return ok(`${countOf(loaded, "rule")} in force, none refused.`);
};

import { isJsonObject, own } from "../../../lib/json.js";
import type { Check } from "../checks.js";
import { at } from "../../../output/opensearch/alert-members.js";
import { fail, ok, warn } from "../finding.js";
import { jsonOf } from "../service-client.js";

export const readinessCheck: Check = async ({ replicas }) => {
  const said: string[] = [];
  for (const service of replicas) {
    const answer = jsonOf(await service.get("/readyz"));
    const [ready, message] = isJsonObject(answer) ? [own(answer, "ready"), own(answer, "message")] : [];
    const why = typeof message === "string" ? message : "it does not say why.";
    if (ready !== true) {
      return fail(`${service.url} is not ready: ${why}`, "Mend what it names; shippers are held until then.");
    }
    if (at(answer, "store", "ready") === false) {
      const store = at(answer, "store", "message");
      const reason = typeof store === "string" ? store : "the store takes no writes.";
      return warn(
        `${service.url} takes events into its spool alone: ${reason}`,
        "Mend the store before the spool is full.",
      );
    }
    said.push(typeof message === "string" ? message : "ready");
  }
  return ok(`It takes events: ${[...new Set(said)].join(" ")}`);
};

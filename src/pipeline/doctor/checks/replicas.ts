import { isJsonObject, own } from "../../../lib/json.js";
import type { Check } from "../checks.js";
import { fail, ok, warn, type Finding } from "../finding.js";
import { jsonOf, ServiceAwayError, type ServiceClient } from "../service-client.js";

/** Whether every replica answers, and is a TrailTag. */
export const replicasCheck: Check = async ({ replicas }) => {
  const findings = await Promise.all(replicas.map(look));
  const worst = (["fail", "warn"] as const)
    .map((status) => findings.find((finding) => finding.status === status))
    .find((finding) => finding !== undefined);
  return worst ?? ok(`TrailTag answers at ${replicas.map(({ url }) => url).join(", ")}.`);
};

async function look(service: ServiceClient): Promise<Finding> {
  try {
    const reply = await service.get("/readyz");
    const answer = jsonOf(reply);
    if (!isJsonObject(answer) || typeof own(answer, "ready") !== "boolean") {
      const message = `What answers at ${service.url} is no TrailTag (HTTP ${reply.status}).`;
      return fail(message, "Give the address of TrailTag with --url.");
    }
    if (own(answer, "ruleset") === undefined) {
      const message = `TrailTag at ${service.url} tells little without credentials.`;
      return warn(message, "Give --key-file a file with an API key that has the scopes read and ingest.");
    }
    return ok("");
  } catch (error) {
    if (!(error instanceof ServiceAwayError)) throw error;
    const todo = /certificate/i.test(error.message)
      ? "Give --ca the PEM file of the authority that signed its certificate; --url takes a name that the certificate has."
      : "Start it, or give its address with --url; its log says why it stopped.";
    return { ...fail(error.message, todo), unreachable: true };
  }
}

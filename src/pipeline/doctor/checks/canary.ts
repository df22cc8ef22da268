import { randomUUID } from "node:crypto";
import { isJsonObject, own, type JsonObject, type JsonValue } from "../../../lib/json.js";
import { at, objectAt } from "../../../output/opensearch/alert-members.js";
import { CANARY_SOURCE, readCanary, toCanary } from "../canary-event.js";
import type { Check } from "../checks.js";
import type { DoctorContext } from "../context.js";
import { fail, ok, SkippedError, warn, type Finding } from "../finding.js";
import { jsonOf, type ServiceReply } from "../service-client.js";

/** Sends an event through the whole path and reads it back. Nothing deletes it: TrailTag only adds. */
export const canaryCheck: Check = async (context) => {
  if (!context.options.canary) throw new SkippedError("--no-canary was given.");
  const id = randomUUID();
  const now = Date.now();
  const reply = await context.service.post("/v1/events", JSON.stringify(toCanary(id, now)));
  const answer = jsonOf(reply);
  if (reply.status !== 200 || !isJsonObject(answer)) return refused(reply);
  const count = (key: string): number => Number(own(answer, key) ?? 0);
  if (count("spooled") > 0) {
    const message = `The canary ${id} was taken and waits in the spool: the store does not take writes now.`;
    return warn(message, "It is stored with the others once OpenSearch takes writes; see the checks above.");
  }
  if (count("dead_lettered") > 0) {
    const message = `The canary ${id} was stored as a dead letter.`;
    return fail(message, "trailtag deadletter list says why: a wrong clock, or another record under its id.");
  }
  if (count("stored") !== 1) {
    return fail(
      `The canary ${id} was answered with ${JSON.stringify(answer)}.`,
      "Report it: one event is one stored.",
    );
  }
  return judge(await readCanary(context, id, now), id, await rulesetOf(context));
};

function refused(reply: ServiceReply): Finding {
  if (reply.status === 401 || reply.status === 403) {
    const message = `TrailTag did not take the canary: it wants other credentials (HTTP ${reply.status}).`;
    return fail(message, "Give --key-file a file with an API key that has the scope ingest, or --no-canary.");
  }
  const reason = at(jsonOf(reply), "error", "reason");
  const why = typeof reason === "string" ? `: ${reason}` : ".";
  return fail(
    `TrailTag did not take the canary, HTTP ${reply.status}${why}`,
    "Shippers get the same answer: mend what it names.",
  );
}

function judge(stored: JsonObject | undefined, id: string, ruleset: JsonValue | undefined): Finding {
  if (stored === undefined) {
    const message = `The canary ${id} was acknowledged as stored, and is not in the store of this configuration.`;
    return fail(message, "Give doctor the configuration of the TrailTag that --url names.");
  }
  const detection = objectAt(stored, "detection");
  const hits = at(stored, "rule", "id");
  if (at(stored, "event", "id") !== id || own(stored, "eventSource") !== CANARY_SOURCE) {
    return fail(
      `What is stored under ${id} is not the canary.`,
      "Something else writes to these indices: find out what.",
    );
  }
  if (own(detection, "count") !== 0) {
    const message = `The canary was hit by ${JSON.stringify(hits)}: a rule that matches anything at all.`;
    return warn(message, `Narrow it, or let it leave out eventSource ${CANARY_SOURCE}.`);
  }
  if (ruleset !== undefined && own(detection, "ruleset") !== ruleset) {
    const message = "The canary carries another ruleset than the one in force.";
    return warn(message, "A reload may just have come between; run doctor again.");
  }
  return ok(`The canary ${id} was taken, tagged, stored and read back.`);
}

async function rulesetOf({ service }: DoctorContext): Promise<JsonValue | undefined> {
  return at(jsonOf(await service.get("/readyz")), "ruleset");
}
